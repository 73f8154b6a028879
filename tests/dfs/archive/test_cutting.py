"""Cut-outs asked for in Python's values, and names of tables."""

from __future__ import annotations

from typing import Any

import pytest
from astropy import units as u

from dfs.archive.cutting import soda_parameters
from dfs.archive.table_names import TableNames
from dfs.errors import NotFoundError, UsageError
from dfs.model import TableSchema


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"circle": (10.5, -5, 0.01)}, {"CIRCLE": "10.5 -5.0 0.01"}),
        ({"pos": "RANGE 1 2 3 4"}, {"POS": "RANGE 1 2 3 4"}),
        ({"band": [520, 480] * u.nm}, {"BAND": "4.8e-07 5.2e-07"}),
        ({"band": (4.8e-7, 5.2e-7)}, {"BAND": "4.8e-07 5.2e-07"}),
        ({"band": "+Inf 5.2e-7"}, {"BAND": "+Inf 5.2e-7"}),
    ],
    ids=["circle", "pos", "nm", "m", "text"],
)
def test_values_become_words_of_soda(given: dict[str, Any], said: dict[str, str]) -> None:
    told = soda_parameters(given)
    assert told.keys() == said.keys()
    for name, text in said.items():
        if name == "BAND" and text[0] != "+":
            assert [float(one) for one in told[name].split()] == pytest.approx([float(one) for one in text.split()])
        else:
            assert told[name] == text


@pytest.mark.parametrize(
    "given",
    [{}, {"box": (1, 2)}, {"band": [1, 2] * u.kg}, {"band": 5e-7}, {"band": ("a", "b")}, {"circle": (1, "x", 2)}],
    ids=["nothing", "unknown", "mass", "one end", "words", "word"],
)
def test_what_is_no_cut_out_is_told(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        soda_parameters(given)


def test_a_frequency_is_a_wavelength_too() -> None:
    low, high = (float(one) for one in soda_parameters({"band": [6e14, 5e14] * u.Hz})["BAND"].split())
    assert low < high < 1e-6


def test_a_table_is_found_in_any_letter_case_and_a_slip_is_named() -> None:
    names = TableNames([TableSchema("ivoa.ObsCore", "Products", ()), TableSchema("dbo.raw", "Frames", ())])
    assert names["IVOA.obscore"].name == "ivoa.ObsCore"
    assert list(names) == ["ivoa.ObsCore", "dbo.raw"]
    with pytest.raises(NotFoundError) as caught:
        names["ivoa.obscor"]
    assert caught.value.hint == "did you mean ivoa.ObsCore?"
