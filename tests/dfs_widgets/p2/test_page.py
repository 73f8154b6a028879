"""The page's answers, without a browser, on an observatory of its own."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("anywidget")

from dfs.clock import FixedClock
from dfs.errors import UsageError
from dfs.observatory import Observatory
from dfs.phase2.api import Change, Upload
from dfs.phase2.examples import document, examples
from dfs_widgets.p2 import P2Page
from dfs_widgets.p2.reading import read_file

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
RUN = "118.23XY.001"


class Desk:
    """An embedded observatory."""

    name, user_name, asks_for_name, token, chart_background = "here", "ada", False, "", None

    def __init__(self, observatory: Observatory) -> None:
        self.observatory = observatory

    @property
    def phase2(self):
        return self.observatory.phase2_desk

    @property
    def archive(self):
        return self.observatory.archive


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an observatory with a run: a group of three, a loose block."""
    folder = tmp_path_factory.mktemp("p2") / "observatory"
    with Observatory.open(folder, clock=FixedClock(NOW)) as observatory:
        desk = observatory.phase2_desk
        run = desk.create_run(
            {
                "progId": RUN,
                "instrument": "FORS2",
                "title": "Galaxies",
                "allocatedTime": 36000,
                "validFrom": "2026-10-01T16:00Z",
                "validTo": "2027-04-01T16:00Z",
            }
        )
        one = document(examples("FORS2")[0])
        changes = [
            Change("create-item", -1, {"itemType": "Group", "name": "Mosaic", "containerId": run["containerId"]})
        ]
        changes += [
            Change(
                "create-item",
                -2 - i,
                {**one, "name": f"Field_{i + 1}", "containerId": -1, "schedule": {"groupContribution": 20}},
            )
            for i in range(3)
        ]
        changes.append(Change("create-item", -9, {**one, "name": "Loose", "containerId": run["containerId"]}))
        desk.apply(run["runId"], changes)
    return folder


@pytest.fixture
def page(root: Path):
    with Observatory.open(root, clock=FixedClock(NOW)) as observatory:
        yield P2Page(Desk(observatory), now=lambda: NOW).open(RUN)


def number(page, name: str) -> int:
    return next(row["id"] for row in page.room.view.rows["rows"] if row["name"] == name)


def opened(page, name: str) -> int:
    page._open.item(number(page, name))
    return number(page, name)


def state(page) -> tuple[str, str]:
    return page.room.bar.state, page.room.bar.message


def typed(page, **edits: str) -> None:
    page._edit.typed({"id": page.room.draft.item_id, "seq": 1, "edits": edits})


def test_it_opens_with_rows_an_editor_and_an_address(page):
    assert state(page) == ("ready", "")
    assert [row["name"] for row in page.room.view.rows["rows"]] == ["Mosaic", "Field_1", "Field_2", "Field_3", "Loose"]
    opened(page, "Loose")
    assert page.room.editor.spec["kind"] == "block"
    assert page.room.bar.query == f"run={RUN}&item={number(page, 'Loose')}"
    assert page.room.sight.night["windows"]
    assert page.room.editor.execution > "00:10:00"


def test_the_run_is_checked_beside_everything_else(page):
    page._show.check()
    page._show._background._work[1].result(60)
    page._show.check()
    assert page.room.view.counts[str(number(page, "Loose"))]["error"] >= 1  # no finding chart
    assert page.room.view.run["used"] > 3 * 600


def test_what_the_store_refuses_stays_beside_its_field(page):
    item = opened(page, "Loose")
    before = page.room.desk.phase2.ob(item).body["target"]["ra"]
    typed(page, **{"target.ra": "99:00:00", "target.name": "M77"})
    page._edit.save()
    saved = page.room.desk.phase2.ob(item).body["target"]
    assert (saved["ra"], saved["name"]) == (before, "M77")
    assert page.room.editor.values["target.ra"] == "99:00:00"
    assert "HH:MM:SS" in str(page.room.editor.beside["target.ra"])


def test_a_merge_keeps_both_and_asks_about_the_same_field(page):
    item = opened(page, "Field_1")
    desk = page.room.desk.phase2

    def other(**changes) -> None:
        now = desk.ob(item)
        desk.save_ob({**now.body, **changes}, now.version)

    other(userPriority=4)
    typed(page, **{"constraints.airmass": "1.3"})
    page._edit.save()
    assert (desk.ob(item).body["userPriority"], desk.ob(item).body["constraints"]["airmass"]) == (4, 1.3)
    assert page.block["userPriority"] == 4

    other(userPriority=6)
    typed(page, userPriority="2")
    page._edit.save()
    assert page.room.dialog.content["title"] == "Somebody else saved first"
    assert desk.ob(item).body["userPriority"] == 6
    page.room.asking.acted({"action": "merge", "mine": ["self/userPriority"]})
    assert desk.ob(item).body["userPriority"] == 2
    assert page.room.dialog.content == {}


