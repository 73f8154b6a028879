"""What each term of a result is, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dfs.etc.result import Result

__all__ = ["TERMS", "described"]

# Term -> (unit, what it is). Arrays are told at the wavelength of interest.
TERMS: Mapping[str, tuple[str, str]] = {
    "snr": (
        "",
        "signal-to-noise at the wavelength of interest: of one pixel along the dispersion, or of the whole image",
    ),
    "at_nm": ("nm", "wavelength of interest, in the medium of the instrument; of an image, the mean of its band"),
    "exposure_s": ("s", "time on the target, of all exposures and integrations"),
    "target_e": ("e-", "electrons of the target in the aperture, in the whole time"),
    "sky_e": ("e-", "electrons of the sky in one detector pixel, in the whole time"),
    "dark_e": ("e-", "dark current of one pixel, in the whole time"),
    "ron_e": ("e-", "read-out noise of one pixel, all read-outs in quadrature"),
    "aperture_pixels": ("pixels", "detector pixels that are added up at one wavelength, of all beams"),
    "aperture_arcsec2": ("arcsec2", "sky that the aperture sees"),
    "encircled_fraction": ("", "of the target's light behind the slit, within the aperture"),
    "slit_fraction": ("", "of the target's light, through the slit"),
    "image_quality_arcsec": ("arcsec", "full width at half maximum of the image: turbulence, telescope, instrument"),
    "throughput": ("", "telescope, instrument and detector, without air and slit"),
    "atmosphere": ("", "what the air lets through"),
    "flux": ("erg s-1 cm-2 A-1", "the target outside the atmosphere (extended: of one arcsec2)"),
    "sky_radiance": ("photons s-1 m-2 micron-1 arcsec-2", "the sky at the telescope"),
}
VARIANCES: Mapping[str, str] = {
    "target": "photons of the target",
    "sky": "photons of the sky",
    "dark": "dark current",
    "read-out": "read-out noise",
    "sky fit": "error of the sky that is fitted along the slit",
    "digitisation": "rounding to whole ADU",
}


def described(result: Result) -> str:
    """Return a line for each term: name, value, unit, what it is; then variances, saturation, the sky, notes, what is assumed."""
    place = int(np.argmin(np.abs(result.wavelength_nm - result.at_nm)))
    lines = [_line(name, getattr(result, name), place, *TERMS[name]) for name in TERMS]
    for name, values in result.variance.items():
        lines.append(_line(f"variance: {name}", values, place, "e-^2", f"in the aperture: {VARIANCES.get(name, name)}"))
    full = result.saturation
    lines.append(_line("peak_e", full.peak_e, 0, "e-", f"brightest pixel in one read-out, at {full.peak_nm:.2f} nm"))
    lines.append(_line("full_well_e", full.full_well_e, 0, "e-", "charge at which a pixel saturates"))
    lines.append(
        _line("longest_safe_s", full.longest_safe_s, 0, "s", "longest single read-out in which nothing saturates")
    )
    for band, magnitude in result.sky_magnitudes.items():
        lines.append(_line(f"sky in {band}", magnitude, 0, "mag arcsec-2", "Vega magnitude of the sky that was used"))
    lines += [f"note: {one}" for one in result.notes]
    lines += [f"assumed: {one}" for one in result.assumed]
    lines += [f"version of {name}: {stamp}" for name, stamp in result.versions.items()]
    return "\n".join(lines)


def _line(name: str, value: object, place: int, unit: str, what: str) -> str:
    number = float(value[place]) if isinstance(value, np.ndarray) else float(str(value))
    return f"{name:<22}{number:>14.6g} {unit:<18} {what}"
