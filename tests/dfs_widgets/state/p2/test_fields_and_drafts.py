"""Fields of a block, drafts of it, and how two people's changes go together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs_widgets.state.p2.difference import changes_between, merge, value_text
from dfs_widgets.state.p2.draft import Draft
from dfs_widgets.state.p2.fields import field_label, fields_of, key_of, path_of, value_at, with_fields


def test_every_field_has_a_key_and_a_path_that_lead_back(block):
    document = block()
    for key in fields_of(document):
        assert key_of(path_of(key, document), document) == key
        assert field_label(key, document)


def test_the_same_value_is_found_by_its_path(block):
    assert value_at(block(), "templates[1].SEQ.NEXPO") == 3
    assert value_at(block(), "constraints.airmass") == 1.6
    assert value_at(block(), "templates[9].SEQ.NEXPO") is None


@given(st.data())
def test_what_is_written_is_what_differs(block, data):
    keys = sorted(key for key in fields_of(block()) if not key.endswith("/"))
    values = data.draw(st.dictionaries(st.sampled_from(keys), st.integers(0, 99) | st.text(max_size=5), max_size=6))
    before = block()
    after = with_fields(before, values)
    assert before == block()  # nothing is changed in place
    found = {one.key: one.after for one in changes_between(before, after)}
    assert found == {key: value for key, value in values.items() if fields_of(before)[key] != value}


def test_a_draft_knows_which_documents_to_save(block):
    draft = (
        Draft.of(block())
        .put("target.name", "M77")
        .put("templates[1].SEQ.NEXPO", 5)
        .put("absolute", [{"from": "a", "to": "b"}])
    )
    assert draft.dirty == ("self", "template:12", "absolute")
    assert draft.body("self")["target"]["name"] == "M77"
    assert "templates" not in draft.body("self")
    assert draft.version("template:12") == "template:12/self/1"
    saved = draft.saved("self", draft.body("self"), "item:7/self/2")
    assert saved.dirty == ("template:12", "absolute")
    assert saved.version("self") == "item:7/self/2"


def test_what_is_typed_while_saving_stays_to_be_saved(block):
    draft = Draft.of(block()).put("target.name", "M77")
    body = draft.body("self")
    saved = draft.put("templates[1].SEQ.NEXPO", 9).saved("self", body, "2")
    assert saved.mine["target"]["name"] == "M77"
    assert [one.key for one in saved.changes] == ["template:12/SEQ.NEXPO"]


def test_a_field_that_cannot_be_read_is_not_saved(block):
    draft = Draft.of(block()).refuse("target.epoch", "soon", "'soon' is no number")
    assert draft.dirty == ()
    assert draft.problems["target.epoch"][0] == "soon"
    assert draft.put("target.epoch", 2010.0).problems == {}


def test_different_fields_merge_by_themselves(block):
    base = block()
    mine, theirs = with_fields(base, {"self/target.name": "mine"}), with_fields(base, {"self/constraints.airmass": 1.2})
    merged = merge(base, mine, theirs)
    assert merged.conflicts == ()
    assert merged.document["target"]["name"] == "mine"
    assert merged.document["constraints"]["airmass"] == 1.2
    assert [one.label for one in merged.taken] == ["Airmass"]


def test_the_same_field_is_a_conflict_and_theirs_stands_until_one_chooses(block):
    base = block()
    mine, theirs = with_fields(base, {"self/userPriority": 2}), with_fields(base, {"self/userPriority": 3})
    merged = merge(base, mine, theirs)
    assert merged.document["userPriority"] == 3
    assert [(one.before, one.after) for one in merged.conflicts] == [(3, 2)]
    assert merged.resolved({"self/userPriority"})["userPriority"] == 2
    assert merged.resolved(set())["userPriority"] == 3


def test_the_same_change_by_both_is_no_conflict(block):
    base = block()
    both = with_fields(base, {"self/userPriority": 2})
    assert merge(base, both, both).conflicts == ()


def test_a_template_deleted_elsewhere_takes_its_changes_along(block):
    base = block()
    mine = with_fields(base, {"template:12/SEQ.NEXPO": 9})
    merged = merge(base, mine, {**base, "templates": base["templates"][:1]})
    assert merged.conflicts == ()
    assert len(merged.document["templates"]) == 1


def test_a_draft_put_on_top_of_what_another_saved(block):
    draft = Draft.of(block()).put("target.name", "mine").put("userPriority", 2)
    theirs = with_fields(block(), {"self/userPriority": 5, "self/constraints.fli": 0.1})
    rebased, merged = draft.rebased(theirs)
    assert [one.key for one in merged.conflicts] == ["self/userPriority"]
    assert [one.key for one in rebased.changes] == ["self/target.name"]
    assert rebased.mine["constraints"]["fli"] == 0.1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["self/userPriority", "self/target.epoch", "template:12/SEQ.NEXPO"]),
            st.integers(0, 3),
            st.booleans(),
        ),
        max_size=6,
    )
)
def test_no_change_of_anybody_is_lost(block, edits):
    """Whatever is not in the merged document is in the conflicts."""
    base = block()
    mine = with_fields(base, {key: value for key, value, own in edits if own})
    theirs = with_fields(base, {key: value for key, value, own in edits if not own})
    merged = merge(base, mine, theirs)
    disputed = {one.key for one in merged.conflicts}
    result = fields_of(merged.document)
    for key, value in fields_of(mine).items():
        assert result[key] == value or key in disputed or value == fields_of(base)[key]
    for key, value in fields_of(theirs).items():
        assert result[key] == value or value == fields_of(base)[key]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "T"),
        (1.60, "1.6"),
        ([], "none"),
        ([1, 2], "1, 2"),
        ([{"from": "a", "to": "b"}], "a to b"),
        ("", "–"),
    ],
)
def test_values_are_shown_as_people_read_them(value, text):
    assert value_text(value) == text
