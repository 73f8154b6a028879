"""Totals of containers and runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.model.phase2 import Container, ObservationBlock, ObservingRun, ObTemplate, Parameter, RunTree, Target
from dfs.model.sexagesimal import dec_text, ra_text
from dfs.phase2.execution import (
    container_documents,
    container_time,
    following_time,
    run_document,
    run_time,
    separation_deg,
)

ACQUISITION = ObTemplate(1, "FORS2_img_acq", "acquisition")
SCIENCE = ObTemplate(2, "FORS2_img_obs_crsplit", "science", (Parameter("DET.WIN1.UIT1", "number", 47),))
ALONE = 360 + 90 + 30 + 47 + 23  # 550


def block(ob_id, ra="00:00:00.000", dec="00:00:00.000", **fields):
    return ObservationBlock(
        ob_id,
        1,
        9,
        f"OB{ob_id}",
        "FORS2",
        "1",
        target=Target(ra=ra, dec=dec),
        templates=(ACQUISITION, SCIENCE),
        **fields,
    )


def container(kind, *items):
    return Container(9, 1, None, kind, "c", items=items)


def tree(root, allocated_s=0.0):
    at = datetime(2026, 4, 1, tzinfo=UTC)
    run = ObservingRun(1, "110.23XY.001", "t", "FORS2", "UT1", "1", 117, "SM", 9, at, at, allocated_s=allocated_s)
    return RunTree(run, root)


@pytest.mark.parametrize("kind", ["Folder", "Group", "TimeLink"])
def test_blocks_that_are_scheduled_alone_take_their_own_time(kind):
    time = container_time(container(kind, block(1), block(2)))
    assert time.execution_s == 2 * ALONE
    assert time.exposure_s == 94
    assert [one["executionTime"] for one in container_documents(time)] == [ALONE, ALONE]


def test_a_concatenation_pays_the_long_preset_once():
    chain = container("Concatenation", block(1, dec="10:00:00"), block(2, dec="15:00:00"), block(3, dec="15:00:00"))
    time = container_time(chain)
    assert time.blocks[1].execution_s == ALONE
    assert time.blocks[2].execution_s == pytest.approx(ALONE - 360 + 105)
    assert time.blocks[3].execution_s == pytest.approx(ALONE - 360 + 100)


def test_a_block_after_another_takes_what_it_takes_in_their_concatenation():
    first, second = block(1, dec="10:00:00"), block(2, dec="15:00:00")
    times = container_time(container("Concatenation", first, second)).blocks
    assert following_time(first, None) == times[1]
    assert following_time(second, first) == times[2]
    assert following_time(second, replace(first, kind="CB")) == following_time(second, None)


def test_the_first_ob_after_a_calibration_has_the_long_preset():
    chain = container("Concatenation", block(1, kind="CB"), block(2, dec="10:00:00"), block(3, dec="15:00:00"))
    times = container_time(chain).blocks
    assert times[2].execution_s == ALONE
    assert times[3].execution_s == pytest.approx(ALONE - 360 + 105)


def test_a_concatenation_within_a_group_is_one():
    inner = container("Concatenation", block(1), block(2))
    time = container_time(container("Group", inner, block(3)))
    assert time.execution_s == pytest.approx(3 * ALONE - 260)


def test_a_calibration_block_leaves_the_telescope_where_it_is():
    chain = container("Concatenation", block(1, dec="10:00:00"), block(2, kind="CB"), block(3, dec="12:00:00"))
    assert container_time(chain).blocks[3].parts[0].seconds == pytest.approx(102)


def test_a_run_counts_what_will_be_observed():
    blocks = [
        block(1, status="C"),
        block(2, status="+"),
        block(3, status="K"),
        block(4, status="M"),
        block(5, status="F"),
    ]
    time = run_time(tree(container("Folder", *blocks), allocated_s=3600))
    assert time.planned_s == 3 * ALONE
    assert time.executed_s == ALONE
    assert time.free_s == 3600 - 3 * ALONE
    assert not time.is_over
    assert time.by_status == {"C": ALONE, "+": ALONE, "K": ALONE, "M": ALONE, "F": ALONE}
    assert run_document(time)["plannedTime"] == 3 * ALONE


def test_a_run_with_too_much_in_it_says_so():
    root = container("Folder", block(1), block(2))
    assert run_time(tree(root, allocated_s=2 * ALONE)).is_over is False
    assert run_time(tree(root, allocated_s=2 * ALONE - 1)).is_over is True
    assert run_time(tree(root)).is_over is False
    assert run_time(tree(container("Folder"), allocated_s=10)).planned_s == 0


angles = st.tuples(st.floats(0, 359.9), st.floats(-90, 90))


@given(one=angles, other=angles)
def test_separation_is_a_distance(one, other):
    first, second = (Target(ra=ra_text(ra), dec=dec_text(dec)) for ra, dec in (one, other))
    distance = separation_deg(first, second)
    assert 0 <= distance <= 180
    assert distance == pytest.approx(separation_deg(second, first), abs=1e-9)
    assert separation_deg(first, first) == 0


def test_a_position_that_cannot_be_read_is_no_distance():
    assert separation_deg(Target(ra="noon"), Target()) == 0
    chain = container("Concatenation", block(1), replace(block(2), target=Target(dec="x")))
    assert container_time(chain).blocks[2].parts[0].seconds == 100
