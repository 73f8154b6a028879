"""Cards that ESO's Science Data Product standard (version 8) asks of a spectrum and that only its maker knows."""

from __future__ import annotations

import numpy as np

from dfs.model import Card, Flag, Header, HeaderValue, Spectrum
from dfs.recipes.steps.wavelength import WavelengthSolution
from dfs.sky import solar_velocity

__all__ = ["spectrum_cards"]

_UNCALIBRATED, _UNKNOWN = -1.0, -2.0  # values of FLUXERR


def spectrum_cards(
    spectrum: Spectrum,
    header: Header,
    arc: Header,
    solution: WavelengthSolution,
    *,
    calibrated: bool,
    shift_error_px: float | None,
) -> tuple[Card, ...]:
    """Return the cards.

    Parameters
    ----------
    spectrum
        The finished spectrum.
    header, arc
        Of the first raw frame and of the wavelength solution.
    solution
        Of this frame.
    calibrated
        Whether the flux is physical. Its error is given as unknown (-2): what the slit cuts off is not corrected.
    shift_error_px
        Standard error of the displacement against the arc; None when it was not measured.
    """
    wavelength = spectrum.wavelength_nm
    low, high = float(wavelength[0]), float(wavelength[-1])
    x = float(np.interp(0.5 * (low + high), wavelength, np.arange(len(wavelength))))
    dispersion = float(solution.dispersion_nm(x))
    good = (spectrum.quality & np.int16(Flag.excluded())) == 0
    snr = float(np.median(spectrum.flux[good] / spectrum.error[good])) if good.any() else 0.0
    width_nm = solution.fwhm_px * dispersion
    values: list[tuple[str, HeaderValue, str]] = [
        ("WAVELMIN", round(low, 5), f"[nm] first wavelength, in {spectrum.medium}"),
        ("WAVELMAX", round(high, 5), f"[nm] last wavelength, in {spectrum.medium}"),
        ("SPEC_BIN", round(float(np.median(np.diff(wavelength))), 6), "[nm] median wavelength step"),
        (
            "SPEC_RES",
            round(0.5 * (low + high) / width_nm, 1) if width_nm > 0 else None,
            "resolving power, from arc lines",
        ),
        ("SPECSYS", "TOPOCENT", "no correction for the motion of the Earth"),
        ("SNR", round(snr, 3), "median signal-to-noise ratio per pixel"),
        ("FLUXCAL", "ABSOLUTE" if calibrated else "UNCALIBRATED", "characterises the flux calibration"),
        ("FLUXERR", _UNKNOWN if calibrated else _UNCALIBRATED, "-2 unknown: slit loss; -1: not calibrated"),
        ("CONTNORM", False, "not normalised to the continuum"),
        ("TOT_FLUX", False, "light lost at the slit is not made up for"),
        ("EXT_OBJ", False, "extracted as a point source"),
        *_accuracy(arc, dispersion, shift_error_px),
        *_motion(header),
    ]
    return tuple(Card(keyword, value, comment) for keyword, value, comment in values if value is not None)


def _accuracy(arc: Header, dispersion_nm: float, shift_error_px: float | None) -> list[tuple[str, HeaderValue, str]]:
    rms, lines = arc.get("LAMRMS"), arc.get("LAMNLIN")
    if not isinstance(rms, int | float) or not isinstance(lines, int) or lines < 1:
        return []
    statistical = float(rms) / float(np.sqrt(lines))
    error = float(np.hypot(statistical, (shift_error_px or 0.0) * dispersion_nm))
    return [
        ("LAMRMS", float(rms), "[nm] rms of the arc lines' residuals"),
        ("LAMNLIN", int(lines), "arc lines used"),
        ("SPEC_ERR", round(error, 6), "[nm] statistical error of the wavelengths"),
    ]


def _motion(header: Header) -> list[tuple[str, HeaderValue, str]]:
    """Return the velocities that would refer the wavelengths to the Sun and the barycentre, at mid exposure; not applied."""
    names = ("RA", "DEC", "MJD-OBS", "EXPTIME", "ESO TEL GEOLON", "ESO TEL GEOLAT")
    values = [header.get(name) for name in names]
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        return []
    ra, dec, mjd, seconds, longitude, latitude = (float(value) for value in values if isinstance(value, int | float))
    elevation = header.get("ESO TEL GEOELEV")
    found = solar_velocity(
        ra,
        dec,
        mjd + 0.5 * seconds / 86400.0,
        longitude_deg=longitude,
        latitude_deg=latitude,
        elevation_m=float(elevation) if isinstance(elevation, int | float) else 0.0,
    )
    return [
        ("ESO DRS VEL HELIO", round(found.heliocentric_km_s, 4), "[km/s] to be added, not applied"),
        ("ESO DRS VEL BARY", round(found.barycentric_km_s, 4), "[km/s] to be added, not applied"),
    ]
