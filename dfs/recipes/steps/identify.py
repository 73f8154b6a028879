"""Which detected line is which: the pattern of an arc is found in the line list, starting from a rough dispersion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

__all__ = ["Identification", "LampLines", "identify"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]

_STRETCHES = np.linspace(-0.02, 0.02, 21)  # relative: twice the change from a grism tilted or a camera refocused


@dataclass(frozen=True, slots=True, eq=False)
class LampLines:
    """Lines of a lamp in order of wavelength, arrays of equal length.

    Attributes
    ----------
    wavelength_nm
        In the medium of the list.
    ion
        Emitter.
    intensity
        Relative, good to an order of magnitude.
    blend
        True for lines that may not serve as a reference.
    """

    wavelength_nm: Array
    ion: NDArray[np.str_]
    intensity: Array
    blend: Bool

    def within(self, low_nm: float, high_nm: float) -> LampLines:
        """Return the lines from `low_nm` to `high_nm`."""
        inside = (self.wavelength_nm >= low_nm) & (self.wavelength_nm <= high_nm)
        return LampLines(self.wavelength_nm[inside], self.ion[inside], self.intensity[inside], self.blend[inside])


@dataclass(frozen=True, slots=True, eq=False)
class Identification:
    """The first answer: pixel against guessed pixel.

    Attributes
    ----------
    correction
        Legendre coefficients of x(true) - x(guess), in px, over x(guess) scaled to -1...1.
    half_width
        (pixels - 1) / 2, the scale.
    matched
        Number of detected lines with a partner in the list.
    detected
        Number of detected lines that took part.
    score, rival
        Agreement of the pattern, 0...1, and the best one elsewhere (more than 8 line widths away).
    """

    correction: Array
    half_width: float
    matched: int
    detected: int
    score: float
    rival: float

    def pixel(self, guessed: Array) -> Array:
        """Return where a line really falls that the guess puts at pixel `guessed`."""
        scaled = guessed / self.half_width - 1.0
        return np.asarray(guessed + legendre.legval(scaled, self.correction), dtype=np.float64)

    @property
    def shift_px(self) -> float:
        """Return the displacement of the arc against the guess at the centre of the detector (px)."""
        return float(legendre.legval(0.0, self.correction))


def identify(
    x: Array,
    flux: Array,
    lamp: LampLines,
    guess: Callable[[Array], Array],
    nx: int,
    fwhm: float,
    *,
    largest_shift_px: float,
) -> Identification | None:
    """Find the pattern of the detected lines in the list.

    Shifts up to `largest_shift_px` and changes of scale up to 2 % are tried; the best by the sum over detected lines of the
    closeness of a listed line, both weighted by the logarithm of their strength, is refined by matching and fitting with
    tolerances that shrink from two line widths to a half.

    Parameters
    ----------
    x, flux
        Positions (px) and fluxes of detected lines.
    lamp
        The line list.
    guess
        Pixel at which a wavelength (nm) should fall; NaN where it does not fall near the detector.
    nx
        Pixels along the dispersion.
    fwhm
        Of the lines (px).

    Returns
    -------
    identification
        None when fewer than three lines can be matched.
    """
    guessed = guess(lamp.wavelength_nm)
    near = np.isfinite(guessed) & (guessed > -largest_shift_px) & (guessed < nx + largest_shift_px)
    guessed, intensity = guessed[near], lamp.intensity[near]
    if len(guessed) < 3 or len(x) < 3:
        return None
    guessed, strength = _prominent(guessed, intensity, 3 * len(x), fwhm)
    weight = np.log1p(flux / np.min(flux))
    half_width = 0.5 * (nx - 1)
    shifts = np.arange(-largest_shift_px, largest_shift_px + 0.5, 0.5 * max(1.0, 0.25 * fwhm))
    scores = _scores(x, weight, guessed, strength, shifts, half_width, 0.4 * fwhm)
    best = np.unravel_index(int(np.argmax(scores)), scores.shape)
    shift, stretch = float(shifts[best[1]]), float(_STRETCHES[best[0]])
    elsewhere = np.abs(shifts - shift) > 8.0 * fwhm
    rival = float(scores[:, elsewhere].max()) if elsewhere.any() else 0.0
    start = np.array([shift, stretch * half_width])
    correction, matched = _refine(x, weight, guessed, strength, start, half_width, fwhm)
    if matched < 3:
        return None
    return Identification(correction, half_width, matched, len(x), float(scores[best]), rival)


def _prominent(guessed: Array, intensity: Array, count: int, fwhm: float) -> tuple[Array, Array]:
    """Return positions and weights of the `count` strongest listed lines; close ones are merged as the detector would do."""
    order = np.argsort(guessed)
    guessed, intensity = guessed[order], intensity[order]
    groups = np.concatenate([[0], np.cumsum(np.diff(guessed) > 0.7 * fwhm)])
    total = np.bincount(groups, intensity)
    middle = np.bincount(groups, intensity * guessed) / total
    strongest = np.sort(np.argsort(total)[::-1][:count])
    middle, total = middle[strongest], total[strongest]
    return middle, np.log1p(total / np.min(total))


def _scores(
    x: Array, weight: Array, guessed: Array, strength: Array, shifts: Array, half_width: float, reach: float
) -> Array:
    """Return the agreement (0...1) for each stretch (axis 0) and shift (axis 1)."""
    full = float(np.sum(weight)) * float(np.max(strength))
    scores = np.zeros((len(_STRETCHES), len(shifts)))
    for row, stretch in enumerate(_STRETCHES):
        moved = guessed + stretch * (guessed - half_width)
        distance = x[:, np.newaxis] - moved[np.newaxis, :]
        for column, shift in enumerate(shifts):
            close = np.exp(-0.5 * ((distance - shift) / reach) ** 2) * strength
            scores[row, column] = np.sum(weight * close.max(axis=1))
    return scores / full


def _refine(
    x: Array, weight: Array, guessed: Array, strength: Array, start: Array, half_width: float, fwhm: float
) -> tuple[Array, int]:
    """Match and fit in turn; return the correction and the number of matches within half a line width."""
    correction = start
    pairs: list[tuple[int, int]] = []
    for tolerance, degree in ((2.0, 1), (1.5, 2), (1.0, 2), (0.7, 3), (0.5, 3), (0.5, 3)):
        scaled = guessed / half_width - 1.0
        moved = guessed + legendre.legval(scaled, correction)
        pairs = _mutual(x, weight, moved, strength, tolerance * fwhm)
        if len(pairs) < 3:
            return correction, len(pairs)
        lines, listed = np.array(pairs).T
        free = min(degree, len(pairs) - 2)
        correction = _robust_fit(scaled[listed], x[lines] - guessed[listed], weight[lines], free, fwhm)
    return correction, len(pairs)


def _mutual(x: Array, weight: Array, moved: Array, strength: Array, tolerance: float) -> list[tuple[int, int]]:
    """Return pairs (detected, listed): each prefers the other, by closeness and then by strength."""
    distance = np.abs(x[:, np.newaxis] - moved[np.newaxis, :]) / tolerance
    merit = np.where(distance < 1.0, (1.0 - distance**2) * np.sqrt(np.outer(weight, strength)), -1.0)
    best = merit.argmax(axis=1)
    back = merit.argmax(axis=0)
    return [
        (line, int(best[line])) for line in range(len(x)) if merit[line, best[line]] > 0 and back[best[line]] == line
    ]


def _robust_fit(u: Array, value: Array, weight: Array, degree: int, fwhm: float) -> Array:
    """Fit a Legendre series by least squares with Cauchy weights: wrong pairs lose their say."""
    factor = np.sqrt(weight)
    found = legendre.legfit(u, value, degree, w=factor)
    for _ in range(10):
        residual = value - legendre.legval(u, found)
        scale = max(1.4826 * float(np.median(np.abs(residual))), 0.05 * fwhm)
        found = legendre.legfit(u, value, degree, w=factor / np.sqrt(1.0 + (residual / (2.0 * scale)) ** 2))
    return np.asarray(found, dtype=np.float64)
