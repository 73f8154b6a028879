"""Which aperture a request means, and the noise in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.etc.extraction import as_reduced, eso
from dfs.etc.geometry.aperture import Aperture, Noise
from dfs.etc.geometry.image import seeing_of
from dfs.etc.request import EXTRACTIONS, Request, Sky
from dfs.instruments.optics import LightPath

__all__ = ["aperture_of", "variance_of"]

Array = NDArray[np.float64]


def aperture_of(light: LightPath, request: Request, *, whole: bool = True) -> Aperture:
    """Return the aperture of a request; those of the last 128 are kept. `whole` False: ESO's without its steps of whole pixels."""
    if request.extraction not in EXTRACTIONS:
        raise UsageError(f"no extraction {request.extraction!r}", where="extraction", accepted=", ".join(EXTRACTIONS))
    sky, target = request.sky, request.target
    return _aperture(
        light,
        _seeing(light, sky),
        sky.airmass,
        target.extended,
        target.diameter_arcsec if target.extended else None,
        request.extraction,
        whole,
    )


@lru_cache(maxsize=256)
def _seeing(light: LightPath, sky: Sky) -> float:
    return seeing_of(light, sky)


@lru_cache(maxsize=128)
def _aperture(
    light: LightPath,
    seeing: float,
    airmass: float,
    extended: bool,
    diameter: float | None,
    extraction: str,
    whole: bool,
) -> Aperture:
    if extraction == "eso":
        return eso.aperture(light, seeing, airmass, extended=extended, diameter_arcsec=diameter, whole=whole)
    return as_reduced.aperture(light, seeing, airmass, extended=extended, diameter_arcsec=diameter)


def variance_of(extraction: str, aperture: Aperture, noise: Noise) -> Mapping[str, Array]:
    """Return term -> variance (electrons squared) in the aperture, of one exposure."""
    return eso.variance(aperture, noise) if extraction == "eso" else as_reduced.variance(aperture, noise)
