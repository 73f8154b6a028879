from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs_sims.geometry import bent_rows, row_of, wavelength_nm

# Unbinned pixels and wavelengths (angstrom) measured on the arc of run 108.22F6.001, PyNOT ef-gr3_pixeltable.dat.
PIXEL_TABLE = [
    (647.30, 3888.65),
    (831.17, 4158.59),
    (1038.59, 4471.48),
    (1330.38, 4921.93),
    (1390.29, 5015.68),
    (1932.34, 5875.62),
]


@pytest.mark.parametrize(("unbinned", "angstrom"), PIXEL_TABLE)
def test_lines_fall_where_the_pixel_table_has_them(unbinned: float, angstrom: float) -> None:
    found = row_of(np.array([angstrom / 10]))[0]
    assert found == pytest.approx(unbinned / 2, abs=0.05)


@given(row=st.floats(-50, 1080))
def test_row_of_undoes_wavelength(row: float) -> None:
    wavelength = wavelength_nm(np.array(515.0), np.array(row))
    assert row_of(np.atleast_1d(wavelength))[0] == pytest.approx(row, abs=1e-6)


def test_lines_bend_as_in_the_real_arc() -> None:
    # Rows of HeI 447.1 on columns 80, 480, 980 of the arc of run 108.22F6.001.
    columns, rows = np.array([80.0, 480.0, 980.0]), np.array([516.88, 518.30, 516.33])
    straight = bent_rows(columns, rows, 0.0)
    assert np.ptp(straight) < 0.35


def test_flexure_moves_light_along_y() -> None:
    assert wavelength_nm(np.array(300.0), np.array(502.5), 2.5) == pytest.approx(
        wavelength_nm(np.array(300.0), np.array(500.0))
    )
