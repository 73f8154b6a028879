"""How sure a signal-to-noise is: its spread over the nights of the site.

A calculation holds for one seeing and one sky. Nights differ: here seeing, airglow and clouds are drawn from the site's distributions
(`dfs.etc.nights.site_statistics`; scatter of airglow by kind from `dfs.sky.emission.airglow_scatter`), always the same draws for the same seed:
an additive recurrence in three dimensions, which fills them more evenly than random numbers.

The engine is asked once for each of `SEEINGS` seeings (an image: `IMAGE_SEEINGS`), which stand denser in the best and the worst
nights; a draw lies between two of them, in the logarithm of the seeing, and scales the terms of their variances. The weights of an
optimal extraction are not made anew for each sky, and saturation is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.etc.engine.calculation import calculate
from dfs.etc.geometry.image import seeing_of
from dfs.etc.nights.airglow import airglow_width
from dfs.etc.nights.one_night import Night, at_one, in_seeing, snr_of_nights, time_of_nights
from dfs.etc.nights.site_statistics import ASSUMED, chance_of_seeing, seeing_quantile, transparency_quantile
from dfs.etc.request import Request
from dfs.etc.result import Result
from dfs.instruments.optics import LightPath

__all__ = ["BAND", "DRAWS", "SEEINGS", "Spread", "uncertainty"]

Array = NDArray[np.float64]
Transparency = Literal["photometric", "clear", "thin"]

DRAWS = 256
SEEINGS = {"eso": 24, "as-reduced": 14}  # of spectra; the latter are slower, and have no steps
IMAGE_SEEINGS = 64  # quick, and with larger steps as the aperture has them
BAND = (16.0, 50.0, 84.0)  # per cent
_MOST_VALUES, _FEWEST = 1_000_000, 64  # of the spectra that are drawn: of a long spectrum fewer nights make the band
_STEP = 1.0 / 1.2207440846057596 ** np.arange(
    1, 4
)  # root of x^4 = x + 1: the recurrence that fills three dimensions most evenly
_BEGIN = np.sqrt(np.array([2.0, 3.0, 5.0]))  # another seed begins anywhere else


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The answer to one question in many nights.

    Attributes
    ----------
    result
        The answer as asked.
    percent
        Per cent of the nights, shape (p,).
    wavelength_nm, snr
        Shapes (n,), (p, n): signal-to-noise that this share of the nights stays below (of more than 3,900 wavelengths fewer nights count).
    draws
        Shape (d,): signal-to-noise at the wavelength of interest, of each night.
    exposure_draws_s
        Shape (d,): time in which each night reaches the signal-to-noise of `result`.
    seeing_arcsec
        Shape (d,): zenith, 500 nm.
    chance
        Fraction of the time in which the seeing is one of those drawn: 1, or that of the constraint.
    assumed
        What was not read in a document.
    """

    result: Result
    percent: Array
    wavelength_nm: Array
    snr: Array
    draws: Array
    exposure_draws_s: Array
    seeing_arcsec: Array
    chance: float
    assumed: tuple[str, ...]

    @property
    def snr_at(self) -> Array:
        """Return the percentiles at the wavelength of interest, shape (p,)."""
        return np.percentile(self.draws, self.percent)

    @property
    def exposure_s(self) -> Array:
        """Return the time with which this share of the nights reaches the signal-to-noise, shape (p,)."""
        return np.percentile(self.exposure_draws_s, self.percent)

    def probability(self, snr: float) -> float:
        """Return the fraction of the nights that reach a signal-to-noise at the wavelength of interest."""
        return float(np.mean(self.draws >= snr))


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    """Nights: the seeing below theirs and the way to the next, the deviate of the airglow, what the clouds let through; shapes (d,)."""

    place: NDArray[np.int64]
    part: Array
    deviates: Array
    passed: Array


