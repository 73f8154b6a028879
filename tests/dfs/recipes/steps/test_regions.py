"""Where light falls on a raw frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dfs import instruments
from dfs.errors import DataError
from dfs.model import Flag
from dfs.recipes.steps.regions import bad_pixels, detector_area, same_geometry


def test_prescan_lies_beside_the_output(ccd) -> None:
    frame = ccd.frame()
    regions = detector_area(frame.header, ccd.instrument, frame.content.shape, frame.name)
    assert regions.light == (slice(0, 192), slice(0, 256))
    assert regions.dark_columns == (slice(0, 192), slice(256, 262))
    assert regions.dark_rows == (slice(192, 200), slice(0, 256))
    assert regions.binning == (2, 2)
    assert regions.light_shape == (192, 256)


def test_output_on_the_left_puts_the_prescan_left(ccd) -> None:
    frame = ccd.frame(**{"ESO DET OUT1 X": 1})
    regions = detector_area(frame.header, ccd.instrument, frame.content.shape)
    assert regions.light[1] == slice(6, 262)
    assert regions.dark_columns == (slice(0, 192), slice(0, 6))


def test_measured_ranges_win_over_the_header(ccd) -> None:
    instrument = ccd.instrument
    measured = replace(
        instrument.detectors["default"], light_columns=(1, 511), light_rows=(0, 380), dark_columns=(512, 520)
    )
    regions = detector_area(ccd.header(), replace(instrument, detectors={"default": measured}), (200, 262))
    # A binned pixel that is lit in half only is none: columns 1..511 unbinned hold whole binned pixels 1..254.
    assert regions.light == (slice(0, 190), slice(1, 255))
    assert regions.dark_columns == (slice(0, 190), slice(256, 260))
    assert regions.dark_rows is None


@pytest.mark.parametrize(
    ("cards", "shape", "keyword"),
    [
        ({}, (200, 250), "NAXIS1"),
        ({}, (100, 262), "NAXIS2"),
        ({"ESO DET WIN1 BINX": 4}, (200, 262), "ESO DET WIN1 BINX"),
        ({"ESO DET WIN1 BINY": 0}, (200, 262), "ESO DET WIN1 BINY"),
        ({"ESO DET WIN1 BINX": 1.5}, (200, 262), "ESO DET WIN1 BINX"),
        ({"ESO DET WIN1 BINX": None}, (200, 262), "ESO DET WIN1 BINX"),
        ({"ESO DET OUT1 PRSCX": "six"}, (200, 262), "ESO DET OUT1 PRSCX"),
        ({}, (3, 200, 262), "NAXIS"),
    ],
)
def test_wrong_geometry_names_file_and_keyword(ccd, cards, shape, keyword) -> None:
    with pytest.raises(DataError) as caught:
        detector_area(ccd.header(**cards), ccd.instrument, shape, "EFOSC.X")
    assert caught.value.where == "EFOSC.X"
    assert caught.value.keyword == keyword


def test_frame_smaller_than_the_measured_area_is_refused() -> None:
    header = {"INSTRUME": "EFOSC", "ESO DET WIN1 BINX": 2, "ESO DET WIN1 BINY": 2}
    with pytest.raises(DataError) as caught:
        detector_area(header, instruments.load("EFOSC2"), (1030, 515), "EFOSC.X")
    assert caught.value.keyword == "NAXIS1"


def test_bad_columns_cover_every_binned_pixel_they_touch(ccd) -> None:
    detector = replace(ccd.instrument.detectors["default"], bad_columns=((3, 5),), bad_rows=((10, 11),))
    mask = bad_pixels(detector_area(ccd.header(), ccd.instrument, (200, 262)), detector)
    assert set(np.flatnonzero(mask[0])) == {1, 2}
    assert set(np.flatnonzero(mask[:, 100])) == {5}
    assert mask[0, 1] == Flag.BAD


def test_geometry_of_two_frames(ccd) -> None:
    one, other = ccd.frame(name="one"), ccd.frame(name="other", **{"ESO DET WIN1 BINY": 1})
    same_geometry(one, (1, 2), one, (1, 2))
    with pytest.raises(DataError, match="other") as caught:
        same_geometry(one, (1, 2), other, (1, 2))
    assert (caught.value.where, caught.value.keyword) == ("one", "ESO DET WIN1 BINY")
    with pytest.raises(DataError, match="2x1") as caught:
        same_geometry(one, (1, 2), ccd.frame(name="third"), (3, 4))
    assert "NAXIS1" in caught.value.keyword


@pytest.mark.real
def test_real_frames_are_lit_where_the_folder_says(real_frames) -> None:
    from dfs.products import read_frame

    efosc2 = instruments.load("EFOSC2")
    sky = read_frame(real_frames / "EFOSC.2022-01-28T00:08:16.282.fits.gz")
    regions = detector_area(sky.header, efosc2, sky.content.shape, sky.name)
    light = sky.content[regions.light].astype(float)
    assert np.median(light) > 30000
    edges = [np.median(light[100:600, 0]), np.median(light[100:600, -1]), np.median(light[0]), np.median(light[-1])]
    assert min(edges) > 0.5 * np.median(light)
    # Beyond the area: dark columns and rows, and the next row is below half of the light.
    assert np.median(sky.content[regions.dark_columns]) < 400
    assert np.median(sky.content[regions.dark_rows]) < 400
    assert np.median(sky.content[regions.light[0].stop, 100:900]) < 0.3 * np.median(light)
    assert np.median(sky.content[100:600, regions.light[1].stop]) < 400
