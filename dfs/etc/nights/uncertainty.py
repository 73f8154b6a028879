"""How sure a signal-to-noise is: its spread over the nights of the site.

A calculation holds for one seeing and one sky. Nights differ: here seeing, airglow and clouds are drawn from the site's distributions
(`dfs.etc.nights.site_statistics`; scatter of airglow by kind from `dfs.sky.emission.airglow_scatter`), always the same draws for the same seed:
an additive recurrence in three dimensions, which fills them more evenly than random numbers.

The engine is asked once for each of `SEEINGS` seeings (an image: `IMAGE_SEEINGS`), which stand denser in the best and the worst nights; a draw lies between two of them,
in the logarithm of the seeing, and scales the terms of their variances. The
weights of an optimal extraction are not made anew for each sky, and saturation is not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.etc.engine.calculation import calculate
from dfs.etc.engine.plan import division_of
from dfs.etc.engine.solve import collected, variances
from dfs.etc.extraction import aperture_of
from dfs.etc.geometry.image import seeing_of
from dfs.etc.nights.site_statistics import ASSUMED, chance_of_seeing, seeing_quantile, transparency_quantile
from dfs.etc.photons.rates import rates_of
from dfs.etc.photons.sky import sky_conditions
from dfs.etc.request import Request, Sky
from dfs.etc.result import Result
from dfs.instruments.optics import LightPath
from dfs.sky.emission import sky_emission
from dfs.sky.published import published

__all__ = ["BAND", "DRAWS", "SEEINGS", "Spread", "uncertainty"]

Array = NDArray[np.float64]
Transparency = Literal["photometric", "clear", "thin"]

DRAWS = 256
SEEINGS = {"eso": 24, "as-reduced": 14}  # of spectra; the latter are slower, and have no steps
IMAGE_SEEINGS = 64  # quick, and with larger steps as the aperture has them
BAND = (16.0, 50.0, 84.0)  # per cent
_MOST_VALUES, _FEWEST = 1_000_000, 64  # of the spectra that are drawn: of a long spectrum fewer nights make the band
_NODES = 65
_STEP = 1.0 / 1.2207440846057596 ** np.arange(
    1, 4
)  # root of x^4 = x + 1: the recurrence that fills three dimensions most evenly
_BEGIN = np.sqrt(np.array([2.0, 3.0, 5.0]))  # another seed begins anywhere else
_KINDS, _CONTINUUM = 6, 6


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
    count = IMAGE_SEEINGS if light.kind == "image" else SEEINGS[request.extraction]
    nodes = seeing_quantile((0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / count)) * chance, light.site)
    seeing = seeing_quantile(np.maximum(ranks[:, 0], 1e-9) * chance, light.site)
    found = [_in_seeing(light, asked, float(one)) for one in nodes]
    place, part = _between(nodes, seeing)
    deviates = np.asarray(ndtri(ranks[:, 1]), dtype=np.float64)
    width = _airglow_width(light, request.sky, result.wavelength_nm)
    passed = transparency_quantile(ranks[:, 2], transparency)
    at = int(np.argmin(np.abs(result.wavelength_nm - result.at_nm)))
    drawn = np.arange(draws) < max(_FEWEST, _MOST_VALUES // result.wavelength_nm.size)
    spectra, at_draws, times = np.empty((int(drawn.sum()), result.wavelength_nm.size)), np.empty(draws), np.empty(draws)
    for node in np.unique(place):
        mine = place == node
        both, share = found[node : node + 2], part[mine]
        shown = mine & drawn
        factor, clear = _brighter(deviates[shown], width), passed[shown, np.newaxis]
        spectra[mine[drawn]] = _mixed([_snr(one, factor, clear) for one in both], part[shown, np.newaxis])
        here, factor, clear = (
            [_at(one, at) for one in both],
            _brighter(deviates[mine], width[at : at + 1]),
            passed[mine],
        )
        at_draws[mine] = _mixed([_snr(one, factor, clear[:, np.newaxis])[:, 0] for one in here], share)
        times[mine] = _mixed([_time(one, factor[:, 0], clear, result.snr) for one in here], share)
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


def _in_seeing(light: LightPath, request: Request, seeing_arcsec: float) -> _Night:
    """Return what `calculate` would collect in a seeing, without all else that it answers."""
    sky = replace(request.sky, seeing_arcsec=seeing_arcsec, image_quality_arcsec=None)
    exposure = request.exposure
    if exposure.time_s is not None and exposure.dit_s is not None:
        exposure = replace(exposure, ndit=None)
    asked = replace(request, sky=sky, exposure=exposure)
    aperture, division = aperture_of(light, asked), division_of(exposure, light.readout)
    noise = collected(light, rates_of(light, asked), aperture, division)
    terms = variances(asked.extraction, aperture, noise, division)
    return _Night(noise.target_e * division.count, terms, division.time_s, light.readout.infrared)


@dataclass(frozen=True, slots=True, eq=False)
class _Night:
    """What a result holds that a night changes."""

    target_e: Array
    variance: Mapping[str, Array]
    exposure_s: float
    is_infrared: bool


def _at(night: _Night, place: int) -> _Night:
    one = slice(place, place + 1)
    return replace(
        night, target_e=night.target_e[one], variance={name: value[one] for name, value in night.variance.items()}
    )


def _snr(night: _Night, factor: Array, passed: Array) -> Array:
    """Return the signal-to-noise of nights (d, n) or (d, 1) in one seeing: the sky `factor` times as bright, the target dimmed."""
    return np.asarray(passed * night.target_e / np.sqrt(_variance(night.variance, factor, passed)), dtype=np.float64)


def _variance(terms: Mapping[str, Array], factor: Array, passed: Array) -> Array:
    sky = terms["sky"]
    floor = sum(value for name, value in terms.items() if name not in {"target", "sky", "sky fit"})
    night = floor + sky * factor
    total = terms["target"] * passed + night
    if "sky fit" in terms:  # it grows with the noise of the pixels that are fitted
        total = total + terms["sky fit"] * night / np.maximum(floor + sky, 1e-300)
    return np.asarray(np.maximum(total, 1e-300), dtype=np.float64)


def _time(night: _Night, factor: Array, passed: Array, wanted: float) -> Array:
    """Return the time that reaches `wanted`: snr^2 (a t + r) = (s t)^2, r the read-outs where their number stays."""
    t = night.exposure_s
    reading = night.variance["read-out"] + night.variance.get("digitisation", np.zeros(1))
    fixed = 0.0 if night.is_infrared else float(reading[0])
    a = (_variance(night.variance, factor, passed) - fixed) / t
    s = np.maximum(passed * night.target_e / t, 1e-300)
    q = wanted**2
    return np.asarray((q * a + np.sqrt((q * a) ** 2 + 4.0 * q * fixed * s**2)) / (2.0 * s**2), dtype=np.float64)


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


def _airglow_width(light: LightPath, sky: Sky, wavelength_nm: Array) -> Array:
    """Return the standard deviation of the logarithm of the sky's brightness, shape (n,): the scatter of its airglow."""
    nodes, relative = _airglow_scatter(light, replace(sky, seeing_arcsec=None, image_quality_arcsec=None))
    scatter = np.interp(wavelength_nm, nodes, relative) if nodes.size > 1 else np.full(wavelength_nm.size, relative[0])
    return np.asarray(np.sqrt(np.log1p(scatter**2)), dtype=np.float64)