def uncertainty(
    request: Request,
    *,
    transparency: Transparency = "photometric",
    within: bool = False,
    draws: int = DRAWS,
    seed: int = 1,
    percent: tuple[float, ...] = BAND,
) -> Spread:
    """Return how the answer to `request` spreads over the nights of the telescope's site.

    Parameters
    ----------
    request
        The question; where a signal-to-noise is asked, the exposure that gives it is kept.
    transparency
        Class of the sky.
    within
        True: only nights in which the seeing is as good as asked or better, as in service mode, where it is a constraint.
    draws, seed
        Nights, and where in the recurrence they begin.
    percent
        Of the nights.

    Raises
    ------
    UsageError
        As of `calculate`; or no draws.
    """
    from scipy.special import ndtri

    if not 8 <= draws <= 100_000:
        raise UsageError(f"{draws} draws", where="draws", accepted="8 to 100000")
    result = calculate(request)
    light = result.light
    fixed = replace(result.request.exposure, snr=None, time_s=_time_of(result.request, result))
    asked = replace(result.request, exposure=fixed)
    chance = chance_of_seeing(seeing_of(light, request.sky), light.site) if within else 1.0
    ranks = (seed * _BEGIN + np.arange(1, draws + 1)[:, np.newaxis] * _STEP) % 1.0
    nodes = _seeings(light, request.extraction, chance)
    seeing = seeing_quantile(np.maximum(ranks[:, 0], 1e-9) * chance, light.site)
    place, part = _between(nodes, seeing)
    deviates = np.asarray(ndtri(ranks[:, 1]), dtype=np.float64)
    drawn = _Draws(place, part, deviates, transparency_quantile(ranks[:, 2], transparency))
    found = [in_seeing(light, asked, float(one)) for one in nodes]
    spectra, at_draws, times = _over_nights(result, found, drawn)
    return Spread(
        result=result,
        percent=np.asarray(percent, dtype=np.float64),
        wavelength_nm=result.wavelength_nm,
        snr=_percentiles(spectra, percent),
        draws=at_draws,
        exposure_draws_s=times,
        seeing_arcsec=seeing,
        chance=chance,
        assumed=(*result.assumed, *ASSUMED),
    )


def _over_nights(result: Result, found: list[Night], drawn: _Draws) -> tuple[Array, Array, Array]:
    """Return spectra of signal-to-noise of the first draws (e, n), and of all draws (d,) the one at the wavelength of interest and the time."""
    wave, draws = result.wavelength_nm, drawn.place.size
    width = airglow_width(result.light, result.request.sky, wave)
    at = int(np.argmin(np.abs(wave - result.at_nm)))
    whole = np.arange(draws) < max(_FEWEST, _MOST_VALUES // wave.size)
    spectra, at_draws, times = np.empty((int(whole.sum()), wave.size)), np.empty(draws), np.empty(draws)
    for node in np.unique(drawn.place):
        mine = drawn.place == node
        both, share = found[node : node + 2], drawn.part[mine]
        shown = mine & whole
        factor, clear = _brighter(drawn.deviates[shown], width), drawn.passed[shown, np.newaxis]
        spectra[mine[whole]] = _mixed(
            [snr_of_nights(one, factor, clear) for one in both], drawn.part[shown, np.newaxis]
        )
        here = [at_one(one, at) for one in both]
        factor, clear = _brighter(drawn.deviates[mine], width[at : at + 1]), drawn.passed[mine]
        at_draws[mine] = _mixed([snr_of_nights(one, factor, clear[:, np.newaxis])[:, 0] for one in here], share)
        times[mine] = _mixed([time_of_nights(one, factor[:, 0], clear, result.snr) for one in here], share)
    return spectra, at_draws, times


def _seeings(light: LightPath, extraction: str, chance: float) -> Array:
    """Return the seeings (arcsec) in which the engine is asked, densest in the best and the worst nights."""
    count = IMAGE_SEEINGS if light.kind == "image" else SEEINGS[extraction]
    ranks = 0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / count)
    return seeing_quantile(ranks * chance, light.site)


def _between(nodes: Array, seeing: Array) -> tuple[NDArray[np.int64], Array]:
    """Return for each draw the node below it, and how far it lies on the way to the next (0 to 1) in the logarithm."""
    logs, at = np.log(nodes), np.log(seeing)
    place = np.clip(np.searchsorted(logs, at) - 1, 0, nodes.size - 2)
    return place, np.clip((at - logs[place]) / np.diff(logs)[place], 0.0, 1.0)


def _mixed(both: list[Array], share: Array) -> Array:
    return both[0] + share * (both[1] - both[0])


def _time_of(request: Request, result: Result) -> float | None:
    """Return the exposure to ask for again; None where DIT and NDIT say it."""
    exposure = request.exposure
    if exposure.snr is None and exposure.dit_s is not None and exposure.ndit is not None:
        return None
    return result.exposure_s


def _percentiles(spectra: Array, percent: tuple[float, ...]) -> Array:
    """Return percentiles along the draws, by sorting them once: `np.percentile` is slower on so many columns."""
    ordered = np.sort(np.ascontiguousarray(spectra.T), axis=1)
    at = np.asarray(percent) / 100.0 * (spectra.shape[0] - 1)
    low = np.minimum(np.floor(at).astype(np.int64), spectra.shape[0] - 2)
    part = at - low
    return np.asarray((ordered[:, low] * (1.0 - part) + ordered[:, low + 1] * part).T, dtype=np.float64)


def _brighter(deviates: Array, width: Array) -> Array:
    """Return how much brighter than its mean the sky is in each night, shape (d, n): log-normal."""
    return np.asarray(np.exp(deviates[:, np.newaxis] * width - 0.5 * width**2), dtype=np.float64)
