"""Rows, time links, submissions, pastes, addresses, history: what the page shows of a run."""

from __future__ import annotations

import pytest

from dfs.errors import UsageError
from dfs_widgets.state.p2.address import P2Address
from dfs_widgets.state.p2.changes import group_history, is_known, subjects_of
from dfs_widgets.state.p2.findings import beside_fields, counted
from dfs_widgets.state.p2.forms import block_form, form_values, kinds_of
from dfs_widgets.state.p2.pasting import as_changes, bulk_edit, paste
from dfs_widgets.state.p2.rows import chart_text, duration_text, rows_of
from dfs_widgets.state.p2.runs import find_run, run_title
from dfs_widgets.state.p2.submission import submission
from dfs_widgets.state.p2.synchronising import changes_towards, run_differences
from dfs_widgets.state.p2.timelinks import link_chart, linked_members

DAY = 86400.0
VALID = (0.0, 180 * DAY)


@pytest.fixture
def linked(block, folder):
    """Make a time link of members with these schedules; `windows`: of member ``e0``, ``e1`` ..."""

    def made(*schedules, **windows):
        members = (
            block(obId=20 + i, name=f"E{i}", schedule=one, absolute=windows.get(f"e{i}", []))
            for i, one in enumerate(schedules)
        )
        return folder(3, "TimeLink", *members)

    return made


def after(days, latest=None):
    return {"earliestAfterPrevious": days * DAY, "latestAfterPrevious": None if latest is None else latest * DAY}


def test_rows_stand_in_order_with_depth_and_numbers(block, folder):
    root = folder(1, "Folder", folder(2, "Folder", block(obId=5)), block(obId=6, itemType="CB", target={}))
    rows = rows_of(root)
    assert [(one["id"], one["depth"], one["number"]) for one in rows] == [(2, 0, None), (5, 1, 1), (6, 0, 2)]
    assert rows[1]["charts"] == "(2) first.jpg"
    assert rows[1]["acquisition"] == "FORS2_lss_acq_slit"
    assert rows[1]["time"] == "00:30:00"
    assert (chart_text([]), duration_text(3661)) == ("(0)", "01:01:01")


def test_scheduling_columns_stand_where_they_mean_something(block, folder, linked):
    group = folder(2, "Group", block(obId=5, schedule={"groupContribution": 40}))
    rows = {one["id"]: one for one in rows_of(folder(1, "Folder", group, linked({}, after(14, 16))))}
    assert (rows[5]["contribution"], rows[5]["delay"]) == (40, None)
    assert (rows[21]["delay"], rows[21]["tolerance"]) == ("14d", "2d")
    assert rows[20]["delay"] is None  # nothing is before the first


def test_members_of_a_time_link_have_the_times_their_predecessors_leave(linked):
    members = linked_members(linked({}, after(14, 16), after(30)), VALID)
    assert members[0].possible == (VALID,)
    assert members[1].possible == ((14 * DAY, 180 * DAY),)
    assert members[2].possible == ((44 * DAY, 180 * DAY),)
    assert members[1].turn == (14 * DAY, 16 * DAY)
    assert not any(one.conflict for one in members)


def window(first, last):
    return [{"from": f"{first}T00:00", "to": f"{last}T00:00"}]


@pytest.mark.parametrize(
    ("schedule", "windows", "words"),
    [
        (after(14, 10), {}, "before earliest"),
        (after(200), {}, "after the run has ended"),
        (
            after(14, 16),
            {"e0": window("1970-01-02", "1970-01-03"), "e1": window("1970-03-01", "1970-03-02")},
            "do not meet",
        ),
        (after(14), {"e1": window("1980-03-01", "1980-03-02")}, "outside the run"),
    ],
    ids=["latest", "end", "windows", "outside"],
)
def test_a_chain_that_breaks_says_why(linked, schedule, windows, words):
    assert words in linked_members(linked({}, schedule, **windows), VALID)[1].conflict


def test_a_target_that_is_not_up_when_it_is_its_turn_breaks_the_chain(linked):
    seen = {21: ((0.0, 10 * DAY),)}
    assert (
        "cannot be observed when it is its turn" in linked_members(linked({}, after(14, 16)), VALID, seen)[1].conflict
    )