def test_closing_the_merge_takes_theirs(page):
    item = opened(page, "Field_2")
    desk = page.room.desk.phase2
    now = desk.ob(item)
    typed(page, userPriority="9")
    desk.save_ob({**now.body, "userPriority": 3}, now.version)
    page._watch.look()
    assert page.room.dialog.content["title"] == "Somebody else saved first"
    page.room.asking.acted({"action": "close"})
    assert desk.ob(item).body["userPriority"] == 3
    assert page.block["userPriority"] == 3


def test_what_others_save_appears_at_the_next_look(page):
    item = opened(page, "Loose")
    desk = page.room.desk.phase2
    now = desk.ob(item)
    desk.save_ob(
        {**now.body, "obsDescription": {**now.body["obsDescription"], "userComments": "cloudy is fine"}}, now.version
    )
    page._quietly("look")
    assert page.room.editor.values["obsDescription.userComments"] == "cloudy is fine"
    made = desk.create_item(int(page.room.run.root["containerId"]), "OB", "Their block")
    page._quietly("look")
    assert "Their block" in [row["name"] for row in page.room.view.rows["rows"]]
    desk.delete_ob(int(made.body["obId"]), made.version)
    page._quietly("look")
    assert "Their block" not in [row["name"] for row in page.room.view.rows["rows"]]


def test_undo_takes_back_what_was_done_here_not_what_others_did(page):
    item = opened(page, "Field_3")
    desk = page.room.desk.phase2
    typed(page, userPriority="7")
    page._edit.save()
    loose = desk.ob(number(page, "Loose"))
    desk.save_ob({**loose.body, "userPriority": 8}, loose.version)
    page._quietly("look")
    page._watch.undo({})
    assert desk.ob(item).body["userPriority"] == 1
    assert desk.ob(number(page, "Loose")).body["userPriority"] == 8


def test_a_fix_that_is_no_field_is_one_edit(page):
    opened(page, "Mosaic")
    found = next(one for one in page.room.sight.findings if one["fix"] and one["path"].startswith("items"))
    page._edit.fix({"path": found["path"], "value": found["fix"]["value"], "code": found["code"]})
    shares = [one["schedule"]["groupContribution"] for one in page.room.run.item(number(page, "Mosaic"))["items"]]
    assert sum(shares) == pytest.approx(100)


def test_a_container_becomes_another_kind_with_its_members(page):
    page._arrange.cell({"id": number(page, "Mosaic"), "column": "type", "value": "Concatenation"})
    changed = page.room.run.item(number(page, "Mosaic"))
    assert changed["itemType"] == "Concatenation"
    assert [one["name"] for one in changed["items"]] == ["Field_1", "Field_2", "Field_3"]
    page._watch.undo({})
    assert page.room.run.item(number(page, "Mosaic"))["itemType"] == "Group"


def test_deleting_asks_first_and_can_be_taken_back(page):
    page._arrange.delete({"ids": [number(page, "Mosaic")]})
    assert page.room.dialog.content["title"] == "Delete 4 items?"
    page.room.asking.acted({"action": "delete"})
    assert [row["name"] for row in page.room.view.rows["rows"]] == ["Loose"]
    page._watch.undo({})
    assert len(page.room.view.rows["rows"]) == 5


def test_somebody_else_may_only_look(page):
    page.room.roles = frozenset()
    page._show.run()
    opened(page, "Loose")
    assert page.room.view.editable is False
    assert page.room.editor.spec["editable"] is False
    assert "look at this run" in page.room.editor.spec["why"]


def test_files_for_another_instrument_are_refused(page):
    from dfs.phase2.documents import read_block
    from dfs.phase2.formats import write_obx

    other = read_block({**document(examples("XSHOOTER")[0]), "obId": 1, "runId": 1, "parentContainerId": 1})
    with pytest.raises(Exception, match="XSHOOTER"):
        read_file("one.obx", write_obx(other).encode(), page.room.run.run, None, [])
    with pytest.raises(UsageError, match="no text"):
        read_file("one.csv", b"\xff\xfe\x00", page.room.run.run, None, [])


def test_what_leaves_as_a_zip_comes_back_whole(page):
    from dfs_widgets.p2.writing import export_bytes

    item = opened(page, "Loose")
    picture = BytesIO()
    Image.new("L", (60, 60), 255).save(picture, "JPEG")
    page.room.phase2.add_chart(item, Upload("the field.jpg", picture.getvalue()))
    page._watch.did()
    item = opened(page, "Loose")
    name, _, content = export_bytes(page.room, "obx", [item])
    page._exchange._preview({"at": None}, name, content)
    assert "1 ready, 0 bad" in page.room.dialog.content["blocks"][0]["text"]
    page.room.asking.acted({"action": "write"})
    made = [one for one in page.room.run.blocks() if one["name"] == "Loose"]
    assert len(made) == 2
    assert made[0]["templates"][1]["parameters"] == made[1]["templates"][1]["parameters"]
    assert [page.room.phase2.charts(one["obId"]) for one in made] == [["the field.jpg"]] * 2
    assert page.room.phase2.chart(made[1]["obId"], 1).content == picture.getvalue()
    page._watch.undo({})


