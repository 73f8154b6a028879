"""Registration: the map from a reference image to another, found from the sources both show.

The header's pointing is where the search starts, not what is believed: every pair of sources (one of each list) votes for the
displacement it implies. Where the votes near the header's displacement could be chance, displacements over the whole field are
voted on, and then rotations; where nothing stands out, the header is used and the result says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import poisson

from dfs.recipes.steps.image_wcs import Affine
from dfs.recipes.steps.sources import SourceFlag, Sources

__all__ = ["CHANCE", "Alignment", "Vote", "displacement", "fit_affine", "match", "mutual_nearest", "register", "vote"]

Array = NDArray[np.float64]

_BRIGHTEST = 80  # sources of each list that vote
CHANCE = 0.01  # accepted probability that the winning votes are chance
_PEAKS = 6  # directions tried
_SHARP_PX = 0.1  # pairs centred better than this make up the rms quoted
_FLOOR_PX = 0.03  # centring error of the brightest stars: sampling, PSF changes over the field


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """How a frame lies against the reference.

    Attributes
    ----------
    mapping
        Reference pixel -> frame pixel.
    method
        ``"stars"``, or ``"header"`` when too few sources agree.
    pairs
        Sources matched and kept.
    rms_px
        Root mean square residual per axis of the kept pairs with centres predicted to better than 0.1 px (of all, when these
        are fewer than three); None without pairs.
    error_px
        Standard error of the displacement per axis; None without pairs.
    rotation_deg, scale
        Of the mapping; 0 and 1 unless significantly different.
    flux_ratio, flux_ratio_error
        Flux of the frame's stars over the reference's, median over unsaturated pairs; None when fewer than 3.
    header_offset_px
        Displacement found less displacement predicted, (x, y), at the centre of the field.
    """

    mapping: Affine
    method: Literal["stars", "header"]
    pairs: int = 0
    rms_px: float | None = None
    error_px: float | None = None
    rotation_deg: float = 0.0
    scale: float = 1.0
    flux_ratio: float | None = None
    flux_ratio_error: float | None = None
    header_offset_px: tuple[float, float] = (0.0, 0.0)


def register(
    reference: Sources, frame: Sources, predicted: Affine, shape: tuple[int, int], *, near_px: float
) -> Alignment:
    """Return how `frame` lies against `reference`.

    Parameters
    ----------
    reference, frame
        Sources of the two images.
    predicted
        Reference pixel -> frame pixel as the headers have it.
    shape
        (ny, nx) of the reference.
    near_px
        How far off the header normally is, at most.
    """
    first, second = _useful(reference), _useful(frame)
    start = _start(first, second, predicted, shape, near_px)
    if start is None:
        return Alignment(predicted, "header")
    i, j = match(first, second, start, radius_px=3.0)
    mapping, kept = _refined(first, second, start, i, j)
    i, j = match(first, second, mapping, radius_px=max(1.0, 0.5 * float(np.nanmedian(first.fwhm))))
    mapping, kept = _refined(first, second, mapping, i, j)
    i, j = i[kept], j[kept]
    dx, dy = _residuals(first, second, mapping, i, j)
    centre = 0.5 * (shape[1] - 1), 0.5 * (shape[0] - 1)
    here, there = np.array(mapping(*centre)), np.array(predicted(*centre))
    ratio, ratio_error = _flux_ratio(first, second, i, j)
    sharp = np.hypot(first.centre_error[i], second.centre_error[j]) < _SHARP_PX
    if sharp.sum() < 3:
        sharp[:] = True
    rms = float(np.sqrt(0.5 * np.mean(dx[sharp] ** 2 + dy[sharp] ** 2)))
    relative = mapping.matrix @ np.linalg.inv(predicted.matrix)
    return Alignment(
        mapping=mapping,
        method="stars",
        pairs=len(i),
        rms_px=rms,
        error_px=_shift_error(first, second, i, j),
        rotation_deg=float(np.degrees(np.arctan2(relative[1, 0], relative[0, 0]))),
        scale=float(np.sqrt(abs(np.linalg.det(relative)))),
        flux_ratio=ratio,
        flux_ratio_error=ratio_error,
        header_offset_px=(float((here - there)[0]), float((here - there)[1])),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Vote:
    """The displacement (x, y) that most pairs of points agree on, how many do, and the chance that they do so by accident."""

    shift: Array
    votes: int
    chance: float


def vote(first: Array, second: Array, *, near_px: float, tolerance_px: float = 2.0) -> Vote | None:
    """Return the displacement from points `first` to `second` with most votes; None without a pair.

    Parameters
    ----------
    first, second
        Points, shape (n, 2), brightest first.
    near_px
        Only displacements up to this count; infinite: all.
    tolerance_px
        Votes within this of one another agree.

    Notes
    -----
    With n1 and n2 points strewn over an area A, pairs agree with a given displacement by chance n1 n2 pi t^2 / A times on average
    (Poisson); the number of independent displacements tried is the area searched over pi t^2.
    """
    if not (len(first) and len(second)):
        return None
    pairs = (second[np.newaxis, :, :] - first[:, np.newaxis, :]).reshape(-1, 2)
    area = float(np.prod(np.maximum(np.ptp(np.vstack([first, second]), axis=0), 50.0)))
    pairs = pairs[np.hypot(pairs[:, 0], pairs[:, 1]) <= near_px]
    if not len(pairs):
        return None
    tree = cKDTree(pairs)
    votes = np.atleast_1d(tree.query_ball_point(pairs, tolerance_px, return_length=True))
    best = int(np.argmax(votes))
    agreeing = pairs[sorted(tree.query_ball_point(pairs[best], tolerance_px))]
    cell = np.pi * tolerance_px**2
    expected = len(first) * len(second) * cell / area
    searched = min(np.pi * near_px**2, 4.0 * area)
    chance = float(poisson.sf(votes[best] - 1, expected)) * max(1.0, searched / cell)
    return Vote(np.median(agreeing, axis=0), int(votes[best]), chance)


def displacement(first: Array, second: Array, *, near_px: float) -> Array | None:
    """Return the displacement from points `first` to `second`, or None where none stands out.

    One within `near_px` is preferred to one further off, unless the latter has more than twice its votes.
    """
    near, far = vote(first, second, near_px=near_px), vote(first, second, near_px=np.inf)
    sure = [one for one in (near, far) if one is not None and one.chance < CHANCE]
    if not sure:
        return None
    if len(sure) == 2 and sure[1].votes <= 2 * sure[0].votes:
        return sure[0].shift
    return sure[-1].shift


def match(
    first: Sources, second: Sources, mapping: Affine, *, radius_px: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return indices (i, j) of sources that are each other's nearest within `radius_px` of `mapping`."""
    none = np.empty(0, dtype=np.intp)
    if not (len(first) and len(second)):
        return none, none
    here, there = np.column_stack(mapping(first.x, first.y)), np.column_stack([second.x, second.y])
    return mutual_nearest(here, there, radius_px)


