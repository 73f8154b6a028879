"""What plots show beside the result."""

from __future__ import annotations

import numpy as np
import pytest

from dfs import etc
from dfs.etc.showing.growth import peaks, saturated_ranges


@pytest.mark.parametrize(("exposure", "runs"), [(600.0, 0), (60_000.0, 2)], ids=["short", "long"])
def test_lines_of_the_sky_are_full_one_by_one(exposure, runs):
    """In a very long exposure of a faint star the brightest lines are full, and not what lies between them."""
    found = etc.Calculator()("FORS2", mode="lss", grism="300V", mag=24, exposure=exposure)
    ranges = saturated_ranges(found)
    assert len(ranges) >= runs
    assert bool(ranges) == found.saturation.is_saturated
    full = peaks(found) > found.saturation.full_well_e
    within = np.zeros_like(full)
    for first, last in ranges:
        assert last > first
        within |= (found.wavelength_nm > first) & (found.wavelength_nm < last)
    assert np.array_equal(within, full)
