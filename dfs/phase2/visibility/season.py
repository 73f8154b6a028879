"""The sky over a site through all nights of a run, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.model.phase2 import ObservingRun
from dfs.sky.ephemerides import LocalSky, Site, local_sky, mjd_of, site_of

__all__ = ["STEP_MINUTES", "Season", "nights_of", "season"]

Array = NDArray[np.float64]

STEP_MINUTES = 10
_HALF_NIGHT_H = 7.0  # from sunset to sunrise it is 13.9 h at most at 29 deg of latitude
_SUNSET_DEG, _DARK_DEG = -0.8333, -18.0
_MJD_OF_ORDINAL = 678576


@dataclass(frozen=True, slots=True, eq=False)
class Season:
    """Some nights, sampled alike: arrays are (nights, instants), times as modified Julian dates (UTC).

    Attributes
    ----------
    sky
        The sky at all instants, night after night, flat.
    sunset, dusk, dawn
        Of each night, to some seconds.
    """

    site: Site
    nights: tuple[date, ...]
    step_minutes: float
    mjd: Array
    sky: LocalSky
    sunset: Array
    dusk: Array
    dawn: Array

    @property
    def dark(self) -> NDArray[np.bool_]:
        """Return which instants lie between dusk and dawn."""
        after, before = self.dusk.reshape(-1, 1), self.dawn.reshape(-1, 1)
        return (self.mjd >= after) & (self.mjd <= before)

    @property
    def moon_lit(self) -> Array:
        """Return the fraction of the Moon's disk that is lit in the middle of each night."""
        lit = self.sky.moon_lit.reshape(self.mjd.shape)
        return np.asarray(lit.T[len(lit.T) // 2], dtype=np.float64)


def nights_of(run: ObservingRun, every: int = 1) -> tuple[date, ...]:
    """Return the evenings of a run, each `every` nights."""
    site = site_of(run.telescope)
    first, last = (_evening(site, mjd_of(at)) for at in (run.valid_from, run.valid_to - timedelta(hours=12)))
    return tuple(date.fromordinal(one) for one in range(first, last + 1, every))


def season(site: Site, nights: tuple[date, ...], step_minutes: float = STEP_MINUTES) -> Season:
    """Return the sky over `site` in `nights`."""
    return _season(site, tuple(one.toordinal() for one in nights), step_minutes)


def _evening(site: Site, mjd: float) -> int:
    """Return the ordinal of the evening whose night holds or follows an instant; noon counts as the day's own."""
    return int(np.floor(mjd + site.longitude_deg / 360.0 - 0.45)) + _MJD_OF_ORDINAL


@lru_cache(maxsize=6)
def _season(site: Site, ordinals: tuple[int, ...], step_minutes: float) -> Season:
    midnight = np.array(ordinals) - _MJD_OF_ORDINAL + 1.0 - site.longitude_deg / 360.0
    half = round(_HALF_NIGHT_H * 60 / step_minutes)
    mjd = midnight[:, None] + np.arange(-half, half + 1) * (step_minutes / 1440.0)
    sky = local_sky(site, mjd.ravel())
    height = sky.sun_altitude.reshape(mjd.shape)
    return Season(
        site=site,
        nights=tuple(date.fromordinal(one) for one in ordinals),
        step_minutes=step_minutes,
        mjd=mjd,
        sky=sky,
        sunset=_crossing(mjd, height - _SUNSET_DEG, 1),
        dusk=_crossing(mjd, height - _DARK_DEG, 1),
        dawn=_crossing(mjd, height - _DARK_DEG, -1),
    )


def _crossing(mjd: Array, above: Array, direction: int) -> Array:
    """Return when each night's `above` becomes negative: the first time going forwards (1) or backwards (-1)."""
    times, values = mjd[:, ::direction], above[:, ::direction]
    after = np.maximum(np.argmax(values < 0, axis=1), 1)[:, None]
    t0, t1, v0, v1 = (
        np.take_along_axis(array, index, axis=1)[:, 0]
        for array, index in ((times, after - 1), (times, after), (values, after - 1), (values, after))
    )
    return np.asarray(t0 + (t1 - t0) * v0 / (v0 - v1), dtype=np.float64)
