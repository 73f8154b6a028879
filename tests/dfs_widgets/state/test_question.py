"""A question survives the way through an address, and says which field is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.archive.search import select
from dfs.errors import UsageError
from dfs_widgets.state.question import CRITERIA, Question

words = (
    st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40).map(str.strip).filter(bool)
)
columns = st.sampled_from([*CRITERIA, "exposure", "filter_path", "ins_mode"])


@given(
    st.sampled_from(["raw", "product", "image", "spectrum", "catalogue", "file"]),
    st.dictionaries(columns, words, max_size=6),
    st.integers(1, 10_000),
    words,
)
def test_an_address_brings_the_question_back(collection, values, limit, selected):
    question = Question(collection, values, limit, selected)
    assert Question.of_address(question.address()) == question


def test_the_address_of_nothing_is_empty():
    assert Question().address() == ""
    assert Question.of_address("") == Question()


@pytest.mark.parametrize(
    "query",
    [
        *("limit=99999999", "limit=-3", "limit=x", "limit=²", "collection=../etc", "a=1;DROP", "%ff=%00"),
        pytest.param("x" * 5000, id="long"),
        pytest.param("limit=" + "9" * 5000, id="digits"),
        pytest.param("&".join(f"a{number}=1" for number in range(200)), id="fields"),
    ],
)
def test_odd_addresses_are_read_with_care(query):
    question = Question.of_address(query)
    assert question.limit <= 10_000
    assert question.about.name == question.collection


def test_keys_of_the_page_are_no_conditions():
    assert Question.of_address("theme=dark&view=requests&tab=header").values == {}


def test_a_form_becomes_a_search():
    question = Question.of_form(
        {"collection": "raw", "instrument": "efosc2", "text": "", "exposure": "10..600", "limit": "100"}
    )
    adql = select(question.search())
    assert "instrument = 'EFOSC2'" in adql
    assert "exposure >= 10.0 AND exposure <= 600.0" in adql
    assert "TOP 100 " in adql


@pytest.mark.parametrize("typed", ["06:36:12 -31:13:14", "06 36 12 -31 13 14", "99.05 -31.22", "99.05, -31.22"])
def test_positions_are_told_from_names(typed):
    search = Question(values={"target": typed}).search()
    assert search.target is None
    assert search.circle.ra_deg == pytest.approx(99.05, abs=1e-3)
    assert search.circle.dec_deg == pytest.approx(-31.22, abs=2e-3)


@pytest.mark.parametrize("typed", ["J0636-3113", "NGC 6302", "47 Tuc", "M31", "HD 12345"])
def test_names_are_told_from_positions(typed):
    assert Question(values={"target": typed}).search().target == typed


def test_a_bare_radius_is_in_arcminutes():
    assert Question(values={"target": "1 2", "radius": "5"}).search().circle.radius_deg == pytest.approx(5 / 60)


@pytest.mark.parametrize(
    ("name", "value"), [("date", "abc"), ("radius", "-1"), ("radius", "5 parsec"), ("target", "400 100")]
)
def test_what_cannot_be_read_names_its_field(name, value):
    values = {"target": "1 2"} | {name: value}
    with pytest.raises(UsageError) as raised:
        Question(values=values).search()
    assert raised.value.where == name


def test_facets_set_criteria_and_take_them_away():
    narrowed = Question().narrowed("dp_cat", "SCIENCE", chosen=True)
    assert narrowed.values == {"category": "SCIENCE"}
    assert narrowed.value_of("dp_cat") == "SCIENCE"
    assert narrowed.narrowed("dp_cat", "SCIENCE", chosen=False) == Question()
    assert "object = 'EG 21'" in select(Question().narrowed("object", "EG 21", chosen=True).search())
