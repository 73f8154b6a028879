"""Values on their way to JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.cli.plain import plain


class Colour(Enum):
    RED = "red"


@dataclass
class Point:
    x: float
    where: Path


def test_what_the_contract_says():
    """Null for missing, absolute paths, UTC."""
    assert plain(float("nan")) is None
    assert plain(np.float32("inf")) is None
    assert plain(np.array([[1.0, np.nan]])) == [[1.0, None]]
    assert plain(np.int16(3)) == 3
    assert plain(np.array([True])[0]) is True
    assert plain(Path("a")) == str(Path.cwd() / "a")
    assert plain(datetime(2022, 1, 27, 6, 46, 29, 93000, tzinfo=timezone(timedelta(hours=2)))) == (
        "2022-01-27T04:46:29.093Z"
    )
    assert plain(datetime(2022, 1, 27, tzinfo=UTC)) == "2022-01-27T00:00:00.000Z"
    assert plain(Colour.RED) == "red"
    assert plain(Point(float("nan"), Path("/b"))) == {"x": None, "where": "/b"}
    assert plain({"b", "a"}) == ["a", "b"]
    assert plain(x for x in (1, None)) == [1, None]


def test_what_has_no_place_is_refused():
    """An object that means nothing in JSON is a fault, not a repr."""
    with pytest.raises(TypeError, match="no place in JSON"):
        plain(object())


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_always_strict_json(value):
    """Whatever comes, the text is JSON without NaN and reads back the same."""
    made = plain(value)
    assert json.loads(json.dumps(made, allow_nan=False)) == made
