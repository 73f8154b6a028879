"""Grids: each case is what `calculate` answers, in any shape of blocks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u

from dfs.errors import UsageError
from dfs.etc.engine.calculation import calculate
from dfs.etc.grids.axes import with_values
from dfs.etc.grids.gridding import grid
from dfs.etc.request import Exposure, Request, Sky, Target
from dfs.etc.spectra import Sed
from dfs.instruments.optics import Choice

STAR = Target(Sed.of("flat_lambda"), 22.0)
SPECTRUM = Request(Choice("FORS2", "lss", disperser="300V", slit_arcsec=1.0), STAR, Sky(), Exposure(900.0))
IMAGE = Request(Choice("FORS2", "img", "R_SPECIAL"), STAR, Sky(), Exposure(60.0))
AXES = {
    "airmass": [1.0, 1.6],
    "moon": [0.0, 14.0],
    "seeing": [0.4, 1.1],
    "mag": [18.0, 25.0],
    "exposure": [10.0, 3000.0],
}
# float32 and the nodes of wavelength; as reduced, also the table of rows of noise
ERROR = {"eso": 2e-6, "as-reduced": 4e-4}


def plain(cases: dict[str, np.ndarray], number: int) -> dict[str, object]:
    return {
        name: tuple(int(one) for one in values[number].split("x")) if name == "binning" else float(values[number])
        for name, values in cases.items()
    }


@pytest.mark.parametrize("extraction", ERROR)
def test_each_case_is_what_calculate_answers(extraction: str) -> None:
    asked = replace(SPECTRUM, extraction=extraction)
    found, seen = grid(asked, spectra=True, block=5, **AXES), 0
    for block in found:
        assert block.first == seen
        assert block.snr.size <= 5
        for number in range(block.snr.size):
            one = calculate(with_values(asked, plain(block.cases, number)))
            assert block.snr[number] == pytest.approx(one.snr, rel=1e-12)
            np.testing.assert_allclose(block.spectra[number], one.snr_per_pixel, rtol=ERROR[extraction])
        seen += block.snr.size
    assert seen == len(found) == 32
    assert found.snr().shape == found.shape == (2, 2, 2, 2, 2)


@pytest.mark.parametrize("extraction", ERROR)
@pytest.mark.parametrize(
    "asked", [IMAGE, replace(SPECTRUM, target=replace(STAR, extended=True))], ids=["image", "extended"]
)
def test_what_has_no_kernel_is_the_same_too(asked: Request, extraction: str) -> None:
    asked = replace(asked, extraction=extraction)
    for block in grid(asked, spectra=True, seeing=[0.6, 1.2], mag=[20.0, 22.0], fli=[0.0, 1.0]):
        for number in range(block.snr.size):
            one = calculate(with_values(asked, plain(block.cases, number)))
            assert block.snr[number] == pytest.approx(one.snr, rel=1e-12)
            np.testing.assert_allclose(block.spectra[number], one.snr_per_pixel, rtol=2e-6)


def test_slits_and_binnings_are_axes() -> None:
    found = grid(SPECTRUM, slit=[0.7, 1.0] * u.arcsec, binning=["1x1", "2x2"], seeing=[0.8])
    table = found.table()
    assert list(table["binning"]) == ["1x1", "1x1", "2x2", "2x2"]
    assert table["slit"].unit == u.arcsec
    for row in table:
        values = {"slit": row["slit"].value, "binning": tuple(int(one) for one in row["binning"].split("x"))}
        assert row["snr"] == pytest.approx(calculate(with_values(SPECTRUM, values)).snr, rel=1e-12)


def test_a_signal_to_noise_gives_times() -> None:
    asked = replace(SPECTRUM, exposure=Exposure(snr=10.0))
    found = grid(asked, mag=[20.0, 22.0, 24.0], seeing=[0.5, 1.0])
    times = found.exposure_s()
    assert np.all(np.diff(times, axis=1) > 0)
    assert times[1, 2] == pytest.approx(
        calculate(with_values(asked, {"mag": 24.0, "seeing": 1.0})).exposure_s, rel=1e-9
    )
    np.testing.assert_allclose(found.snr(), 10.0, rtol=1e-9)


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"colour": [1]}, "no axis 'colour'"),
        ({"moon": [1], "fli": [0.5]}, "given twice"),
        ({"seeing": []}, "no values"),
        ({"seeing": [0.8 * u.s]}, "unit of the wrong kind"),
        ({"airmass": [1.0, 9.0]}, "9 cannot be"),
        ({"seeing": [1e6]}, "1e\\+06 arcsec cannot be"),
        ({"mag": [float("nan")]}, "not a finite number"),
        ({"exposure": [10.0, -1.0]}, "cannot be"),
        ({"binning": ["2"]}, "no binning"),
        ({"slit": [0.123]}, "slit"),
    ],
)
def test_axes_that_cannot_be(axes: dict[str, list[object]], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        list(grid(SPECTRUM, **axes))