def test_a_page_without_the_right_says_so_in_one_line(page):
    page.start("run=999.XXXX.001")
    kind, words = state(page)
    assert kind == "error"
    assert "999.XXXX.001" in words


def test_what_stands_beside_the_editor_is_of_what_was_opened(page):
    page._turning.turn({"panel": "history"})
    page.room.editor.tab = "charts"
    item = opened(page, "Field_2")
    page.room.phase2.add_chart(item, Upload("chart.jpg", _picture()))
    page._watch.look()
    opened(page, "Loose")
    assert _picture() not in page.room.editor.pictures
    assert not any("Field_2" in one["what"] for one in page.room.sight.history)
    opened(page, "Field_2")
    assert page.room.editor.pictures == [_picture()]
    assert any("Field_2" in one["what"] for one in page.room.sight.history)


def test_the_run_shows_all_that_is_wrong_in_it(page):
    opened(page, "Field_3")
    page._open.item(int(page.room.run.root["containerId"]))
    page._show.check()
    page._show._background._work[1].result(60)
    page._show.check()
    found = {one["subject_id"] for one in page.room.sight.findings}
    assert {number(page, "Field_3"), number(page, "Field_1")} <= found
    assert page.room.sight.names[str(page.room.run.run_id)] == "The run"
    opened(page, "Field_3")
    assert {one["subject_id"] for one in page.room.sight.findings} == {number(page, "Field_3")}


def test_containers_are_sent_with_the_last_of_their_blocks(page):
    for name in ("Field_1", "Field_2", "Field_3"):
        page.room.phase2.add_chart(number(page, name), Upload("chart.jpg", _picture()))
    page._watch.did()
    page._send.submit({"ids": [number(page, "Mosaic")]})
    page.room.asking.acted({"action": "send", "values": {}})
    (mosaic,) = (one for one in page.room.run.root["items"] if one["name"] == "Mosaic")
    assert mosaic["containerStatus"] == "D"


def _picture() -> bytes:
    found = BytesIO()
    Image.new("L", (64, 64), 255).save(found, "JPEG")
    return found.getvalue()


def test_a_missing_chart_is_drawn_from_the_list_of_checks(page):
    page.room.desk.phase2.create_item(int(page.room.run.root["containerId"]), "OB", "Bare")
    page._watch.did()
    bare = opened(page, "Bare")
    page.edit("target.ra", "03:33:36.370")
    page.edit("target.dec", "-36:08:25.400")
    opened(page, "Loose")
    page._turning.make_chart({"id": bare})
    assert page.room.editor.tab == "charts"
    page.room.asking.acted({"action": "attach", "values": {}})
    assert page.block["charts"] == ["Bare_1.jpg"]


def test_a_table_that_left_comes_back_with_every_field_that_was_changed(page):
    from dfs_widgets.p2.writing import export_bytes

    item = opened(page, "Loose")
    text = export_bytes(page.room, "csv", [item])[2].decode()
    head, row = csv.reader(text.splitlines())
    assert not read_file("same.csv", text.encode(), page.room.run.run, None, list(page.room.run.blocks())).count
    at = next(i for i, one in enumerate(head) if one.endswith("SEQ.NEXPO"))
    was, row[at] = row[at], "7"
    row[head.index("constraints.fli")] = "0.3"
    back = StringIO()
    csv.writer(back).writerows([["FLI" if one == "constraints.fli" else one for one in head], row])
    page._exchange._preview({}, "back.csv", back.getvalue().encode())
    tables = {one.get("testid"): one for one in page.room.dialog.content["blocks"]}
    assert sorted(one[2:] for one in tables["import-changes"]["rows"]) == sorted([["0.4", "0.3"], [was, "7"]])
    page.room.asking.acted({"action": "write", "values": {}})
    values = [
        one["value"] for each in page.block["templates"] for one in each["parameters"] if one["name"] == "SEQ.NEXPO"
    ]
    assert values == [7]
    assert page.block["constraints"]["fli"] == 0.3


def test_support_opens_a_run_again(page):
    assert not page.room.view.run["can_open"]
    page.room.phase2.save_readme(page.room.run.run_id, {"summary": "Bars"}, "*")
    page.room.phase2.submit_run(page.room.run.run_id)
    page._watch.did()
    assert (page.room.view.run["can_open"], page.room.view.run["can_notify"]) == (True, False)
    page._send.reopen()
    assert page.room.run.run["state"] == "open"
    assert not page.room.view.run["can_open"]