@lru_cache(maxsize=32)
def _airglow_scatter(light: LightPath, sky: Sky) -> tuple[Array, Array]:
    """Return nodes of wavelength, and the standard deviation of the sky over its mean there; one node for an image."""
    low, high = float(light.vacuum_nm[0]), float(light.vacuum_nm[-1])
    fine = np.linspace(low, high, 50 * _NODES)
    parts = sky_emission(fine, sky_conditions(sky, light)).components
    kinds = published("airglow_kinds")["scatter"]
    lines = published("airglow_lines")
    edges = np.linspace(low, high, _NODES + 1)
    counts = np.array([_binned(lines, kind, edges) for kind in range(1, _KINDS + 1)])
    bins = np.clip(np.searchsorted(edges, fine, side="right") - 1, 0, _NODES - 1)
    total = counts.sum(axis=0)
    of_lines = np.divide(kinds @ counts, total, out=np.full(_NODES, float(np.max(kinds))), where=total > 0)[bins]
    spread = of_lines * parts["airglow_lines"] + kinds[_CONTINUUM - 1] * parts["airglow_continuum"]
    bright = np.asarray(sum(parts.values()), dtype=np.float64)
    if light.kind == "image":
        weight = np.interp(fine, light.vacuum_nm, light.throughput)
        return np.array([light.wavelength_nm.mean()]), np.array([np.sum(spread * weight) / np.sum(bright * weight)])
    middle = np.bincount(bins, spread, _NODES) / np.bincount(bins, bright, _NODES)
    return 0.5 * (edges[1:] + edges[:-1]), middle


def _binned(lines: object, kind: int, edges: Array) -> Array:
    of_kind = lines["kind"].astype(np.int64) == kind  # type: ignore[index]
    return np.asarray(np.histogram(lines["wavelength_nm"][of_kind], edges, weights=lines["flux"][of_kind])[0])  # type: ignore[index]
