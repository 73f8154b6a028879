"""Raw geometry <-> oriented geometry: axis 0 along the slit, axis 1 along dispersion with wavelength increasing."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dfs.instruments.instrument import Grism
from dfs.model import Image

__all__ = ["orient", "restore"]

T = TypeVar("T", Image, NDArray[Any])


def orient(content: T, grism: Grism) -> T:
    """Return an image or a 2-D array, trimmed but in raw geometry, oriented for spectroscopy.

    Dispersion along x stays an axis of x; along y the array is transposed, so that the position along the slit keeps the
    direction of the raw x. Where wavelength falls with the pixel index the dispersion axis is reversed. The result is
    contiguous and independent of the input.
    """
    return _apply(content, grism, inverse=False)


def restore(content: T, grism: Grism) -> T:
    """Return an oriented image or array in raw geometry; the inverse of `orient`."""
    return _apply(content, grism, inverse=True)


def _apply(content: T, grism: Grism, *, inverse: bool) -> T:
    if isinstance(content, Image):
        return Image(
            data=_turn(content.data, grism, inverse=inverse),
            variance=_turn(content.variance, grism, inverse=inverse),
            mask=_turn(content.mask, grism, inverse=inverse),
            unit=content.unit,
        )
    return _turn(content, grism, inverse=inverse)


def _turn(array: NDArray[Any], grism: Grism, *, inverse: bool) -> NDArray[Any]:
    flipped = not grism.wavelength_increases
    if inverse:
        unflipped = array[:, ::-1] if flipped else array
        return np.array(unflipped.T if grism.dispersion_axis == "y" else unflipped, order="C")
    turned = array.T if grism.dispersion_axis == "y" else array
    return np.array(turned[:, ::-1] if flipped else turned, order="C")