def test_the_chart_counts_conflicts(folder, linked):
    run = {"validFrom": "1970-01-01T00:00:00Z", "validTo": "1970-06-30T00:00:00Z"}
    chart = link_chart(folder(1, "Folder", folder(2, "Folder", linked({}, after(300)))), run)
    assert (chart["conflicts"], chart["days"]) == (1, 180.0)


def test_a_submission_tells_what_goes_and_what_stays(block):
    chosen = [block(obId=1), block(obId=2), block(obId=3, obStatus="D")]
    wrong = [
        {"severity": "error", "subject_id": 2, "path": "charts"},
        {"severity": "warning", "subject_id": 1, "path": "name"},
    ]
    summary = submission({"allocatedTime": 7200}, chosen, wrong)
    assert summary.ready == (1,)
    assert summary.refused == ((2, "Galaxy", 1),)
    assert dict(summary.lines)["Warnings"] == "1"
    assert dict(summary.lines)["Execution time of all chosen"] == "01:30:00"


def test_cells_with_names_change_blocks_and_make_new_ones(block):
    known = [block(obId=1, name="A"), block(obId=2, name="B")]
    pasted = paste(
        "Name\tTarget\tRA\nB\tM77\t02:42:40.7\nC\tM83\t13:37:00.9\n",
        known,
        at=None,
        column="",
        columns=[],
        pattern=known[0],
    )
    assert [(one[1], one[2], one[4]) for one in pasted.changes] == [
        ("B", "Target", "M77"),
        ("B", "RA", "02:42:40.700"),
        ("C", "new block", "like A"),
    ]
    changes = as_changes(pasted, known, 9)
    assert [(one.action, one.subject) for one in changes] == [("save-ob", 2), ("create-item", -1)]
    assert changes[1].body["containerId"] == 9
    assert "templateId" not in changes[1].body["templates"][0]


def test_a_row_that_is_wrong_in_one_cell_is_not_written(block):
    known = [block(obId=1, name="A")]
    pasted = paste(
        "Name\tTarget\tRA\nA\tM77\t25:00:00\nC\tM83\t26:00:00\n",
        known,
        at=None,
        column="",
        columns=[],
        pattern=known[0],
    )
    assert [row for row, *_ in pasted.bad] == [2, 3]
    assert pasted.changes == ()
    assert pasted.documents == {}


def test_cells_without_names_are_laid_over_the_table(block):
    known = [block(obId=1, name="A"), block(obId=2, name="B")]
    pasted = paste("X\t5\nY\t6\nZ\t7", known, at=1, column="target", columns=["target", "priority"], pattern=None)
    assert {number: (one["target"]["name"], one["userPriority"]) for number, one in pasted.documents.items()} == {
        1: ("X", 5),
        2: ("Y", 6),
    }
    assert pasted.bad[0][0] == 3
    with pytest.raises(UsageError, match="choose the cell"):
        paste("X", known, at=99, column="target", columns=["target"], pattern=None)


def test_one_value_for_many(block):
    edited = bulk_edit([block(obId=1), block(obId=2)], "templates[1].SEQ.NEXPO", "5")
    assert len(edited.changes) == 2
    assert [one.action for one in as_changes(edited, [block(obId=1), block(obId=2)], 1)] == [
        "save-template",
        "save-template",
    ]
    assert "accepted" in bulk_edit([block(obId=1)], "constraints.airmass", "12").bad[0][2]


def test_findings_stand_beside_their_fields_gravest_first():
    found = [
        {"severity": "warning", "subject_id": 7, "path": "target.ra"},
        {"severity": "error", "subject_id": 7, "path": "target.ra"},
    ]
    beside = beside_fields(found, {"target.epoch": ("soon", "no number")})
    assert [one["severity"] for one in beside["target.ra"]] == ["error", "warning"]
    assert beside["target.epoch"][0]["message"] == "no number"
    assert counted(found) == {7: {"error": 1, "warning": 1}}


