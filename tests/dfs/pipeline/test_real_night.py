"""The eleven frames of run 108.22F6.001, from raw to science."""

from __future__ import annotations

import pytest

from dfs.observatory import Observatory

PRODUCTS = {
    "MASTER_BIAS",
    "MASTER_FLAT_LSS",
    "MASTER_FLAT_IMG",
    "WAVE_SOLUTION",
    "RESPONSE",
    "STD_SPECTRUM",
    "SCIENCE_SPECTRUM",
    "SCIENCE_SPECTRUM_2D",
    "SCIENCE_IMAGE",
    "SOURCE_TABLE",
}


@pytest.mark.real
def test_the_same_bits_here_and_in_two_processes(real_frames, tmp_path):
    """Two empty observatories, one working in this process and one in two others: the same DATASUM of every product."""
    sums = []
    for workers in (0, 2):
        with Observatory.open(tmp_path / f"with-{workers}") as observatory:
            document = observatory.pipeline.reduce(real_frames, workers=workers).document()
        assert document["failures"] == []
        assert [one["status"] for one in document["inputs"]] == ["used"] * 11
        assert {one["state"] for one in document["jobs"]} == {"done"}
        assert {one["pro_catg"] for one in document["products"]} == PRODUCTS
        sums.append({one["dp_id"]: one["datasum"] for one in document["products"]})
    assert sums[0] == sums[1]
    assert all(sums[0].values())
