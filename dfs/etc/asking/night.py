"""The night as astronomers say it: ``etc.Sky(airmass=1.2, seeing=0.8 * u.arcsec, days_from_new_moon=3)``."""

from __future__ import annotations

from typing import Any, Literal

from dfs.errors import UsageError
from dfs.etc import request
from dfs.etc.quantities import number, optional_number

__all__ = ["SKY_MODELS", "Sky"]

SKY_MODELS = ("components", "classic")


def Sky(  # noqa: N802 - reads as the noun it makes
    airmass: Any = 1.2,
    seeing: Any = None,
    image_quality: Any = None,
    *,
    fli: Any = None,
    days_from_new_moon: Any = None,
    moon_distance: Any = 60.0,
    moon_altitude: Any = None,
    airglow: bool = True,
    pwv: Any = 2.5,
    solar_flux: Any = 130.0,
    turbulence: int | None = None,
    model: Literal["components", "classic"] = "components",
) -> request.Sky:
    """Return the night that an observation needs. Numbers are plain (in the units below) or quantities.

    Parameters
    ----------
    airmass
        1 to 3.
    seeing
        FWHM at the zenith and 500 nm (arcsec); 0.8 unless another measure is given.
    image_quality
        FWHM on the detector at the reference wavelength (arcsec), instead of the seeing.
    fli, days_from_new_moon
        Lit fraction of the Moon (0 to 1), or its age (0 to 14.77 d): one of them, or none for a night without Moon.
    moon_distance, moon_altitude
        Angle from the target, height above the horizon (deg).
    airglow
        False leaves out its continuum, as the switch of ESO's calculator does; its lines stay.
    pwv
        Precipitable water vapour at the zenith (mm).
    solar_flux
        Monthly mean at 10.7 cm (solar flux units).
    turbulence
        Category instead of the seeing: the percentage of time in which it is as good (10, 20, 30, 50, 70, 85).
    model
        ``components``, or ``classic``: magnitudes by days from new moon.

    Raises
    ------
    UsageError
        A value out of its range or in a wrong unit, or two that say the same thing twice.
    """
    given = {"seeing": seeing, "image_quality": image_quality, "turbulence": turbulence}
    _one_of(given, "the width of the image")
    _one_of({"fli": fli, "days_from_new_moon": days_from_new_moon}, "the Moon")
    if model not in SKY_MODELS:
        raise UsageError(f"no sky model {model!r}", where="sky_model", accepted=", ".join(SKY_MODELS))
    if turbulence is not None:
        from dfs.sky.image_quality import seeing_of_category

        seeing = seeing_of_category(turbulence)
    elif image_quality is None and seeing is None:
        seeing = 0.8
    return request.Sky(
        airmass=number(airmass, "", "airmass", 1.0, 3.0),
        seeing_arcsec=optional_number(seeing, "arcsec", "seeing", 0.1, 10.0),
        image_quality_arcsec=optional_number(image_quality, "arcsec", "image_quality", 0.05, 10.0),
        illumination=optional_number(fli, "", "fli", 0.0, 1.0),
        days_from_new_moon=optional_number(days_from_new_moon, "d", "days_from_new_moon", 0.0, 14.77),
        moon_distance_deg=number(moon_distance, "deg", "moon_distance", 0.0, 180.0),
        moon_altitude_deg=optional_number(moon_altitude, "deg", "moon_altitude", -90.0, 90.0),
        airglow=bool(airglow),
        pwv_mm=number(pwv, "mm", "pwv", 0.0, 30.0),
        solar_flux_sfu=number(solar_flux, "", "solar_flux", 50.0, 400.0),
        model=model,
    )


def _one_of(given: dict[str, Any], what: str) -> None:
    said = [name for name, value in given.items() if value is not None]
    if len(said) > 1:
        raise UsageError(f"{what} is given twice", where=", ".join(said), accepted=f"one of {', '.join(given)}")
