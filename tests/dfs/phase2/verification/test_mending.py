"""Mending, for blocks damaged at random: each fix does away with its finding, and mending comes to an end; nothing is ever raised."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.model.phase2 import Constraints, Finding, Fix, ObservationBlock, Severity, SiderealWindow, Target, TimeWindow
from dfs.phase2.documents import read_block, write_block
from dfs.phase2.verification import Verifier, changes_of, mended

_spec = importlib.util.spec_from_file_location("phase2_good", Path(__file__).with_name("good.py"))
assert _spec is not None
assert _spec.loader is not None
good = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(good)

VERIFIER = Verifier()
RUN = good.RUN

texts = st.sampled_from(["", "No name", "NGC 1365", "a/b", "HD_1", "ünï", "x" * 80])
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10_000),
    st.floats(-1e6, 1e6),
    texts,
    st.lists(st.integers(-9, 9), max_size=3),
)
targets = st.builds(
    Target,
    name=texts,
    ra=st.sampled_from(["03:33:36.371", "3 33 36", "53.4", "25:00:00", "", "01h44m04.090s", "00:00:00.000"]),
    dec=st.sampled_from(["-36:08:25.450", "-36.14", "−36:08:25", "-95:00:00", "x", "40:00:00", "00:00:00.000"]),
    equinox=st.sampled_from(["J2000", "B1950", "2000", "", "J1991.25"]),
    epoch=st.sampled_from([2000.0, 1991.25, 0.0, 3000.0]),
    proper_motion_ra=st.sampled_from([0.0, 3.2, -775.0, 1e6, float("nan")]),
    differential_dec=st.sampled_from([0.0, 0.3, 99.0]),
)
constraint_sets = st.builds(
    Constraints,
    texts,
    st.dictionaries(
        st.sampled_from([*good.PACKAGE.constraints, "baseline", "atm"]),
        st.one_of(values, st.sampled_from([0.3, 0.8, 1.2, 2.0, "clear", "Photometric", "CLR"])),
    ),
)
minutes = st.integers(-400_000, 400_000)
windows = st.lists(
    st.builds(
        lambda start, length: TimeWindow(
            RUN.valid_from + timedelta(minutes=start), RUN.valid_from + timedelta(minutes=start + length)
        ),
        minutes,
        st.integers(-600, 60_000),
    ),
    max_size=3,
)
sidereal = st.lists(st.builds(SiderealWindow, st.integers(0, 1440), st.integers(0, 1440)), max_size=3)


@st.composite
def damaged(draw: Any) -> ObservationBlock:
    templates = [
        replace(
            one,
            template_id=at + 1,
            parameters=tuple(
                replace(parameter, value=draw(values)) if draw(st.integers(0, 5)) == 0 else parameter
                for parameter in one.parameters
                if draw(st.integers(0, 15))
            ),
        )
        for at, one in enumerate(draw(st.lists(st.sampled_from(good.BLOCK.templates), max_size=4)))
    ]
    return replace(
        good.BLOCK,
        name=draw(texts),
        kind=draw(st.sampled_from(["OB", "OB", "OB", "CB"])),
        user_priority=draw(st.integers(-2, 13)),
        target=draw(st.one_of(st.just(good.BLOCK.target), targets)),
        constraints=draw(st.one_of(st.just(good.BLOCK.constraints), constraint_sets)),
        templates=tuple(templates),
        absolute=tuple(draw(windows)),
        sidereal=tuple(draw(sidereal)),
        ephemeris=draw(st.sampled_from(["", "", "no records", 'INS.EPHEM.RECORD "x"'])),
        charts=tuple(draw(st.lists(st.sampled_from(["a.jpg", "b.png"]), max_size=7))),
    )


@given(damaged())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mending_every_finding_by_its_fix_removes_it(block: ObservationBlock) -> None:
    seen = 0
    found = VERIFIER.verify_block(RUN, block)
    while (fixable := [one for one in found if one.fix is not None]) and seen < 80:
        chosen = fixable[0]
        before = _count(found, chosen)
        block = read_block(mended(write_block(block), chosen))
        found = VERIFIER.verify_block(RUN, block)
        assert _count(found, chosen) < before
        seen += 1
    assert not [one for one in found if one.fix is not None], "mending ends"


@given(damaged(), st.sampled_from(["SM", "VM", "dVM"]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_findings_always_say_where_and_what(block: ObservationBlock, mode: Any) -> None:
    for one in VERIFIER.verify_block(replace(RUN, mode=mode), block, good.container("Concatenation", block)):
        assert one.code
        assert one.path
        assert one.message == " ".join(one.message.split()) != ""
        assert one.severity in Severity
        assert "Traceback" not in one.line()


def _count(found: list[Finding], like: Finding) -> int:
    """Return how often the rule found something; the path of a member of a list changes when one before it is removed."""
    return sum(one.code == like.code for one in found)


def _finding(path: str, fix: Fix | None) -> Finding:
    return Finding(Severity.ERROR, "ob", 10, path, "test", "test", fix=fix)


@pytest.mark.parametrize(
    "path", ["nothing[3]", "templates[9].SEQ.NEXPO", "templates[1].NOT.THERE", "absolute[2]", "[]", ""]
)
def test_a_path_that_leads_nowhere_is_told(path: str) -> None:
    with pytest.raises(UsageError, match="to mend"):
        mended(write_block(good.BLOCK), _finding(path, Fix("x", 1)))


def test_what_has_no_fix_and_what_needs_another_call_is_told() -> None:
    with pytest.raises(UsageError, match="cannot be mended by a machine"):
        mended(write_block(good.BLOCK), _finding("name", None))
    templates = write_block(good.BLOCK)["templates"][::-1]
    with pytest.raises(UsageError, match="another order"):
        changes_of(write_block(good.BLOCK), _finding("templates", Fix("x", templates)))
    (change,) = changes_of(write_block(good.BLOCK), _finding("templates[1]", Fix("remove it", None)))
    assert (change.action, change.subject) == ("delete-template", good.BLOCK.templates[1].template_id)
