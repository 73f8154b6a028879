from __future__ import annotations

import copy
import json

from hypothesis import given
from hypothesis import strategies as st

from dfs.phase2.differences import difference, merge

BLOCK = {"name": "a", "target": {"ra": "1", "dec": "2"}, "list": [1, 2]}
TEMPLATE = {"parameters": [{"name": "N", "type": "integer", "value": 1}, {"name": "T", "type": "number", "value": 2.0}]}

values = st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b"])
documents = st.recursive(
    values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from("abcd"), documents, max_size=4)


def test_fields_are_named_by_their_paths():
    other = copy.deepcopy(BLOCK) | {"target": {"ra": "1", "dec": "3"}, "list": [1, 4]}
    assert difference(BLOCK, other) == [
        {"path": "target.dec", "before": "2", "after": "3"},
        {"path": "list[1]", "before": 2, "after": 4},
    ]


def test_parameters_are_compared_by_name():
    other = copy.deepcopy(TEMPLATE)
    other["parameters"][1]["value"] = 3.0
    found = difference(TEMPLATE, other)
    assert found == [{"path": "parameters[T].value", "before": 2.0, "after": 3.0}]


def test_what_is_new_or_gone():
    assert difference({}, {"a": 1}) == [{"path": "a", "before": None, "after": 1}]
    assert difference(None, {"a": 1}) == [{"path": "", "before": None, "after": {"a": 1}}]
    assert difference([1], [1, 2]) == [{"path": "", "before": [1], "after": [1, 2]}]


def test_true_is_not_one():
    assert difference({"a": True}, {"a": 1})
    assert not difference({"a": 1.0}, {"a": 1})


def test_members_that_changed_places():
    there, back = [{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}]
    assert difference(there, back) == [{"path": "", "before": there, "after": back}]


def test_both_sides_are_kept():
    mine, theirs = copy.deepcopy(TEMPLATE), copy.deepcopy(TEMPLATE)
    mine["parameters"][0]["value"] = 7
    theirs["parameters"][1]["value"] = 9.0
    merged = merge(TEMPLATE, mine, theirs)
    assert not merged.conflicts
    assert [one["value"] for one in merged.body["parameters"]] == [7, 9.0]


def test_a_conflict_keeps_what_is_stored():
    merged = merge({"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 3, "b": 1})
    assert merged.body == {"a": 3, "b": 2}
    assert merged.conflicts == [{"path": "a", "base": 1, "mine": 2, "theirs": 3}]


def test_removed_against_changed():
    merged = merge({"a": 1}, {}, {"a": 2})
    assert merged.body == {"a": 2}
    assert merged.conflicts == [{"path": "a", "base": 1, "mine": None, "theirs": 2}]
    assert merge({"a": 1, "b": 1}, {"b": 1}, {"a": 1, "b": 2}).body == {"b": 2}


@given(documents, documents)
def test_no_difference_means_equal(one, other):
    assert difference(one, one) == []
    assert bool(difference(one, other)) == (json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True))


@given(objects, objects)
def test_one_side_alone_wins(base, changed):
    assert merge(base, changed, base).body == changed
    assert merge(base, base, changed).body == changed
    assert merge(base, changed, changed).conflicts == []


@given(objects, objects, objects)
def test_a_merge_never_loses_what_is_stored(base, mine, theirs):
    merged = merge(base, mine, theirs)
    for change in difference(theirs, merged.body):
        assert change["before"] != change["after"]
    if not merged.conflicts:
        assert merge(base, theirs, mine).conflicts == []
