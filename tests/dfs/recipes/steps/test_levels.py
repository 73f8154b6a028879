"""Levels that outliers do not move."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.recipes.steps import levels
from dfs.recipes.steps.levels import clipped_level, dark_level
from dfs.recipes.steps.regions import detector_area


def test_level_is_recovered_within_its_error() -> None:
    pulls = []
    for seed in range(100):
        values = np.random.default_rng(seed).normal(220.3, 10, (60, 70))
        found = clipped_level(np.rint(values).astype(">u2"))
        pulls.append((found.value - 220.3) / found.error)
    assert abs(np.mean(pulls)) < 0.4
    assert 0.8 < np.std(pulls) < 1.2


def test_outliers_do_not_move_it() -> None:
    values = np.random.default_rng(1).normal(220, 10, (100, 100))
    clean = clipped_level(values).value
    values.ravel()[:300] = 60000
    assert clipped_level(values).value == pytest.approx(clean, abs=0.3)


def test_large_regions_are_sampled(monkeypatch) -> None:
    values = np.random.default_rng(2).normal(220, 10, (400, 50))
    whole = clipped_level(values)
    monkeypatch.setattr(levels, "SAMPLE", 4000)
    sampled = clipped_level(values)
    assert sampled.pixels < whole.pixels / 4
    assert abs(sampled.value - whole.value) < 4 * sampled.error


def test_constant_and_empty() -> None:
    assert clipped_level(np.full((5, 5), 7.0)).value == 7.0
    assert clipped_level(np.full((5, 5), np.nan)) is None


def test_dark_level_is_that_of_the_dark_columns(ccd) -> None:
    frame = ccd.frame(expected=5000.0, drift=4.0)
    regions = detector_area(frame.header, ccd.instrument, frame.content.shape)
    found = dark_level(frame.content, regions)
    assert abs(found.value - 304.0) < 4 * found.error
    bare = detector_area(ccd.header(**{"ESO DET OUT1 PRSCX": 0, "ESO DET OUT1 OVSCY": 0}), ccd.instrument, (192, 256))
    assert dark_level(frame.content, bare) is None
