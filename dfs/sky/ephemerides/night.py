"""A night: when it begins and ends, how dark it is, and the sky over the site through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.sky.ephemerides.local_sky import LocalSky, local_sky
from dfs.sky.ephemerides.scales import mjd_of, moment_of
from dfs.sky.ephemerides.site import Site

__all__ = ["STEP_MINUTES", "Night", "night", "night_of"]

Array = NDArray[np.float64]

STEP_MINUTES = 5
# the Sun's true altitude (deg); sunset: upper limb on a level horizon, refraction 34 arcmin, radius 16 arcmin
_SUN = {"sunset": -0.8333, "civil": -6.0, "nautical": -12.0, "astronomical": -18.0}
_MINUTE = 1.0 / 1440.0
_YEARS = range(1972, 2101)  # those that the formulae are for
_MJD_OF_ORDINAL = 678576  # date.toordinal() minus the modified Julian date


@dataclass(frozen=True, slots=True, eq=False)
class Night:
    """The night that begins on the evening of `date` (local), with its instants as aware UTC times.

    Attributes
    ----------
    dusk, dawn
        End of the evening's and begin of the morning's astronomical twilight.
    sky
        The sky over the site from just before sunset to just after sunrise, in steps of whole minutes of UTC.
    moon_events
        ``(instant, "rise" | "set")`` between sunset and sunrise.
    """

    site: Site
    date: date
    sunset: datetime
    civil_dusk: datetime
    nautical_dusk: datetime
    dusk: datetime
    dawn: datetime
    nautical_dawn: datetime
    civil_dawn: datetime
    sunrise: datetime
    sky: LocalSky
    moon_events: tuple[tuple[datetime, str], ...]

    @property
    def moon_lit(self) -> float:
        """Return the fraction of the Moon's disk that is lit in the middle of the night."""
        return float(self.sky.moon_lit[len(self.sky.mjd) // 2])

    @property
    def dark_hours(self) -> float:
        """Return the hours from dusk to dawn."""
        return (self.dawn - self.dusk) / timedelta(hours=1)


def night(site: Site, evening: date | str, *, step_minutes: int = STEP_MINUTES) -> Night:
    """Return the night that begins on the date `evening` (``YYYY-MM-DD``); `UsageError` for another format or an impossible date."""
    if isinstance(evening, str):
        try:
            evening = date.fromisoformat(evening)
        except ValueError:
            raise UsageError(f"{evening!r} is no date", where="night", accepted="YYYY-MM-DD") from None
    if evening.year not in _YEARS:
        years = f"the years {_YEARS.start} to {_YEARS.stop - 1}"
        raise UsageError(f"there is no night for {evening}", where="night", accepted=years)
    return _night(site, evening.toordinal(), step_minutes)


def night_of(site: Site, at: datetime, *, step_minutes: int = STEP_MINUTES) -> Night:
    """Return the night that holds the instant `at` (aware); by day: the night to come."""
    day = int(np.floor(mjd_of(at) + site.longitude_deg / 360.0 - 0.5))
    return _night(site, day + _MJD_OF_ORDINAL, step_minutes)


@lru_cache(maxsize=400)
def _night(site: Site, ordinal: int, step_minutes: int) -> Night:
    noon = ordinal - _MJD_OF_ORDINAL + 0.5 - site.longitude_deg / 360.0
    coarse = local_sky(site, noon + np.arange(0, 145) * 10 * _MINUTE)
    times = {name: _crossings(coarse, altitude) for name, altitude in _SUN.items()}
    if any(one is None for one in times.values()):
        raise UsageError(f"no dark night on {date.fromordinal(ordinal)} at {site.name}", where="night")
    events = _refined(site, [at for pair in times.values() if pair for at in pair])
    (sunset, sunrise), (civil, civil_dawn), (nautical, nautical_dawn), (dusk, dawn) = np.reshape(events, (4, 2))
    step = step_minutes * _MINUTE
    sky = local_sky(site, np.arange(np.floor(sunset / step), np.ceil(sunrise / step) + 1) * step)
    return Night(
        site=site,
        date=date.fromordinal(ordinal),
        sunset=moment_of(sunset),
        civil_dusk=moment_of(civil),
        nautical_dusk=moment_of(nautical),
        dusk=moment_of(dusk),
        dawn=moment_of(dawn),
        nautical_dawn=moment_of(nautical_dawn),
        civil_dawn=moment_of(civil_dawn),
        sunrise=moment_of(sunrise),
        sky=sky,
        moon_events=_moon_events(sky),
    )


def _crossings(sky: LocalSky, altitude: float) -> tuple[float, float] | None:
    """Return when the Sun goes below and comes above `altitude`, to some seconds; None when it does not."""
    above = sky.sun_altitude - altitude
    changes = np.flatnonzero(np.diff(np.sign(above)) != 0)
    if len(changes) != 2 or above[0] < 0:
        return None
    first, last = (
        float(sky.mjd[i] + (sky.mjd[i + 1] - sky.mjd[i]) * above[i] / (above[i] - above[i + 1])) for i in changes
    )
    return first, last


def _refined(site: Site, times: list[float]) -> Array:
    """Return the crossings of the Sun's four altitudes to better than a second: one step of Newton's method."""
    step = 0.5 * _MINUTE
    target = np.repeat(list(_SUN.values()), 2)
    before, after = (local_sky(site, np.array(times) + sign * step).sun_altitude for sign in (-1, 1))
    return np.asarray(times - ((before + after) / 2 - target) * 2 * step / (after - before), dtype=np.float64)


def _moon_events(sky: LocalSky) -> tuple[tuple[datetime, str], ...]:
    """Return when the Moon's upper limb crosses a level horizon (true altitude of the topocentric centre -0.83 deg)."""
    above = sky.moon_altitude - _SUN["sunset"]
    changes = np.flatnonzero(np.diff(np.sign(above)) != 0)
    times = sky.mjd[changes] + np.diff(sky.mjd)[changes] * above[changes] / (above[changes] - above[changes + 1])
    return tuple((moment_of(at), "rise" if above[i] < 0 else "set") for i, at in zip(changes, times, strict=True))
