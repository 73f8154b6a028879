"""Values of parameters: read as what they mean, refused with what is accepted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.instruments.packages import ConstraintSpec, ParameterSpec, accepted, coerce
from dfs.instruments.packages.specs import TYPES

ANGLE = ParameterSpec("TEL.ROT.OFFANGLE", "number", 0.0, ranges=((-180.0, 180.0), (9999.0, 9999.0)), unit="deg")
BINNING = ParameterSpec("DET.WIN1.BINX", "integer", 2, values=(1, 2))
FILTER = ParameterSpec("INS.FILT1.NAME", "keyword", values=("b_HIGH", "v_HIGH"))
SCALE = ParameterSpec("INS.IFUE.MAG", "keyword", values=("0.33", "0.67"))
OFFSETS = ParameterSpec("TEL.TARG.OFFSETALPHA", "numlist", ranges=((-999.0, 999.0),), unit="arcsec")


@pytest.mark.parametrize(
    ("spec", "given_value", "kept"),
    [
        (ANGLE, "0.7", 0.7),
        (ANGLE, 9999, 9999),
        (ANGLE, "-180", -180),
        (BINNING, "2", 2),
        (BINNING, 1.0, 1),
        (FILTER, "B_high", "b_HIGH"),
        (SCALE, 0.67, "0.67"),
        (SCALE, "0.330", "0.33"),
        (OFFSETS, "0 5 -5", [0, 5, -5]),
        (OFFSETS, "[0, 2.5]", [0, 2.5]),
        (OFFSETS, 3, [3]),
        (OFFSETS, (1, "2"), [1, 2]),
        (OFFSETS, "", []),
        (ParameterSpec("A", "boolean"), "T", True),
        (ParameterSpec("A", "boolean"), "false", False),
        (ParameterSpec("A", "boolean"), 1, True),
        (ParameterSpec("A", "keyword", values=("T", "F")), True, "T"),
        (ParameterSpec("A", "keyword"), 1, "1"),
        (ParameterSpec("A", "coord"), "0", "00:00:00.000"),
        (ParameterSpec("A", "coord"), 0, "00:00:00.000"),
        (ParameterSpec("A", "coord"), "-31:13:14.5", "-31:13:14.5"),
        (ParameterSpec("A", "keywordlist", values=("O", "S")), "O s O", ["O", "S", "O"]),
        (ParameterSpec("A", "string"), 2.0, "2"),
        (ParameterSpec("A", "integer", default=3), None, 3),
        (ParameterSpec("A", "integer"), None, None),
    ],
    ids=str,
)
def test_a_value_is_read_as_what_it_means(spec, given_value, kept):
    assert coerce(spec, given_value) == kept
    assert type(coerce(spec, given_value)) is type(kept)


@pytest.mark.parametrize(
    ("spec", "value", "told"),
    [
        (ANGLE, 181, "-180 to 180 deg, 9999"),
        (ANGLE, "north", "-180 to 180 deg, 9999"),
        (ANGLE, True, "-180 to 180 deg, 9999"),
        (ANGLE, float("nan"), "-180 to 180 deg, 9999"),
        (BINNING, 3, "1, 2"),
        (BINNING, 1.5, "1, 2"),
        (FILTER, "x_HIGH", "b_HIGH, v_HIGH"),
        (FILTER, ["b_HIGH"], "b_HIGH, v_HIGH"),
        (OFFSETS, [0, 1000], "a list of -999 to 999 arcsec"),
        (ParameterSpec("A", "boolean"), "maybe", "true or false"),
        (ParameterSpec("A", "coord"), "12h30m", "HH:MM:SS.sss or [+|-]DD:MM:SS.sss"),
        (ParameterSpec("A", "coord"), "12:61:00", "HH:MM:SS.sss or [+|-]DD:MM:SS.sss"),
        (ParameterSpec("A", "integer"), {}, "a whole number"),
        (ParameterSpec("A", "integer"), float("inf"), "a whole number"),
    ],
    ids=str,
)
def test_a_value_that_is_not_accepted_says_what_is(spec, value, told):
    with pytest.raises(UsageError) as caught:
        coerce(spec, value)
    assert caught.value.accepted == told == accepted(spec)
    assert spec.name in caught.value.line()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


@given(kind=st.sampled_from(TYPES), value=values)
def test_any_value_is_json_of_its_kind_or_one_clear_error(kind, value):
    spec = ConstraintSpec("x", kind)
    try:
        kept = coerce(spec, value)
    except UsageError:
        return
    assert coerce(spec, kept) == kept
    json.dumps(kept, allow_nan=False)
