"""The table of statuses: every arrow that there is, and none else."""

from __future__ import annotations

import itertools

import pytest

from dfs.errors import UsageError
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import (
    FINAL,
    GRADES,
    MEANINGS,
    Event,
    What,
    after,
    after_end,
    editable,
    events,
    is_service,
    transitions,
)

# written down a second time, by hand, from the facts: letter before, event, letter after
SERVICE = {
    ("P", "submit", "D"),
    ("-", "submit", "D"),
    ("D", "revise", "P"),
    ("D", "take", "R"),
    ("R", "accept", "+"),
    ("R", "reject", "-"),
    ("-", "edit", "P"),
    ("+", "start", "S"),
    ("M", "start", "S"),
    ("A", "start", "S"),
    ("S", "end", "C"),
    ("S", "abort", "A"),
    ("C", "repeat", "M"),
    *((one, "expire", "F") for one in "+MA"),
    *((one, "cancel", "K") for one in "PDR-+MA"),
    *((one, "terminate", "T") for one in "PDR-+MA"),
}
VISITOR = {
    *((one, "submit", "+") for one in "PDR-MC"),
    *((one, "revise", "P") for one in "PDR-+XAMC"),
    *((one, "start", "S") for one in "+AX"),
    ("S", "end", "X"),
    ("S", "abort", "A"),
    ("-", "edit", "P"),
    *((one, "cancel", "K") for one in "P+AX"),
    *((one, "terminate", "T") for one in "P+A"),
}


@pytest.mark.parametrize(("mode", "table"), [("SM", SERVICE), ("VM", VISITOR), ("dVM", VISITOR)])
def test_every_arrow_and_no_other(mode, table):
    for letter, event in itertools.product(MEANINGS, Event):
        ends = [end for begin, name, end in table if (begin, name) == (letter, event.value)]
        if ends:
            assert after(mode, letter, event) == ends[0]
            assert event in events(mode, letter)
        else:
            with pytest.raises(StateError) as caught:
                after(mode, letter, event, "OB 'x' (7)")
            assert caught.value.status == 409
            assert letter in caught.value.message
            assert event not in events(mode, letter)


def test_arrows_lead_to_letters():
    for mode in ("SM", "VM"):
        for row in transitions(mode).values():
            assert set(row) | set(row.values()) <= set(MEANINGS)


def test_what_is_over_stays_so():
    for letter in FINAL - {"C"}:
        assert events("SM", letter) == ()
        assert events("VM", letter) == ()


@pytest.mark.parametrize(("grade", "letter"), [("A", "C"), ("B", "C"), ("C", "M"), ("D", "C"), ("X", "M")])
def test_grades_of_service_mode(grade, letter):
    assert after_end("SM", "S", grade) == letter


def test_grades_that_are_none():
    with pytest.raises(UsageError, match="no grade"):
        after_end("SM", "S", "?")
    with pytest.raises(UsageError, match="no grade"):
        after_end("VM", "S", "E")
    assert all(after_end("VM", "S", grade) == "X" for grade in GRADES)
    with pytest.raises(StateError):
        after_end("SM", "+", "A")


def test_editable():
    for what in What:
        service = editable("SM", what)
        assert service == {
            What.ABSOLUTE: frozenset("P-D+AM"),
            What.DELETION: frozenset("P-D"),
        }.get(what, frozenset("P-"))
        visitor = editable("VM", what)
        assert visitor == (frozenset("P-+AX") if what is What.CHARTS else frozenset(MEANINGS))
    assert is_service("SM")
    assert not is_service("dVM")
