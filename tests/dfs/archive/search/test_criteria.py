"""Criteria: read from what people write, refused in one line, said again as Python and ADQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import Table
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st

from dfs.archive.search import Search, select
from dfs.archive.search.naming import position_of
from dfs.archive.search.selection import facet, resolve
from dfs.errors import UsageError
from dfs.vo.adql import parse

DAY = ("2022-01-27T00:00:00.000", "2022-01-28T00:00:00.000")


@pytest.mark.parametrize(
    ("given_date", "dates"),
    [
        ("2022-01-27", DAY),
        ("2022-01-27/2022-01-27", DAY),
        (("2022-01-27", "2022-01-27"), DAY),
        (datetime(2022, 1, 27, tzinfo=UTC).date(), DAY),
        ("2022-01", ("2022-01-01T00:00:00.000", "2022-02-01T00:00:00.000")),
        ("2022-12", ("2022-12-01T00:00:00.000", "2023-01-01T00:00:00.000")),
        ("2021", ("2021-01-01T00:00:00.000", "2022-01-01T00:00:00.000")),
        ("2021/2022-01", ("2021-01-01T00:00:00.000", "2022-02-01T00:00:00.000")),
        ((Time("2022-01-27"), Time("2022-01-28")), DAY),
        (("2022-01-27T04:00:00", "2022-01-27T05:30:00"), ("2022-01-27T04:00:00.000", "2022-01-27T05:30:00.000")),
    ],
)
def test_dates_are_half_open_ranges(given_date: Any, dates: tuple[str, str]) -> None:
    assert Search.of(date=given_date).dates == dates


def test_a_night_begins_in_the_evening_of_its_date() -> None:
    assert Search.of(night="2022-01-26").dates == ("2022-01-26T16:00:00.000", "2022-01-27T16:00:00.000")


@pytest.mark.parametrize(
    "position",
    [(99.05, -31.22), "99.05 -31.22", "99.05, -31.22", "06:36:12 -31:13:12", SkyCoord(99.05 * u.deg, -31.22 * u.deg)],
)
def test_positions_in_every_form_are_the_same(position: Any) -> None:
    circle = Search.of(position=position).circle
    assert circle is not None
    assert (circle.ra_deg, circle.dec_deg) == pytest.approx((99.05, -31.22), abs=1e-9)


@pytest.mark.parametrize("radius", [5 * u.arcmin, "5arcmin", "5'", 5 / 60, "0.08333333333333333deg"])
def test_radii_in_every_form_are_the_same(radius: Any) -> None:
    assert Search.of(radius=radius).radius_deg == pytest.approx(5 / 60, rel=1e-12)


@pytest.mark.parametrize(
    ("criteria", "named"),
    [
        ({"date": "yesterday"}, "date"),
        ({"date": "2022-02-30"}, "date"),
        ({"date": "2022-01-28/2022-01-26"}, "date"),
        ({"night": "2022-13-01"}, "night"),
        ({"position": "somewhere"}, "position"),
        ({"position": (10.0, 91.0)}, "position"),
        ({"position": (float("nan"), 0.0)}, "position"),
        ({"radius": "5"}, "radius"),
        ({"radius": -1 * u.deg}, "radius"),
        ({"radius": 3 * u.m}, "radius"),
        ({"limit": -1}, "limit"),
        ({"limit": True}, "limit"),
        ({"kind": "movies"}, "kind"),
        ({"instrument": "A" * 300}, "instrument"),
        ({"text": "a\x00b"}, "text"),
        ({"bad name": "x"}, "keywords"),
        ({"target": "NGC 1365", "position": (1, 1)}, ""),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(criteria: dict[str, Any], named: str) -> None:
    with pytest.raises(UsageError) as caught:
        Search.of(criteria.pop("kind", "raw"), **criteria)
    assert caught.value.where == named
    assert "\n" not in caught.value.line()


def test_the_beginning_of_several_names_is_no_position() -> None:
    names = ["NGC 1365", "NGC 1365", "NGC 13651", "NGC 253"]
    found = Table({"ra": [53.4, 53.401, 53.4, 11.9], "dec": [-36.1, -36.1, -36.1, -25.3], "object": names})
    assert position_of("ngc1365", found).ra.deg == pytest.approx(53.4, abs=0.002)
    assert position_of("NGC-253", found).ra.deg == pytest.approx(11.9)
    with pytest.raises(UsageError, match="several names") as caught:
        position_of("NGC", Table({"ra": [53.4, 11.9], "dec": [-36.1, -25.3], "object": ["NGC 1365", "NGC 253"]}))
    assert caught.value.accepted == "NGC 1365, NGC 253"


def test_products_have_no_category() -> None:
    with pytest.raises(UsageError, match="category"):
        select(Search.of("product", category="SCIENCE"))


words = st.text(min_size=1, max_size=30).filter(lambda one: all(ord(char) >= 32 for char in one) and one.strip() == one)


@given(
    kind=st.sampled_from(["raw", "product", "spectrum", "image"]),
    criteria=st.fixed_dictionaries(
        {},
        optional={
            "instrument": words,
            "programme": words,
            "name": words,
            "text": words,
            "position": st.tuples(st.floats(0, 359.9), st.floats(-90, 90)),
            "radius": st.floats(1e-5, 90),
            "date": st.just("2022-01"),
            "limit": st.integers(0, 100),
        },
    ),
)
def test_a_search_says_itself_in_python_and_its_adql_is_adql(kind: str, criteria: dict[str, Any]) -> None:
    search = Search.of(kind, **criteria)

    class Archive:
        def search(self, *arguments: Any, **named: Any) -> Search:
            return Search.of(*arguments, **named)

    class Observatory:
        archive = Archive()

    again = eval(search.python(), {"obs": Observatory()})  # noqa: S307 - that it runs is what is tested
    assert replace(again, circle=None, radius_deg=0) == replace(search, circle=None, radius_deg=0)
    if search.circle is not None:
        assert again.circle.radius_deg == pytest.approx(search.circle.radius_deg, rel=1e-12)
    assert parse(select(search)) is not None
    assert parse(facet(search, "dp_id")) is not None


@given(words)
def test_names_of_objects_become_adql_whatever_they_hold(name: str) -> None:
    try:
        said = resolve(name, "raw")
    except UsageError:
        assert not any(char.isascii() and char.isalnum() for char in name)
    else:
        parse(said)