def mutual_nearest(first: Array, second: Array, radius_px: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return indices (i, j) of points, shape (n, 2), that are each other's nearest and within `radius_px`."""
    distance, found = cKDTree(second).query(first, distance_upper_bound=radius_px)
    nearest = np.atleast_1d(found)
    back = np.atleast_1d(cKDTree(first).query(second)[1])
    i = np.flatnonzero(np.isfinite(np.atleast_1d(distance)))
    i = i[back[nearest[i]] == i]
    return i, nearest[i].astype(np.intp)


def fit_affine(source: Array, target: Array, weight: Array, model: Literal["shift", "similarity"]) -> Affine:
    """Return the weighted least-squares map from points `source` to `target`, shape (n, 2).

    ``similarity`` is a shift, a rotation and a scale: u = a x - b y + c, v = b x + a y + d.
    """
    w = weight / weight.sum()
    middle, goal = w @ source, w @ target
    if model == "shift":
        return Affine(np.eye(2), goal - middle)
    p, q = source - middle, target - goal
    norm = float(w @ (p**2).sum(axis=1))
    a = float(w @ (p * q).sum(axis=1)) / norm
    b = float(w @ (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])) / norm
    matrix = np.array([[a, -b], [b, a]])
    return Affine(matrix, goal - matrix @ middle)


def _useful(sources: Sources) -> Sources:
    """Return the sources whose centres can be trusted."""
    wrong = SourceFlag.SATURATED | SourceFlag.TRUNCATED | SourceFlag.NO_SHAPE
    good = sources.take((sources.flags & np.int16(wrong)) == 0)
    return good if len(good) >= 3 else sources.take((sources.flags & np.int16(SourceFlag.NO_SHAPE)) == 0)


def _start(first: Sources, second: Sources, predicted: Affine, shape: tuple[int, int], near_px: float) -> Affine | None:
    """Return a map good to a few pixels, or None when no displacement stands out."""
    if not np.all(np.isfinite(predicted.shift)):
        return None
    here = np.column_stack(predicted(first.x, first.y))[:_BRIGHTEST]
    there = np.column_stack([second.x, second.y])[:_BRIGHTEST]
    shift = displacement(here, there, near_px=near_px)
    if shift is not None:
        return Affine.translation(*shift).after(predicted)
    return _rotated_start(here, there, predicted, shape)