def test_the_form_is_made_from_what_the_instrument_says(block):
    constraints = [
        {"name": "airmass", "type": "number", "default": 2.8, "allowedValues": {"ranges": [{"min": 1, "max": 5}]}}
    ]
    signature = {
        "templateName": "FORS2_lss_obs_off_fast",
        "parameters": [{"name": "SEQ.NEXPO", "type": "integer", "default": 1, "label": "Exposures"}],
    }
    form = block_form(block(), constraints, {"FORS2_lss_obs_off_fast": signature}, editable=True)
    assert form["constraints"][1]["accepted"] == "1 to 5"
    assert form["templates"][1]["fields"][0]["label"] == "Exposures"
    assert form_values(block(), {})["templates[1].SEQ.NEXPO"] == "3"
    assert kinds_of(block(), constraints, {})["templates[1].DET.WIN1.UIT1"] == "number"
    assert block_form(block(itemType="CB"), [], {}, editable=False)["target"] == []


def test_addresses_lead_back():
    address = P2Address(run="110.23XY.001", item="7", tab="templates", night="2026-01-02")
    assert P2Address.of(address.query()) == address
    assert P2Address.of("run=60.A-9253(A)&theme=dark&nonsense=1").run == "60.A-9253(A)"
    assert (P2Address.of("poll=zero").poll_s, P2Address.of("poll=30").poll_s, P2Address.of("item=x").item_id) == (
        2.0,
        30.0,
        None,
    )


def test_runs_are_found_by_any_of_their_names():
    runs = [{"runId": 3, "progId": "110.23XY.001", "mode": "SM", "instrument": "FORS2"}]
    assert run_title(runs[0]) == "110.23XY.001/SM/FORS2"
    for name in ("3", "110.23xy.001", "110.23XY.001/SM/FORS2"):
        assert find_run(runs, name) is runs[0]
    assert find_run(runs, "110.23XY") is None


class Known:
    """A run with one block, at versions of its own."""

    def __init__(self, version: str = "") -> None:
        self._versions = {"self": version}

    def item(self, number: int):
        return {"obId": 7} if number == 7 else None

    def block_of(self, template: int):
        return 7 if template in {11, 12} else None

    def versions(self, kind: str, number: int):
        return self._versions


def entry(subject="item:7", aspect="self", version=2, action="save", **more):
    return {
        "sequence": 1,
        "operation": "o",
        "subject": subject,
        "aspect": aspect,
        "version": version,
        "action": action,
        "who": "ada",
        **more,
    }


def test_what_was_made_here_is_known():
    assert is_known(entry(version=2), Known("item:7/self/2"), exactly=True)
    assert is_known(entry(version=1), Known('W/"item:7/self/2"'))
    assert not is_known(entry(version=3), Known("item:7/self/2"))


def test_changes_name_their_items_or_ask_for_the_run():
    assert subjects_of([entry(), entry("template:12")], Known()) == ([7], False)
    assert (
        subjects_of([entry(aspect="tree", action="move")], Known()) == ([7], True)
        or subjects_of([entry(aspect="tree", action="move")], Known())[1]
    )
    assert subjects_of([entry("item:99")], Known())[1]


def test_history_reads_as_sentences(block):
    before, after_ = block(), block(userPriority=5)
    shown = group_history([entry(before=before, after=after_, at="2026-01-02T03:04:05.6")], lambda _: "Galaxy")[
        0
    ].shown()
    assert shown["what"] == "Changed Galaxy: User priority"
    assert shown["fields"][0] == {"key": "self/userPriority", "label": "User priority", "before": "1", "after": "5"}


def test_two_runs_are_compared_and_brought_together(block, folder):
    here = folder(1, "Folder", folder(2, "Folder", block(name="A"), name="F"), name="root")
    there = folder(
        50,
        "Folder",
        folder(51, "Folder", block(obId=60, name="A", userPriority=4), block(obId=61, name="B"), name="F"),
        name="root",
    )
    found = run_differences(here, there)
    assert [(one.place, one.kind) for one in found] == [(("F", "A"), "both"), (("F", "B"), "there")]
    changes = changes_towards(here, found, "here")
    assert [(one.action, one.subject) for one in changes] == [("save-ob", 7), ("create-item", -1)]
    assert changes[0].body["userPriority"] == 4
    assert changes[1].body["containerId"] == 2
    assert [one.action for one in changes_towards(there, found, "there")] == ["save-ob"]
