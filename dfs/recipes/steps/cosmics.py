"""Cosmic rays in one spectral frame: Laplacian edge detection (van Dokkum 2001, PASP 113, 1420) by astroscrappy.

The sky and the object are taken away first and their photon noise is in the variance, so that sky lines and the spectrum itself have
no edges that could be taken for hits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from astroscrappy import detect_cosmics
from numpy.typing import NDArray

__all__ = ["cosmic_rays"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_FRAME = 4  # px: the filters reach three


def cosmic_rays(
    data: Array,
    background: Array,
    variance: Array,
    bad: Mask,
    ron_e: float,
    *,
    kappa: float = 5.0,
    contrast: float = 2.0,
    rounds: int = 2,
) -> Mask:
    """Return the pixels hit by cosmic rays.

    Parameters
    ----------
    data
        Shape (ny, nx), electrons, sky and objects included.
    background
        Model of sky and objects, electrons.
    variance
        Of the pixels, electrons squared.
    bad
        Pixels known bad, not looked at.
    ron_e
        Read-out noise, electrons.
    kappa
        Significance of the Laplacian, sigma.
    contrast
        Least ratio of the Laplacian to the fine structure (the more, the safer are sharp sources).
    rounds
        Rounds of detection and cleaning.
    """
    hits, _ = detect_cosmics(
        _framed(data),
        inmask=_framed(bad, np.bool_),
        inbkg=_framed(np.maximum(background, 0.0)),
        invar=_framed(variance),
        sigclip=kappa,
        sigfrac=0.3,
        objlim=contrast,
        gain=1.0,
        readnoise=ron_e,
        satlevel=np.inf,
        niter=rounds,
        sepmed=True,
        cleantype="medmask",
        fsmode="median",
        verbose=False,
    )
    inside: Mask = np.asarray(hits, dtype=bool)[_FRAME:-_FRAME, _FRAME:-_FRAME]
    return inside


def _framed(array: NDArray[Any], kind: type = np.float32) -> NDArray[Any]:
    """Return the array with mirrored borders: at the edge of an image nothing is found for want of neighbours."""
    return np.ascontiguousarray(np.pad(array, _FRAME, mode="reflect"), dtype=kind)
