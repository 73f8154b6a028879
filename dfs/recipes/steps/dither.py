"""What the dithers of a sequence say about the header's scale, orientation and parity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dfs.recipes.steps.image_stack import Stack

__all__ = ["DitherAgreement", "dither_agreement"]

_LEAST_PX = 10.0  # displacements below this say nothing


@dataclass(frozen=True, slots=True)
class DitherAgreement:
    """Displacements measured on stars over those the headers predict.

    Attributes
    ----------
    scale, rotation_deg
        Modulus and argument of their ratio as complex numbers x + i y; 1 and 0 when the headers are right.
    error
        Standard error of the ratio, from the residuals or, with one displacement, from half a pixel of pointing error.
    parity
        1, or -1 when the mirror image of the prediction fits three times better.
    """

    scale: float
    rotation_deg: float
    error: float
    parity: int


def dither_agreement(stacked: Stack) -> DitherAgreement | None:
    """Return how the displacements between exposures agree with their headers; None without displacements of 10 pixels."""
    found = [one for one in stacked.alignments if one.pairs]
    ny, nx = stacked.coadd.image.shape
    centre = 0.5 * (nx - 1) + stacked.origin[0], 0.5 * (ny - 1) + stacked.origin[1]
    measured = np.array([_displacement(one.mapping(*centre), centre) for one in found])
    headers = measured - np.array([complex(*one.header_offset_px) for one in found])
    power = float(np.sum(np.abs(headers) ** 2))
    if power < _LEAST_PX**2:
        return None
    ratio = np.sum(np.conj(headers) * measured) / power
    residual = float(np.sum(np.abs(measured - ratio * headers) ** 2))
    # The mirror image of a displacement, turned by any angle, is any multiple of its conjugate. With one exposure every
    # displacement can be turned into every other, so parity is judged at the header's own orientation: +-x, +-y.
    straight = float(np.sum(np.abs(measured - headers) ** 2))
    mirrored = min(float(np.sum(np.abs(measured - sign * np.conj(headers)) ** 2)) for sign in (1, -1))
    error = np.sqrt(residual / (len(found) - 1) / power) if len(found) > 1 else 0.5 / np.sqrt(power)
    return DitherAgreement(
        scale=float(abs(ratio)),
        rotation_deg=float(np.degrees(np.angle(ratio))),
        error=float(error),
        parity=-1 if mirrored < straight / 9.0 else 1,
    )


def _displacement(there: tuple[np.ndarray, np.ndarray], here: tuple[float, float]) -> complex:
    return complex(float(there[0]) - here[0], float(there[1]) - here[1])