def _rotated_start(here: Array, there: Array, predicted: Affine, shape: tuple[int, int]) -> Affine | None:
    """Return a map with the rotation that most pairs of equal length agree upon, where the displacement then stands out."""
    lengths, angles = _arms(here)
    other_lengths, other_angles = _arms(there)
    if not (len(lengths) and len(other_lengths)):
        return None
    equal = cKDTree(lengths[:, np.newaxis]).query_ball_point(other_lengths[:, np.newaxis], 1.0)
    turns = np.concatenate([other_angles[k] - angles[which] for k, which in enumerate(equal)] or [np.empty(0)])
    turns = np.concatenate([turns, turns + np.pi])  # an arm has no head
    if not len(turns):
        return None
    counts, edges = np.histogram(np.mod(turns, 2 * np.pi), bins=720, range=(0.0, 2 * np.pi))
    middle = 0.5 * (np.array(shape[::-1]) - 1.0)
    best: tuple[int, Affine] | None = None
    for peak in np.argsort(-counts, kind="stable")[:_PEAKS]:
        near = np.abs(np.angle(np.exp(1j * (turns - 0.5 * (edges[peak] + edges[peak + 1]))))) < edges[1]
        angle = float(np.angle(np.mean(np.exp(1j * turns[near]))))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        rotation = Affine(turn, middle - turn @ middle)
        found = vote(np.column_stack(rotation(*here.T)), there, near_px=np.inf, tolerance_px=3.0)
        if found is not None and found.chance < CHANCE / _PEAKS and (best is None or found.votes > best[0]):
            best = found.votes, Affine.translation(*found.shift).after(rotation).after(predicted)
    return best[1] if best else None


def _arms(points: Array) -> tuple[Array, Array]:
    """Return lengths and directions of the lines between the 25 brightest points, those over 50 pixels."""
    i, j = np.triu_indices(min(25, len(points)), 1)
    dx, dy = (points[j] - points[i]).T
    length = np.hypot(dx, dy)
    long = length > 50.0
    return length[long], np.arctan2(dy, dx)[long]


def _refined(
    first: Sources, second: Sources, start: Affine, i: NDArray[np.intp], j: NDArray[np.intp]
) -> tuple[Affine, NDArray[np.bool_]]:
    """Return the fitted map and which of the pairs (i, j) it kept, clipping at 4 robust standard deviations."""
    source = np.column_stack(start(first.x[i], first.y[i]))
    target = np.column_stack([second.x[j], second.y[j]])
    weight = 1.0 / (first.centre_error[i] ** 2 + second.centre_error[j] ** 2 + _FLOOR_PX**2)
    keep = np.ones(len(i), dtype=bool)
    step = Affine.translation()
    if not len(i):
        return start, keep
    for _ in range(10):
        step = _chosen(source[keep], target[keep], weight[keep])
        off = np.hypot(*(np.column_stack(step(*source.T)) - target).T) * np.sqrt(weight)
        limit = 4.0 * max(1.0, float(np.median(off[keep])) / 1.1774)  # median of a Rayleigh distribution
        now = off < limit
        if now.sum() < 1 or np.array_equal(now, keep):
            break
        keep = now
    return step.after(start), keep


def _chosen(source: Array, target: Array, weight: Array) -> Affine:
    """Return a shift, or a similarity where there are 6 pairs and its rotation or scale is significant (5 sigma)."""
    shift = fit_affine(source, target, weight, "shift")
    if len(source) < 6:
        return shift
    turned = fit_affine(source, target, weight, "similarity")
    residual = np.column_stack(turned(*source.T)) - target
    middle = (weight[:, np.newaxis] * source).sum(axis=0) / weight.sum()
    scatter = max(1.0, float((weight[:, np.newaxis] * residual**2).sum() / (2 * len(source) - 4)))
    error = np.sqrt(scatter / float((weight * ((source - middle) ** 2).sum(axis=1)).sum()))
    departure = np.hypot(turned.matrix[0, 0] - 1.0, turned.matrix[1, 0])
    return turned if departure > 5.0 * error else shift


def _residuals(
    first: Sources, second: Sources, mapping: Affine, i: NDArray[np.intp], j: NDArray[np.intp]
) -> tuple[Array, Array]:
    x, y = mapping(first.x[i], first.y[i])
    return second.x[j] - x, second.y[j] - y


def _shift_error(first: Sources, second: Sources, i: NDArray[np.intp], j: NDArray[np.intp]) -> float:
    weight = 1.0 / (first.centre_error[i] ** 2 + second.centre_error[j] ** 2 + _FLOOR_PX**2)
    return float(1.0 / np.sqrt(weight.sum()))


def _flux_ratio(
    first: Sources, second: Sources, i: NDArray[np.intp], j: NDArray[np.intp]
) -> tuple[float | None, float | None]:
    """Return the median ratio of fluxes over pairs with SNR above 20, and its error from their scatter."""
    good = (first.snr[i] > 20) & (second.snr[j] > 20)
    good &= (first.flags[i] | second.flags[j]) & np.int16(SourceFlag.SATURATED | SourceFlag.BAD_PIXELS) == 0
    if good.sum() < 3:
        return None, None
    ratios = second.flux[j][good] / first.flux[i][good]
    middle = float(np.median(ratios))
    scatter = 1.4826 * float(np.median(np.abs(ratios - middle)))
    return middle, max(1.2533 * scatter / np.sqrt(len(ratios)), 1e-6)
