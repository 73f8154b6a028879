"""An evenly bright disk blurred by a Gaussian: how much of its light falls in a slit, a row, a pixel or a circle about its middle.

Along one side of a rectangle the integral of the Gaussian over the disk's chord is exact; the other is a sum of Gauss and Legendre, its
panels parted where the slit's edge is blurred. In a circle a point of the disk is caught as often as the noncentral chi-square of
its distance says. Both are right to 1e-6; a disk that shrinks becomes a point, and one that grows an even surface.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["disk_in_circle", "disk_in_rectangle", "profile_sigma"]

Array = NDArray[np.float64]

_POINTS, _PANELS_SIGMA = 24, 5.0
_FAR = 60.0  # standard deviations from which the edge of a circle is straight
_AT, _WEIGHT = np.polynomial.legendre.leggauss(_POINTS)


def disk_in_rectangle(diameter: float, width: float | None, height: float | None, sigma: Array) -> Array:
    """Return the fraction of a disk's light in a rectangle about its middle, shape (n,) as `sigma`.

    Parameters
    ----------
    diameter, width, height
        Of the disk and the rectangle; None: endless.
    sigma
        Shape (n,): standard deviations of the blur, in the same unit.
    """
    radius = 0.5 * diameter
    blur = np.asarray(sigma, dtype=np.float64)[:, np.newaxis]
    angle, weight = _panels(radius, width, blur)
    across, chord = radius * np.sin(angle), radius * np.cos(angle)
    inside = _caught(across, width, blur) * _along(chord, height, blur)
    return np.asarray(np.sum(weight * chord * inside, axis=1) * 4.0 / (np.pi * radius**2), dtype=np.float64)


def _panels(radius: float, width: float | None, blur: Array) -> tuple[Array, Array]:
    """Return angles (0 to a quarter turn) and weights, shape (n, k), in panels that part where the edge of the slit is blurred."""
    if width is None:
        edges = np.broadcast_to([0.0, 1.0], (blur.shape[0], 2))
    else:
        steps = np.array([-_PANELS_SIGMA, 0.0, _PANELS_SIGMA])
        inner = np.clip((0.5 * width + steps * blur) / radius, 0.0, 1.0)
        ends = np.broadcast_to([0.0, 1.0], (blur.shape[0], 2))
        edges = np.concatenate([ends[:, :1], inner, ends[:, 1:]], axis=1)
    turns = np.arcsin(edges)
    half, middle = 0.5 * np.diff(turns, axis=1), 0.5 * (turns[:, 1:] + turns[:, :-1])
    angle = middle[:, :, np.newaxis] + half[:, :, np.newaxis] * _AT
    weight = half[:, :, np.newaxis] * _WEIGHT
    return angle.reshape(blur.shape[0], -1), weight.reshape(blur.shape[0], -1)


def _caught(place: Array, width: float | None, blur: Array) -> Array:
    """Return how much of a point's light falls in a strip whose middle is `place` away."""
    from scipy.special import erf

    if width is None:
        return np.ones_like(place)
    scale = 1.0 / (np.sqrt(2.0) * blur)
    return np.asarray(0.5 * (erf((0.5 * width - place) * scale) + erf((0.5 * width + place) * scale)), dtype=np.float64)


def _along(chord: Array, height: float | None, blur: Array) -> Array:
    """Return the integral of `_caught` from 0 to `chord`."""
    if height is None:
        return chord
    return 0.5 * (_folded(0.5 * height + chord, blur) - _folded(0.5 * height - chord, blur))


def _folded(to: Array, blur: Array) -> Array:
    """Return the integral of erf(t / sqrt(2) blur) from 0, but for a constant."""
    from scipy.special import erf

    scaled = to / (np.sqrt(2.0) * blur)
    return np.asarray(to * erf(scaled) + np.sqrt(2.0 / np.pi) * blur * np.exp(-(scaled**2)), dtype=np.float64)


def disk_in_circle(diameter: float, circle: float, sigma: Array) -> Array:
    """Return the fraction of a disk's light in a circle about its middle, `circle` wide, shape (n,) as `sigma`."""
    from scipy.special import chndtr, ndtr

    radius, reach = 0.5 * diameter, 0.5 * circle
    blur = np.asarray(sigma, dtype=np.float64)[:, np.newaxis]
    steps = np.array([-_PANELS_SIGMA, 0.0, _PANELS_SIGMA])
    inner = np.clip((reach + steps * blur) / radius, 0.0, 1.0)
    edges = np.concatenate([np.zeros_like(blur), inner, np.ones_like(blur)], axis=1) * radius
    half, middle = 0.5 * np.diff(edges, axis=1), 0.5 * (edges[:, 1:] + edges[:, :-1])
    away = (middle[:, :, np.newaxis] + half[:, :, np.newaxis] * _AT).reshape(blur.shape[0], -1)
    weight = (half[:, :, np.newaxis] * _WEIGHT).reshape(blur.shape[0], -1)
    near = np.minimum(away / blur, _FAR)
    caught = np.where(
        (away < _FAR * blur) & (reach < _FAR * blur),
        chndtr(np.minimum(reach / blur, 2.0 * _FAR) ** 2, 2.0, near**2),
        ndtr((reach - away) / blur),
    )
    return np.asarray(np.sum(weight * away * caught, axis=1) * 2.0 / radius**2, dtype=np.float64)


def profile_sigma(diameter: float, sigma: Array) -> Array:
    """Return the standard deviation of the Gaussian that stands for a blurred disk where it is extracted with weights.

    A point's for a small disk; for one larger than its blur soon so wide that the weights are even, as they are of a flat profile.
    """
    radius = 0.5 * diameter
    return np.asarray(np.sqrt(sigma**2 + 0.25 * radius**2 + 0.25 * radius**4 / sigma**2), dtype=np.float64)
