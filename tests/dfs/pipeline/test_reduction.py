"""Whole reductions of a tiny night."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("workers", [0, 2])
def test_a_night(observatory, night, workers):
    """Every frame is reduced, every product is archived."""
    report = observatory.pipeline.reduce(night, workers=workers)
    assert [one.line() for one in report.failures()] == []
    states = [(one.job.recipe, one.job.target, one.state) for one in report.ordered()]
    assert states == [
        ("tiny_bias", "BIAS", "done"),
        ("tiny_flat", "FLAT", "done"),
        ("tiny_science", "NGC 1", "done"),
        ("tiny_science", "NGC 2", "done"),
    ]
