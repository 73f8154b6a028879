"""Numbers and units as people write them."""

from __future__ import annotations

import pytest

from dfs.etc.written import float_of, shown, unit_text


def test_numbers_are_those_of_ascii():
    assert float_of(" 1e3 ") == 1000.0
    for text in ("1_000", "\N{ARABIC-INDIC DIGIT THREE}", "1,5", ""):
        with pytest.raises(ValueError, match=r"number|float"):
            float_of(text)


def test_units_that_would_take_minutes_are_none():
    assert unit_text("erg/s/cm2/A") == "erg/s/cm2/A"
    for text in ("10**100000000 m", "m*" * 100, "m\n"):
        with pytest.raises(ValueError, match="no unit"):
            unit_text(text)


def test_values_are_shown_by_their_beginning():
    assert shown("a") == "'a'"
    for value in (["a" * 1000] * 1000, 10**5000, {"a": {"b": {"c": [1]}}}):
        assert len(shown(value)) < 600
