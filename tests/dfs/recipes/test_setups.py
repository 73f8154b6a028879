"""Calibrations of another setup, frames given twice, and parameters out of range are refused in plain words."""

from __future__ import annotations

import numpy as np
import pytest

from dfs import instruments
from dfs.errors import DataError, UsageError
from dfs.model import Frame
from dfs.recipes import registry
from dfs.recipes.runner import _check_twice
from dfs.recipes.setups import check_setups
from dfs.recipes.steps.image_wcs import celestial_frame
from dfs.sky.airmass import mean_airmass

SETUP = {
    "ESO DET WIN1 BINX": 2,
    "ESO DET WIN1 BINY": 2,
    "ESO DET READ SPEED": "fastL",
    "ESO INS GRIS1 NAME": "Gr#3",
    "ESO INS FILT1 NAME": "Free",
    "ESO INS SLIT1 NAME": "slit#1.2",
}
WCS = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 10.0, "CRVAL2": -31.0, "CRPIX1": 500.0, "CRPIX2": 500.0}
CD = {"CD1_1": -0.24 / 3600, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 0.24 / 3600}


def frame(tag, **cards):
    return Frame(tag, f"{tag}.fits", SETUP | {key.replace("_", " "): value for key, value in cards.items()}, np.ones(1))


@pytest.mark.parametrize(
    ("kind", "keyword", "value"),
    [
        ("MASTER_BIAS", "ESO DET WIN1 BINY", 1),
        ("MASTER_BIAS", "ESO DET READ SPEED", "slow"),
        ("MASTER_FLAT_LSS", "ESO INS GRIS1 NAME", "Gr#5"),
        ("WAVE_SOLUTION", "ESO INS GRIS1 NAME", "Gr#5"),
    ],
)
def test_another_setup_is_refused(kind, keyword, value):
    """Both files, the keyword and both values are named."""
    frames = [frame("SCIENCE_LSS"), frame(kind, **{keyword: value})]
    with pytest.raises(DataError, match=f"{keyword} = {SETUP[keyword]} but {value} in {kind}.fits") as caught:
        check_setups(frames, instruments.load("EFOSC2"))
    assert (caught.value.where, caught.value.keyword) == ("SCIENCE_LSS.fits", keyword)


def test_what_the_rules_allow_is_taken():
    """A flat through another slit serves, as does a master whose header is silent."""
    silent = Frame("MASTER_BIAS", "old.fits", {}, np.ones(1))
    flat = frame("MASTER_FLAT_LSS", **{"ESO INS SLIT1 NAME": "slit#5.0"})
    check_setups([frame("SCIENCE_LSS"), silent, flat], instruments.load("EFOSC2"))


def test_a_frame_given_twice():
    """It would count twice."""
    with pytest.raises(DataError, match="given 2 times as BIAS"):
        _check_twice((frame("BIAS"), frame("BIAS")))


def test_parameters_are_refused_in_plain_words():
    """No names of Python's classes."""
    with pytest.raises(UsageError) as caught:
        registry.find("bias").parse({"kappa": "-3"})
    assert caught.value.accepted == "a number at least 2.0 and at most 50.0"
    with pytest.raises(UsageError, match="there is no such parameter"):
        registry.find("bias").parse({"nonsense": "1"})


@pytest.mark.parametrize(("keyword", "value"), [("CRVAL1", 1e99), ("CRVAL2", 91.0), ("CRPIX1", -1e12)])
def test_a_reference_point_that_cannot_be(keyword, value):
    """An image is not archived under coordinates that are none."""
    celestial_frame(WCS | CD, pixel_scale_arcsec=0.24)
    with pytest.raises(DataError) as caught:
        celestial_frame(WCS | CD | {keyword: value}, pixel_scale_arcsec=0.24, where="a.fits")
    assert (caught.value.where, caught.value.keyword) == ("a.fits", keyword)


def test_an_air_mass_that_cannot_be():
    """The keyword that is wrong is named."""
    for first, last, wrong in ((0.5, 1.2, "START"), (1.2, 1e9, "END")):
        with pytest.raises(DataError) as caught:
            mean_airmass({"ESO TEL AIRM START": first, "ESO TEL AIRM END": last})
        assert caught.value.keyword == f"ESO TEL AIRM {wrong}"
