"""Rows, columns and pixels of a master bias."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.model import Flag
from dfs.recipes.steps.bias_structure import structure, unstable_pixels

SHAPE = (300, 200)


def master(seed: int = 1, n: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).normal(220, 10 / np.sqrt(n), SHAPE).astype(np.float32)


def test_pure_noise_has_no_structure() -> None:
    found = structure(master(), 220.0, 10.0, 5, 1.0)
    assert found.rows_adu < 0.15
    assert found.columns_adu < 0.15
    assert found.hot_columns == ()
    assert not found.mask.any()


def test_known_structure_is_found() -> None:
    data = master() + 3 * np.sin(np.arange(300) / 20)[:, None].astype(np.float32)
    data += np.random.default_rng(2).normal(0, 1.5, 200)[None, :].astype(np.float32)
    found = structure(data, 220.0, 10.0, 5, 1.0)
    assert found.rows_adu == pytest.approx(3 / np.sqrt(2), rel=0.1)
    assert found.columns_adu == pytest.approx(1.5, rel=0.2)


def test_hot_columns_and_pixels_are_masked() -> None:
    data = master()
    data[:, 70] += 20
    data[:, 120] += 500  # beyond every clip: no mean left
    data[33, 44] += 80
    found = structure(data, 220.0, 10.0, 5, 1.0)
    assert found.hot_columns == (70, 120)
    assert found.hot_pixels == 1
    assert found.mask[33, 44] == Flag.BAD
    assert (found.mask[:, [70, 120]] == Flag.BAD).all()
    assert np.count_nonzero(found.mask) == 2 * 300 + 1


def test_unstable_pixels() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(220, 10, (6, *SHAPE))
    values[:, 5, 6] = rng.normal(220, 60, 6)
    variance = (np.var(values, axis=0, ddof=1) / 6).astype(np.float32)
    count = np.full(SHAPE, 6, np.uint8)
    found = unstable_pixels(variance, count, 10.0)
    assert found[5, 6]
    assert found.sum() == 1
    assert not unstable_pixels(np.full(SHAPE, np.nan, np.float32), np.ones(SHAPE, np.uint8), 10.0).any()
