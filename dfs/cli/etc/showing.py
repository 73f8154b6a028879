"""A result for people: what was asked, what came out, what it is made of, what to know."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.etc.result import Result

__all__ = ["show_result"]


def show_result(console: Console, result: Result) -> None:
    """Print a result."""
    console.print(_set_up(result))
    console.print(_target(result))
    console.print(_sky(result))
    console.print()
    where = "" if result.light.kind == "image" else f" per pixel at {result.at_nm:.1f} nm"
    console.print(f"S/N {result.snr:.2f}{where} in {result.exposure_s:.6g} s{_parts(result)}")
    _terms(console, result)
    saturation = result.saturation
    longest = f"{saturation.longest_safe_s:.4g} s" if math.isfinite(saturation.longest_safe_s) else "any"
    state = "SATURATED" if saturation.is_saturated else "not saturated"
    console.print(
        f"fullest pixel  {saturation.peak_e:.0f} of {saturation.full_well_e:.0f} e- at {saturation.peak_nm:.1f} nm, "
        f"{state}; longest safe {'DIT' if result.light.readout.infrared else 'exposure'} {longest}"
    )
    for note in result.notes:
        console.print(f"note: {note}")
    for one in result.assumed:
        console.print(f"assumed: {one}")
    console.print(f"versions: {', '.join(f'{name} {version}' for name, version in result.versions.items())}")


def _set_up(result: Result) -> str:
    choice = result.light.choice
    binning = None if choice.binning is None else f"{choice.binning[0]}x{choice.binning[1]}"
    slit = None if choice.slit_arcsec is None else f'slit {choice.slit_arcsec:g}"'
    parts = [choice.mode, choice.disperser, choice.filter if choice.filter != "none" else None, slit, choice.collimator]
    parts += [choice.detector, choice.read_mode, binning, choice.polarimetry if choice.polarimetry != "off" else None]
    return f"{choice.instrument}  {', '.join(str(one) for one in parts if one)}"


def _target(result: Result) -> str:
    target = result.request.target
    shape = "extended" if target.extended else "point"
    area = "/arcsec2" if target.extended else ""
    text = target.sed.text if target.sed.samples is None else f"{target.sed.kind} {target.sed.name}".strip()
    bright = "" if target.magnitude is None else f", {target.band} = {target.magnitude:g} mag{area} ({target.system})"
    return f"target  {shape}, {text}{f', z = {target.redshift:g}' if target.redshift else ''}{bright}"


def _sky(result: Result) -> str:
    sky = result.request.sky
    if sky.image_quality_arcsec is not None:
        width = f'image quality {sky.image_quality_arcsec:g}"'
    else:
        width = f'seeing {sky.seeing_arcsec:g}"'
    moon = "no Moon"
    if sky.illumination is not None:
        moon = f"Moon {sky.illumination:.0%} lit, {sky.moon_distance_deg:g} deg away"
    elif sky.days_from_new_moon is not None:
        moon = f"{sky.days_from_new_moon:g} d from new moon, {sky.moon_distance_deg:g} deg away"
    return f"sky  air mass {sky.airmass:g}, {width}, {moon}, {sky.model}"


def _parts(result: Result) -> str:
    exposure = result.request.exposure
    if result.light.readout.infrared and exposure.dit_s is not None:
        return f" (DIT {exposure.dit_s:g} s)"
    return f" ({exposure.count} exposures)" if exposure.count > 1 else ""


def _terms(console: Console, result: Result) -> None:
    """Print what signal and noise are made of, at the wavelength of interest."""
    place = int(np.argmin(np.abs(result.wavelength_nm - result.at_nm)))
    rows = [
        ("target in the aperture", f"{result.target_e[place]:.1f} e-"),
        ("sky in one pixel", f"{result.sky_e[place]:.2f} e-"),
        ("dark in one pixel", f"{result.dark_e:.3g} e-"),
        ("read-out noise in one pixel", f"{result.ron_e:.2f} e-"),
        ("aperture", f"{result.aperture_pixels:.1f} pixels, {result.aperture_arcsec2:.3f} arcsec2"),
        ("light in the aperture", f"{result.encircled_fraction:.1%}"),
        ("image quality", f"{result.image_quality_arcsec:.3f} arcsec"),
        ("efficiency, without air", f"{result.throughput[place]:.1%}"),
        ("the air lets through", f"{result.atmosphere[place]:.1%}"),
    ]
    if result.light.slit_arcsec is not None:
        rows.append(("the slit lets through", f"{result.slit_fraction[place]:.1%}"))
    total = sum(float(values[place]) for values in result.variance.values())
    shares = (
        ", ".join(f"{term} {float(values[place]) / total:.1%}" for term, values in result.variance.items())
        if total
        else ""
    )
    rows.append(("variance", shares))
    wide = max(len(name) for name, _ in rows)
    for name, value in rows:
        console.print(f"  {name:<{wide}}  {value}")
    if result.sky_magnitudes:
        bands = "  ".join(f"{band} {value:.2f}" for band, value in result.sky_magnitudes.items() if len(band) == 1)
        console.print(f"  {'sky, Vega mag/arcsec2':<{wide}}  {bands}")
