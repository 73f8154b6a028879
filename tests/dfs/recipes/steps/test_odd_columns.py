"""Columns that add or swallow charge are found; stars, spikes and noise are not taken for them."""

from __future__ import annotations

import numpy as np

from dfs.model import Flag, Image
from dfs.recipes.steps.odd_columns import odd_columns

SHAPE = (400, 200)


def sky(seed: int = 1) -> Image:
    data = np.random.default_rng(seed).normal(0, 3.0, SHAPE).astype(np.float32)
    return Image(data, np.full(SHAPE, 9.0, np.float32), np.zeros(SHAPE, np.uint8))


def test_sound_columns_are_left_alone() -> None:
    assert not any(odd_columns(sky(seed)).any() for seed in range(5))


def test_columns_are_marked_where_they_are_odd() -> None:
    image = sky()
    image.data[100:300, 50] += 6.0  # two sigma a pixel
    image.data[200:, 120] -= 30.0
    found = odd_columns(image)
    assert found[100:300, 50].all()
    assert found[200:, 120].all()
    assert not found[:64, 50].any()
    assert not np.delete(found, [50, 120], axis=1).any()


def test_stars_and_spikes_are_no_columns() -> None:
    image = sky()
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    distance = np.hypot(x - 100.2, y - 200.0)
    image.data[:] += 3e6 / 20 * (1 + (distance / 3.5) ** 2) ** -2.5  # a bright star with all its wings
    image.data[:] += 60 * np.exp(-0.5 * ((x - 30.3) / 1.8) ** 2)  # as wide as a star, and 400 px long
    assert not odd_columns(image)[:, 28:33].any()
    assert not odd_columns(image)[:, 90:110].any()


def test_what_is_bad_already_does_not_count() -> None:
    image = sky()
    image.data[:, 50] = np.nan
    image.data[:, 60] += 1000
    image.mask[:, 60] = Flag.BAD
    assert not odd_columns(image).any()


def test_a_frame_lower_than_a_block_is_one_block() -> None:
    image = sky()
    low = Image(image.data[:40].copy(), image.variance[:40], image.mask[:40])
    low.data[:, 20] += 15.0
    found = odd_columns(low)
    assert found[:, 20].all()
    assert found.sum() == 40
