"""Headings of columns."""

from __future__ import annotations

import pytest

from dfs.errors import UsageError
from dfs.etc.spectra.headings import bracketed, names_and_units


def test_brackets_of_the_outer_level():
    assert bracketed("a (b) [c (d) e] f") == [(2, 5, "b"), (6, 15, "c (d) e")]
    assert bracketed("[a(" * 1000) == []
    assert bracketed(")" * 1000) == []


@pytest.mark.parametrize(
    ("line", "names", "units"),
    [
        ("nm Jy", ("wavelength", "flux"), ("nm", "Jy")),
        ("nm;Jy", ("wavelength", "flux"), ("nm", "Jy")),
        ("wave, flux", ("wave", "flux"), (None, None)),
        ("wave (nm), flux (erg / (s cm2 Angstrom))", ("wavelength", "flux"), ("nm", "erg / (s cm2 Angstrom)")),
        ("a comment of many words", ("wavelength", "flux"), (None, None)),
        ("[a(" * 60_000, ("wavelength", "flux"), (None, None)),
        ("m**9" * 60_000 + " Jy", ("wavelength", "flux"), (None, None)),
    ],
)
def test_names_and_units(line, names, units):
    assert names_and_units(line, "a") == (names, units)


def test_one_unit_of_two():
    with pytest.raises(UsageError, match="'quux' is not a unit"):
        names_and_units("quux Jy", "a")
    with pytest.raises(UsageError, match="is not a unit"):
        names_and_units("10**100000000m Jy", "a")
