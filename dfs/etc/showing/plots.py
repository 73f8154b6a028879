"""The plots of a result: signal-to-noise, electrons, the target's spectrum, efficiency, signal-to-noise against time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dfs.errors import ServiceError, UsageError
from dfs.etc.result import Result

if TYPE_CHECKING:
    from bokeh.plotting import figure

__all__ = ["figures_of", "write_page"]

Array = NDArray[np.float64]

_MADE = "telescope, instrument, detector"


def figures_of(result: Result, percent: float = 50.0) -> list[figure]:
    """Return the figures of a result: of a spectrum the six of the classic page, of an image efficiency, input spectrum and time.

    `percent` is the range of exposure times to either side of the result's.
    """
    if result.light.kind == "image":
        return [_efficiency_of_image(result), _input(result), _against_time(result, percent)]
    electrons = {
        "target, in the aperture": result.target_e,
        "sky, in the aperture": result.sky_e * result.aperture_pixels,
        "sky, in one pixel": result.sky_e,
    }
    return [
        _drawn(result, "Target and sky", "electrons", electrons, thin=("sky, in one pixel",), may_be_log=True),
        _input(result),
        _drawn(result, "Signal-to-noise of a pixel along the dispersion", "S/N", {"S/N": result.snr_per_pixel}),
        _efficiency(result),
        _saturation(result),
        _against_time(result, percent),
    ]


def write_page(result: Result, path: Path) -> None:
    """Write the figures as one page that needs no network.

    Raises
    ------
    UsageError
        The suffix is not ``.html``.
    ServiceError
        The file cannot be written.
    """
    if path.suffix.lower() not in {".html", ".htm"}:
        hint = "open the page and save a figure of it with its tool"
        raise UsageError(
            f"no plot can be written as {path.suffix or path.name}", where=str(path), accepted=".html", hint=hint
        )
    from bokeh.embed import file_html
    from bokeh.layouts import column
    from bokeh.resources import INLINE

    choice = result.light.choice
    title = f"{choice.instrument} {choice.mode}: S/N {result.snr:.1f} in {result.exposure_s:g} s"
    try:
        path.write_text(
            file_html(column(*figures_of(result), sizing_mode="stretch_width"), INLINE, title), encoding="utf-8"
        )
    except OSError as error:
        raise ServiceError(f"cannot be written: {error.strerror}", where=str(path)) from error


def _drawn(result: Result, title: str, label: str, curves: Mapping[str, Array], **marks: Any) -> figure:
    from dfs.etc.showing.growth import saturated_ranges
    from dfs.figures.exposure import by_wavelength

    return by_wavelength(
        result.wavelength_nm,
        curves,
        title=title,
        label=label,
        medium=result.light.medium,
        at_nm=result.at_nm,
        shaded_nm=saturated_ranges(result),
        **marks,
    )


def _input(result: Result) -> figure:
    """Return the figure of the target outside the atmosphere; of an image, over its whole band."""
    from dfs.etc.showing.growth import input_flux
    from dfs.figures.exposure import by_wavelength

    light, is_image = result.light, result.light.kind == "image"
    label = f"flux (erg s-1 cm-2 A-1{' arcsec-2' if result.request.target.extended else ''})"
    flux = {"target outside the atmosphere": input_flux(result) if is_image else result.flux}
    if not is_image:
        return _drawn(result, "Input spectrum", label, flux)
    return by_wavelength(
        light.wavelength_nm, flux, title="Input spectrum", label=label, medium=light.medium, at_nm=result.at_nm
    )


def _efficiency(result: Result) -> figure:
    whole = result.throughput * result.atmosphere * result.slit_fraction
    return _drawn(result, "Efficiency", "fraction", {_MADE: result.throughput, "with air and slit": whole})


def _efficiency_of_image(result: Result) -> figure:
    from dfs.etc.showing.growth import passed
    from dfs.figures.exposure import by_wavelength

    light = result.light
    drawn = {_MADE: light.throughput, "with air": passed(result)}
    return by_wavelength(
        light.wavelength_nm, drawn, title="Efficiency", label="fraction", medium=light.medium, at_nm=result.at_nm
    )


def _saturation(result: Result) -> figure:
    from dfs.etc.showing.growth import peaks

    readout = result.light.readout
    limits = {"a pixel is full": readout.full_well_e}
    if readout.linear_e is not None:
        limits["linear to 1 %"] = readout.linear_e
    drawn = {"brightest pixel": peaks(result)}
    return _drawn(result, "Brightest pixel in one read-out", "electrons", drawn, limits=limits, may_be_log=True)


def _against_time(result: Result, percent: float) -> figure:
    from dfs.etc.showing.growth import snr_by_time
    from dfs.figures.exposure import by_time

    times, snr = snr_by_time(result, percent)
    title = f"Signal-to-noise at {result.at_nm:.1f} nm over time"
    readouts = result.request.exposure.count if not result.light.readout.infrared else None
    safe = None if readouts is None else result.saturation.longest_safe_s * readouts
    return by_time(times, snr, title=title, chosen=(result.exposure_s, result.snr), longest_safe_s=safe)
