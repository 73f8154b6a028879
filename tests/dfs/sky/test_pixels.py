"""Runs of pixels hold the circles they are asked for, everywhere on the sky."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.sky.pixels import (
    NOWHERE,
    ORDER,
    circle_runs,
    circles_runs,
    order_above,
    pixels_around,
    pixels_of,
    unit_vectors,
)

AWKWARD = [
    (0.0, 90.0),
    (77.0, -90.0),
    (45.0, 41.8103149),
    (90.0, 41.8103149),
    (0.0, 0.0),
    (359.9999999, -41.8103149),
    (180.0, 89.9999),
]
places = st.one_of(st.sampled_from(AWKWARD), st.tuples(st.floats(0, 360), st.floats(-90, 90)))
radii = st.one_of(st.floats(1e-7, 1e-3), st.floats(1e-3, 1), st.floats(1, 180))


def around(ra: float, dec: float, radius: float, count: int = 150) -> tuple[np.ndarray, np.ndarray]:
    """Return positions within a circle, most of them at its rim."""
    rng = np.random.default_rng(5)
    centre = unit_vectors(ra, dec)
    pole = np.array([1.0, 0, 0]) if abs(centre[2]) > 0.9 else np.array([0, 0, 1.0])
    east = np.cross(pole, centre)
    east /= np.linalg.norm(east)
    north = np.cross(centre, east)
    angle = rng.uniform(0, 2 * np.pi, count)
    away = np.radians(radius * np.where(np.arange(count) % 3, 1 - 1e-9, rng.uniform(0, 1, count)))
    points = np.cos(away)[:, None] * centre + np.sin(away)[:, None] * (
        np.cos(angle)[:, None] * east + np.sin(angle)[:, None] * north
    )
    return np.degrees(np.arctan2(points[:, 1], points[:, 0])) % 360, np.degrees(
        np.arctan2(points[:, 2], np.hypot(points[:, 0], points[:, 1]))
    )


def held(runs: np.ndarray, pixels: np.ndarray) -> bool:
    at = np.searchsorted(runs[:, 0], pixels, side="right") - 1
    return bool(np.all((at >= 0) & (pixels < runs[np.maximum(at, 0), 1])))


@settings(max_examples=150, deadline=None)
@given(place=places, radius=radii)
def test_runs_hold_the_circle(place, radius):
    pixels = pixels_of(*around(*place, radius))
    one, many = circle_runs(*place, radius), circles_runs([place[0]], [place[1]], radius)
    for runs in (one, many):
        assert held(runs, pixels)
        assert np.all(runs[:, 0] < runs[:, 1])
        assert np.all(runs[1:, 0] > runs[:-1, 1])


@pytest.mark.parametrize("radius", [1e-4, 0.1, 3.0, 20.0])
def test_runs_hold_little_more(radius):
    runs = circle_runs(100.0, -30.0, radius)
    area = (runs[:, 1] - runs[:, 0]).sum() / (12 * 4**ORDER)
    assert area < 4 * (1 - np.cos(np.radians(radius))) / 2


@settings(max_examples=100, deadline=None)
@given(place=places, radius=st.floats(1e-6, 14))
def test_neighbours_hold_the_circle(place, radius):
    order = order_above(radius)
    near = pixels_around([place[0]], [place[1]], order)[0]
    assert set(pixels_of(*around(*place, radius), order)) <= set(near)


def test_what_is_no_position_has_no_pixel():
    assert list(pixels_of([np.nan, 0, 0], [0, 91, np.inf])) == [NOWHERE] * 3
    assert circle_runs(np.nan, 0, 1).size == 0
    assert circle_runs(0, 0, -1).size == 0
    assert np.all(pixels_around([np.nan], [0], 5) == NOWHERE)
