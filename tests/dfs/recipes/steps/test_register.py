"""Registration: displacement and rotation from two lists of sources that share only some."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.recipes.steps.image_wcs import Affine
from dfs.recipes.steps.register import displacement, fit_affine, match, mutual_nearest, register, vote
from dfs.recipes.steps.sources import Sources

SHAPE = (1000, 1000)


def sources(x: np.ndarray, y: np.ndarray, flux: np.ndarray) -> Sources:
    order = np.argsort(-flux)
    x, y, flux = x[order], y[order], flux[order]
    flat = np.zeros(len(x))
    return Sources(x, y, flux, 5 + flux, flat + 4.0, flat, flat, flat + 1.0, np.zeros(len(x), np.int16))


def pair(seed: int, common: int, strangers: int, dx: float, dy: float, turn_deg: float = 0.0, noise: float = 0.03):
    """Two lists: `common` sources in both, `strangers` more in each; turned about the centre, then moved."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(100, 900, (2, common))
    flux = 10 ** random.uniform(1, 3, common)
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    u = c * (x - 499.5) - s * (y - 499.5) + 499.5 + dx
    v = s * (x - 499.5) + c * (y - 499.5) + 499.5 + dy
    lists = []
    for px, py in ((x, y), (u, v)):
        more = random.uniform(0, 1000, (3, strangers))
        brightness = np.append(flux * random.normal(1, 0.01, common), 10 ** (1 + more[2] / 500))
        off = random.normal(0, noise, (2, common))
        lists.append(sources(np.append(px + off[0], more[0]), np.append(py + off[1], more[1]), brightness))
    return lists


@given(st.integers(0, 10**6), st.floats(-60, 60), st.floats(-60, 60))
@settings(max_examples=30, deadline=None)
def test_displacements_are_found_among_strangers(seed: int, dx: float, dy: float) -> None:
    first, second = pair(seed, 20, 20, dx, dy)
    found = register(first, second, Affine.translation(), SHAPE, near_px=40.0)
    assert found.method == "stars"
    assert found.pairs >= 17
    assert np.hypot(found.mapping.shift[0] - dx, found.mapping.shift[1] - dy) < 0.1
    assert found.header_offset_px == pytest.approx((dx, dy), abs=0.2)
    assert found.rms_px == pytest.approx(0.042, abs=0.03)
    assert found.flux_ratio == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("turn", [-90.0, -3.0, 0.2, 12.0, 180.0])
def test_rotations_are_found(turn: float) -> None:
    first, second = pair(4, 30, 10, 12.0, -30.0, turn)
    found = register(first, second, Affine.translation(), SHAPE, near_px=40.0)
    assert found.method == "stars"
    assert found.pairs >= 25
    assert np.angle(np.exp(1j * np.radians(found.rotation_deg - turn))) == pytest.approx(0.0, abs=2e-3)
    assert found.scale == pytest.approx(1.0, abs=1e-3)


def test_no_rotation_is_claimed_where_there_is_none() -> None:
    for seed in range(20):
        first, second = pair(seed, 15, 5, 3.0, 4.0)
        found = register(first, second, Affine.translation(), SHAPE, near_px=40.0)
        assert np.array_equal(found.mapping.matrix, np.eye(2)), seed


@pytest.mark.parametrize("seed", range(8))
def test_strangers_alone_do_not_register(seed: int) -> None:
    first, second = pair(seed, 0, 40, 0.0, 0.0)
    found = register(first, second, Affine.translation(7.0, 8.0), SHAPE, near_px=40.0)
    assert found.method == "header"
    assert tuple(found.mapping.shift) == (7.0, 8.0)
    assert found.rms_px is None


def test_one_star_near_its_place_is_enough_and_far_from_it_is_not() -> None:
    for distance, method in ((5.0, "stars"), (300.0, "header")):
        first, second = pair(1, 1, 0, distance, 0.0)
        # One pair gives the area nothing to measure itself by: two strangers in corners do.
        corners = sources(np.array([0.0, 999.0]), np.array([0.0, 999.0]), np.array([9.0, 8.0]))
        both = [
            Sources(*(np.append(getattr(a, n), getattr(b, n)) for n in a.__slots__))
            for a, b in ((first, corners.take(np.array([0]))), (second, corners.take(np.array([1]))))
        ]
        found = register(*both, Affine.translation(), SHAPE, near_px=20.0)
        assert found.method == method


def test_fluxes_tell_the_transparency() -> None:
    first, second = pair(2, 30, 0, 3.0, 4.0)
    dim = Sources(second.x, second.y, 0.6 * second.flux, *(getattr(second, n) for n in second.__slots__[3:]))
    found = register(first, dim, Affine.translation(), SHAPE, near_px=20.0)
    assert found.flux_ratio == pytest.approx(0.6, rel=0.01)
    assert 0 < (found.flux_ratio_error or 0) < 0.01


def test_chance_is_small_only_where_many_agree() -> None:
    random = np.random.default_rng(0)
    first, second = random.uniform(0, 1000, (2, 50, 2))
    accident = vote(first, second, near_px=np.inf)
    assert accident is not None
    assert accident.chance > 0.01
    second[:12] = first[:12] + np.array([30.0, -5.0])
    found = vote(first, second, near_px=np.inf)
    assert found is not None
    assert found.chance < 1e-6
    assert found.shift == pytest.approx((30.0, -5.0))
    assert displacement(first, second, near_px=10.0) == pytest.approx((30.0, -5.0))
    assert vote(first[:0], second, near_px=10.0) is None
    assert vote(first[:1], first[:1] + 500.0, near_px=10.0) is None


@given(st.floats(-0.2, 0.2), st.floats(0.98, 1.02), st.floats(-50, 50), st.floats(-50, 50))
@settings(max_examples=25, deadline=None)
def test_a_similarity_is_recovered_exactly(angle: float, scale: float, dx: float, dy: float) -> None:
    points = np.random.default_rng(5).uniform(0, 1000, (12, 2))
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = points @ matrix.T + (dx, dy)
    found = fit_affine(points, target, np.linspace(1, 2, 12), "similarity")
    assert np.allclose(found.matrix, matrix, atol=1e-9)
    assert np.allclose(found.shift, (dx, dy), atol=1e-6)


def test_matches_are_mutual() -> None:
    first = np.array([[0.0, 0.0], [1.0, 0.0], [50.0, 50.0]])
    second = np.array([[0.9, 0.0], [80.0, 80.0]])
    i, j = mutual_nearest(first, second, 3.0)
    assert (i.tolist(), j.tolist()) == ([1], [0])
    nothing = sources(np.empty(0), np.empty(0), np.empty(0))
    assert len(match(nothing, nothing, Affine.translation(), radius_px=2.0)[0]) == 0
