"""Raw and oriented geometry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.instruments.instrument import Grism
from dfs.model import Image
from dfs.recipes.steps.orient import orient, restore


def grism(axis: str, *, increases: bool) -> Grism:
    return Grism("G", axis, increases, (300.0, 600.0), 0.2)


@given(axis=st.sampled_from(["x", "y"]), increases=st.booleans(), ny=st.integers(1, 7), nx=st.integers(1, 7))
def test_restore_undoes_orient(axis: str, increases: bool, ny: int, nx: int) -> None:
    array = np.arange(ny * nx).reshape(ny, nx)
    one = grism(axis, increases=increases)
    turned = orient(array, one)
    assert turned.flags.c_contiguous
    assert not np.shares_memory(turned, array)
    np.testing.assert_array_equal(restore(turned, one), array)


@pytest.mark.parametrize(
    ("axis", "increases", "expected"),
    [
        ("x", True, [[0, 1, 2], [3, 4, 5]]),
        ("x", False, [[2, 1, 0], [5, 4, 3]]),
        ("y", True, [[0, 3], [1, 4], [2, 5]]),
        ("y", False, [[3, 0], [4, 1], [5, 2]]),
    ],
)
def test_slit_along_axis_0_and_wavelength_increasing_along_axis_1(axis, increases, expected) -> None:
    np.testing.assert_array_equal(orient(np.arange(6).reshape(2, 3), grism(axis, increases=increases)), expected)


def test_an_image_turns_whole() -> None:
    data = np.arange(6, dtype=np.float32).reshape(2, 3)
    image = Image(data, data * 2, data.astype(np.uint8), "electron")
    turned = orient(image, grism("y", increases=True))
    assert turned.unit == "electron"
    np.testing.assert_array_equal(turned.variance, (data * 2).T)
    np.testing.assert_array_equal(turned.mask, data.T)
