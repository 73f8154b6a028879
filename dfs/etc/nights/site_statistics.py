"""How often the nights of a site are how good: seeing, Moon, clouds; as distributions to draw from and as fractions of time.

Seeing (zenith, 500 nm): over Paranal a curve through ESO's turbulence categories (`dfs.sky.image_quality.TURBULENCE_ARCSEC`), straight
in the logarithm of the seeing against the normal deviate and going on as its last pieces; over La Silla of the same shape with the median
0.87 arcsec of ESO's survey there (as ING's comparison of sites quotes it, ing.iac.es/astronomy/development/hap/sites.html).

Clouds as ESO defines its classes: what a photometric sky loses varies by less than 2 %, a clear one by less than 10 %, thin cirrus by
less than 20 %; within a class every loss is taken as likely as another (assumed).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError
from dfs.sky.image_quality import TURBULENCE_ARCSEC

__all__ = [
    "ASSUMED",
    "TRANSPARENCIES",
    "chance_of_moon",
    "chance_of_seeing",
    "seeing_quantile",
    "transparency_quantile",
]

Array = NDArray[np.float64]

_MEDIAN_ARCSEC = {"paranal": TURBULENCE_ARCSEC[50], "lasilla": 0.87}
TRANSPARENCIES = {"photometric": 0.02, "clear": 0.10, "thin": 0.20}  # class -> largest loss
_MOON_UP = 0.5  # of the dark time, the mean over a month (assumed)

ASSUMED = (
    "turbulence categories other than 50 %: their seeing",
    "within a class of transparency every loss is as likely as another",
    "airglow of all kinds rises and falls together",
)


def seeing_quantile(fraction: Array | float, site: str = "paranal") -> Array:
    """Return the seeing (arcsec) that is as good or better in a fraction (0 to 1, both excluded) of the time."""
    from scipy.special import ndtri

    deviates, logs = _curve(site)
    at = np.asarray(ndtri(np.asarray(fraction, dtype=np.float64)), dtype=np.float64)
    return np.asarray(np.exp(_along(at, deviates, logs)), dtype=np.float64)


def chance_of_seeing(seeing_arcsec: float, site: str = "paranal") -> float:
    """Return the fraction of the time in which the seeing is as good or better."""
    from scipy.special import ndtr

    if not seeing_arcsec > 0:
        raise UsageError(f"a seeing of {seeing_arcsec:g} arcsec", where="seeing", accepted="above 0")
    deviates, logs = _curve(site)
    return float(ndtr(_along(np.array(math.log(seeing_arcsec)), logs, deviates)))


def chance_of_moon(illumination: float) -> float:
    """Return the fraction of the dark time in which the Moon is down, or lit to this fraction at most."""
    phase = math.acos(1.0 - 2.0 * min(max(illumination, 0.0), 1.0)) / math.pi
    return phase + (1.0 - phase) * (1.0 - _MOON_UP)


def transparency_quantile(fraction: ArrayLike, kind: str) -> Array:
    """Return what the clouds of a class let through, the clearest first."""
    if kind not in TRANSPARENCIES:
        raise UsageError(f"no transparency {kind!r}", where="transparency", accepted=", ".join(TRANSPARENCIES))
    return np.asarray(1.0 - TRANSPARENCIES[kind] * np.asarray(fraction, dtype=np.float64), dtype=np.float64)


def _curve(site: str) -> tuple[Array, Array]:
    """Return normal deviates and logarithms of the seeing of the points that are known."""
    from scipy.special import ndtri

    if site not in _MEDIAN_ARCSEC:
        raise UsageError(f"no seeing of {site!r}", where="site", accepted=", ".join(_MEDIAN_ARCSEC))
    percent = np.array(list(TURBULENCE_ARCSEC), dtype=np.float64)
    scale = _MEDIAN_ARCSEC[site] / TURBULENCE_ARCSEC[50]
    values = np.array(list(TURBULENCE_ARCSEC.values()), dtype=np.float64) * scale
    return np.asarray(ndtri(percent / 100.0), dtype=np.float64), np.log(values)


def _along(at: Array, known: Array, values: Array) -> Array:
    """Interpolate along straight pieces; beyond the ends the last pieces go on."""
    slopes = np.diff(values) / np.diff(known)
    piece = np.clip(np.searchsorted(known, at) - 1, 0, slopes.size - 1)
    return np.asarray(values[piece] + slopes[piece] * (at - known[piece]), dtype=np.float64)
