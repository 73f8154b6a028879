"""A choice is made whole, or refused with what there is."""

from __future__ import annotations

import math

import pytest

from dfs.errors import NotFoundError, UsageError
from dfs.instruments.optics import Choice, light_path


def refused(**asked: object) -> UsageError:
    with pytest.raises(UsageError) as caught:
        light_path(Choice("FORS2", **asked))  # type: ignore[arg-type]
    return caught.value


def test_nothing_said_gives_the_defaults() -> None:
    choice = light_path(Choice("fors2")).choice
    assert choice == Choice(
        "FORS2",
        "img",
        filter="v_HIGH",
        collimator="SR",
        detector="MIT",
        read_mode="200kHz,2x2,low",
        binning=(2, 2),
    )


def test_a_choice_made_whole_gives_the_same_path() -> None:
    light = light_path(Choice("FORS2", "lss", disperser="300V"))
    assert light_path(light.choice) is light
    assert light_path(Choice("fors2", "LSS", disperser="gris_300v")) is light


def test_a_binning_finds_its_read_mode() -> None:
    choice = light_path(Choice("FORS2", "lss", binning=(1, 1))).choice
    assert choice.read_mode == "100kHz,1x1,high"
    assert light_path(Choice("FORS2", "img", binning=(1, 1))).choice.read_mode == "200kHz,1x1,low"
    assert light_path(Choice("EFOSC2", binning=(1, 1))).choice.read_mode == "normal"
    assert light_path(Choice("FORS2", "lss", read_mode="100kHz", binning=(1, 1))).choice.read_mode == "100kHz,1x1,high"
    assert light_path(Choice("FORS2", read_mode="200kHz,1x1,low")).choice.binning == (1, 1)


@pytest.mark.parametrize(
    ("asked", "message", "accepted"),
    [
        ({"mode": "echelle"}, "no mode", "img, lss, mos, ipol, pmos"),
        ({"filter": "w_HIGH"}, "no filter 'w_HIGH'", "v_HIGH"),
        ({"filter": "v"}, "may be v_HIGH or V_BESS or v_GUNN", "v_HIGH"),
        ({"mode": "lss", "disperser": "300W"}, "no disperser '300W'", "GRIS_300V"),
        ({"mode": "img", "disperser": "300V"}, "no disperser '300V'", "no disperser can be chosen"),
        ({"mode": "lss", "disperser": "600RI", "filter": "OG590"}, "no filter 'OG590'", "GG435"),
        ({"mode": "lss", "disperser": "600RI", "filter": "none"}, "no filter 'none'", "GG435"),
        ({"mode": "pmos", "disperser": "150I"}, "no disperser '150I'", "GRIS_300V"),
        ({"mode": "lss", "slit_arcsec": 0.9}, "no slit of 0.9 arcsec", "0.7, 1, 1.31"),
        ({"mode": "lss", "slit_arcsec": -1.0}, "no slit of -1 arcsec", "0.28"),
        ({"mode": "lss", "slit_arcsec": math.nan}, "no slit of nan arcsec", "0.28"),
        ({"mode": "mos", "slit_arcsec": 40.0}, "cannot be cut", "0.1 to 30 arcsec"),
        ({"mode": "mos", "slit_arcsec": math.nan}, "cannot be cut", "0.1 to 30 arcsec"),
        ({"slit_arcsec": 1.0}, "no slit", "leave it out"),
        ({"collimator": "XR"}, "no collimator", "SR, HR"),
        ({"mode": "mos", "collimator": "HR"}, "no collimator", "SR"),
        ({"detector": "EEV"}, "no detector", "MIT, E2V"),
        ({"read_mode": "50kHz"}, "no read mode", "200kHz,2x2,low"),
        ({"binning": (3, 3)}, "no binning 3x3", "2x2, 1x1"),
        ({"read_mode": "200kHz,2x2,low", "binning": (1, 1)}, "has no binning 1x1", "2x2"),
        ({"polarimetry": "linear"}, "no polarimetry 'linear'", "off"),
        ({"mode": "ipol", "polarimetry": "radial"}, "no polarimetry 'radial'", "linear, circular"),
        ({"mirror_reflectivity": 1.2}, "cannot reflect 1.2", "at most 1"),
        ({"mirror_reflectivity": 0.0}, "cannot reflect 0", "above 0"),
        ({"mirror_reflectivity": math.nan}, "cannot reflect nan", "above 0"),
    ],
)
def test_what_is_not_there_is_refused(asked: dict[str, object], message: str, accepted: str) -> None:
    error = refused(**asked)
    assert message in error.message
    assert accepted in error.accepted


def test_the_nearest_is_offered() -> None:
    assert "1" in refused(mode="lss", slit_arcsec=0.9).hint
    assert "v_HIGH" in refused(filter="w_HIGH").hint
    assert refused(polarimetry="linear").hint == "modes that have it: ipol, pmos"


def test_an_unknown_instrument_lists_those_there() -> None:
    with pytest.raises(NotFoundError, match="FORS3") as caught:
        light_path(Choice("FORS3"))
    assert "FORS2" in caught.value.accepted


def test_a_list_for_a_pair_is_refused() -> None:
    with pytest.raises(UsageError, match="plain values"):
        light_path(Choice("FORS2", binning=[2, 2]))  # type: ignore[arg-type]
