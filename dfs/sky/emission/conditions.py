"""Where the telescope points, where the Moon is, what the air is like."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from dfs.errors import UsageError
from dfs.sky.emission.thermal import WarmSurface
from dfs.sky.transmission import MEDIAN_PWV_MM

__all__ = ["Moon", "SkyConditions", "moon_of_days", "moon_of_illumination"]

SYNODIC_MONTH_D = 29.530589  # mean, new moon to new moon (Meeus, Astronomical Algorithms)
USUAL_DISTANCE_DEG = 60.0  # assumed, where only the age of the Moon is told
_HIGHEST_AIRMASS = 3.0  # scattering in plane layers holds so far
_USUAL_ALTITUDE_DEG = 40.0  # of a Moon whose altitude is open, assumed; it stands lower only where it must


@dataclass(frozen=True, slots=True)
class Moon:
    """The Moon as the sky model needs it.

    Attributes
    ----------
    sun_separation_deg
        Angle between Sun and Moon seen from Earth: 0 new, 180 full; above 180 waning (360 minus the angle).
    target_separation_deg
        Angle between Moon and target.
    altitude_deg
        Of the Moon; below the horizon it gives no light. None: as the Moon would stand a quarter turn of azimuth from the target, but
        no lower than 40 deg where the separation allows (assumed): a Moon that can be up is up.
    distance
        In units of its mean, 384400 km.
    """

    sun_separation_deg: float
    target_separation_deg: float = USUAL_DISTANCE_DEG
    altitude_deg: float | None = None
    distance: float = 1.0

    def __post_init__(self) -> None:
        _within("sun_separation_deg", self.sun_separation_deg, 0.0, 360.0)
        _within("target_separation_deg", self.target_separation_deg, 0.0, 180.0)
        _within("distance", self.distance, 0.9, 1.1)
        if self.altitude_deg is not None:
            _within("altitude_deg", self.altitude_deg, -90.0, 90.0)

    @property
    def phase_angle_deg(self) -> float:
        """Return the angle Sun, Moon, Earth: 0 full, 180 new."""
        return 180.0 - min(self.sun_separation_deg, 360.0 - self.sun_separation_deg)

    @property
    def illumination(self) -> float:
        """Return the lit fraction of the disk."""
        return 0.5 * (1.0 - math.cos(math.radians(self.sun_separation_deg)))

    def zenith_distance_deg(self, target_zenith_deg: float) -> float:
        """Return the Moon's zenith distance; `UsageError` when altitude, separation and target cannot all hold."""
        separation, zenith = self.target_separation_deg, target_zenith_deg
        nearest, farthest = abs(separation - zenith), min(separation + zenith, 360.0 - separation - zenith)
        if self.altitude_deg is None:
            cosine = math.cos(math.radians(separation)) / max(math.cos(math.radians(zenith)), 1e-9)
            across = math.degrees(math.acos(min(1.0, max(-1.0, cosine))))
            return min(max(min(across, 90.0 - _USUAL_ALTITUDE_DEG), nearest), farthest)
        found = 90.0 - self.altitude_deg
        if not nearest - 0.5 <= found <= farthest + 0.5:
            raise UsageError(
                f"a Moon {self.altitude_deg:.1f} deg high is not {separation:.1f} deg from a target {90 - zenith:.1f} deg high",
                where="Moon",
                accepted=f"altitude {90 - farthest:.1f} to {90 - nearest:.1f} deg for this separation",
            )
        return found


@dataclass(frozen=True, slots=True)
class SkyConditions:
    """What the brightness of the sky depends on.

    Attributes
    ----------
    airmass
        Of the target, 1 to 3.
    moon
        None: below the horizon, or new.
    ecliptic_longitude_deg, ecliptic_latitude_deg
        Of the target, the longitude from the Sun. As ESO's sky model has it: the ecliptic pole.
    solar_flux_sfu
        Monthly mean at 10.7 cm (70 quiet to 250): airglow follows it.
    pwv_mm
        Precipitable water vapour at the zenith.
    airglow, zodiacal, starlight, heat
        Whether the component is there.
    airglow_continuum
        False leaves out the continuum between the lines of airglow: the switch that ESO's sky model and calculators call airglow.
    surfaces
        Warm mirrors in the beam, the first first; they shine in the infrared.
    """

    airmass: float = 1.0
    moon: Moon | None = None
    ecliptic_longitude_deg: float = 135.0
    ecliptic_latitude_deg: float = 90.0
    solar_flux_sfu: float = 130.0
    pwv_mm: float = MEDIAN_PWV_MM
    airglow: bool = True
    airglow_continuum: bool = True
    zodiacal: bool = True
    starlight: bool = True
    heat: bool = True
    surfaces: tuple[WarmSurface, ...] = field(default=())

    def __post_init__(self) -> None:
        _within("airmass", self.airmass, 1.0, _HIGHEST_AIRMASS)
        _within("ecliptic_longitude_deg", self.ecliptic_longitude_deg, -360.0, 360.0)
        _within("ecliptic_latitude_deg", self.ecliptic_latitude_deg, -90.0, 90.0)
        _within("solar_flux_sfu", self.solar_flux_sfu, 50.0, 400.0)
        _within("pwv_mm", self.pwv_mm, 0.0, 30.0)

    @property
    def zenith_distance_deg(self) -> float:
        """Return the target's zenith distance, the secant's: right to 0.1 deg below air mass 3."""
        return math.degrees(math.acos(1.0 / self.airmass))


def moon_of_days(days_from_new: float, target_separation_deg: float = USUAL_DISTANCE_DEG) -> Moon:
    """Return the Moon so many days from new (either way): its angle from the Sun grows evenly, its altitude is left open."""
    _within("days_from_new", days_from_new, 0.0, SYNODIC_MONTH_D)
    return Moon(360.0 * days_from_new / SYNODIC_MONTH_D, target_separation_deg)


def moon_of_illumination(illumination: float, target_separation_deg: float = USUAL_DISTANCE_DEG) -> Moon:
    """Return the waxing Moon with a lit fraction of its disk (0 to 1)."""
    _within("illumination", illumination, 0.0, 1.0)
    return Moon(math.degrees(math.acos(1.0 - 2.0 * illumination)), target_separation_deg)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # NaN is within nothing
        raise UsageError(f"{name} {value:g} cannot be", where=name, accepted=f"{low:g} to {high:g}")
