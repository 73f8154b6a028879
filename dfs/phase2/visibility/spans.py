"""Stretches of time as sorted lists of (begin, end), and what holds in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["Span", "common", "outside", "where_positive"]

Array = NDArray[np.float64]
Span = tuple[float, float]


def where_positive(times: Array, margin: Array) -> list[Span]:
    """Return the stretches in which a smooth `margin` is not negative, its zeros found between samples; NaN counts as negative."""
    margin = np.where(np.isnan(margin), -1.0, margin)
    good = margin >= 0
    if good.all():
        return [(float(times[0]), float(times[-1]))]
    spans: list[Span] = []
    begin = float(times[0]) if good[0] else None
    for i in np.flatnonzero(good[1:] != good[:-1]).tolist():
        at = float(times[i] + (times[i + 1] - times[i]) * margin[i] / (margin[i] - margin[i + 1]))
        if begin is None:
            begin = at
        else:
            spans.append((begin, at))
            begin = None
    if begin is not None:
        spans.append((begin, float(times[-1])))
    return spans


def common(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """Return where both hold."""
    met = ((max(a, c), min(b, d)) for a, b in first for c, d in second)
    return sorted(one for one in met if one[0] <= one[1])


def outside(spans: Iterable[Span], begin: float, end: float) -> list[Span]:
    """Return what of `begin` to `end` lies in none of `spans`."""
    edges = [begin, *(edge for span in sorted(spans) for edge in span), end]
    gaps = ((max(a, begin), min(b, end)) for a, b in list(pairwise(edges))[::2])
    return [one for one in gaps if one[1] - one[0] > 1e-9]
