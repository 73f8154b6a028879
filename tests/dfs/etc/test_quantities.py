"""Numbers with and without units."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u

from dfs.errors import UsageError
from dfs.etc.quantities import number, optional_number


@pytest.mark.parametrize(
    "given",
    [0.8, "0.8", "0.8 arcsec", "800 mas", 0.8 * u.arcsec, (0.8 / 60) * u.arcmin, np.float32(0.8)],
    ids=["number", "text", "text with unit", "other unit", "quantity", "arcmin", "numpy"],
)
def test_every_form_of_a_number_is_the_same(given):
    assert number(given, "arcsec", "seeing") == pytest.approx(0.8, rel=1e-6)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("wide", "'wide' is not a number"),
        ("1,5", "'1,5' is not a number"),
        (True, "True is not a number"),
        (float("nan"), "not a finite number"),
        ("inf", "not a finite number"),
        (5 * u.s, "s is a unit of the wrong kind"),
        ([0.8, 0.9] * u.arcsec, "is not one number"),
        ([1.0], "is not one number"),
        (-1.0, "-1 arcsec cannot be"),
        ("1 2", "'1 2' is not a number"),
        ("5 2 arcsec", "is not a number"),
        ("1_000", "is not a number"),
        ("\N{ARABIC-INDIC DIGIT THREE}", "is not a number"),
        ("\N{ARABIC-INDIC DIGIT THREE} arcsec", "is not a number"),
        ("1 10**100000000 arcsec", "is not a number"),
        (b"2", "is not a number"),
        (10**400, "too large"),
        (np.ma.masked, "is not a number"),
    ],
)
def test_what_is_no_number_is_told(given, told):
    with pytest.raises(UsageError) as caught:
        number(given, "arcsec", "seeing", 0.1, 10.0)
    assert told in str(caught.value)
    assert caught.value.where == "seeing"
    assert "arcsec" in caught.value.accepted


def test_nothing_stays_nothing():
    assert optional_number(None, "s", "exposure") is None
    assert optional_number(2 * u.min, "s", "exposure") == 120.0


def test_a_whole_number_beyond_every_float():
    with pytest.raises(UsageError, match="too large"):
        number(10**5000, "mag", "mag")


@pytest.mark.parametrize("given", ["x" * 100_000, [1] * 100_000, {"a": ["b" * 100_000] * 9}, "1 " + "m*" * 50_000])
def test_messages_do_not_repeat_what_is_long(given):
    with pytest.raises(UsageError) as caught:
        number(given, "arcsec", "seeing")
    assert len(str(caught.value)) < 600
