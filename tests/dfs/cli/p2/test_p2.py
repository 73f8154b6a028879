"""``dfs p2`` as a user types it, from a new run to its report."""

from __future__ import annotations

import json

import pytest

from dfs.cli import main

RUN = "110.23XY.001"


@pytest.fixture
def call(tmp_path, capsys):
    """Call a command in an observatory with a run; gives exit code, JSON document, standard error."""

    def made(*words, code=0):
        found = main(["--root", str(tmp_path / "obs"), "p2", *map(str, words), "--json"])
        said = capsys.readouterr()
        assert found == code, said.err
        return json.loads(said.out)

    made("add-run", RUN, "FORS2", "--title", "Barred spirals", "--period", 110, "--hours", 10, "--class", "A")
    return made


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "targets.csv"
    rows = [f"star {at},{at * 0.7:.4f},{-80 + at * 0.2:.4f}" for at in range(20)]
    path.write_text("\n".join(["name,ra,dec", *rows]))
    return path


def test_runs_and_their_tree(call):
    (run,) = call("runs")["runs"]
    assert (run["prog_id"], run["instrument"], run["mode"], run["allocated_s"]) == (RUN, "FORS2", "SM", 36_000)
    document = call("tree", RUN)
    assert document["schema"] == "dfs.p2.tree/1"
    assert document["items"] == []


def test_a_table_is_shown_first_and_written_with_yes(call, table):
    text = table.read_text().splitlines()
    text[3], text[9] = "star 2,25:61:00,-10", "star 8,1"
    table.write_text("\n".join(text))
    document = call("import", RUN, table, code=1)
    assert len(document["ready"]) == 18
    assert [(one["row"], one["column"]) for one in document["bad"]] == [(3, "ra"), (9, None)]
    assert "written" not in document
    assert call("tree", RUN)["items"] == []
    assert call("import", RUN, table, "--folder", "deep field", "--yes", code=1)["written"] == 18
    (folder,) = call("tree", RUN)["items"]
    assert (folder["item_type"], folder["name"], len(folder["children"])) == ("Folder", "deep field", 18)
    assert folder["children"][0] == folder["children"][0] | {"item_type": "OB", "name": "star 0", "status": "P"}


def test_a_column_may_be_mapped(call, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("who,a,d,seq\nA,1,2,9\n")
    document = call("import", RUN, path, "--map", "who=target.name", "--map", "a=target.ra", "--map", "d=target.dec")
    assert document["mapping"] == {"who": "target.name", "a": "target.ra", "d": "target.dec"}
    assert document["ignored"] == ["seq"]
    error = call("import", RUN, path, "--map", "who=nonsense", code=2)["error"]
    assert "there is no field 'nonsense'" in error["message"]


def test_findings_windows_times(call, table):
    call("import", RUN, table, "--yes")
    document = call("verify", RUN, code=1)
    assert document["errors"] > 0
    assert document["findings"][0].keys() >= {"ob_id", "severity", "path", "code", "message", "accepted", "fix"}
    seen = call("visibility", RUN, "--night", "2022-11-15")
    assert seen["night"] == "2022-11-15"
    assert len(seen["ob"]) == 20
    assert all(one["windows"] or one["reason"] for one in seen["ob"])
    assert len(call("execution", RUN)["ob"]) == 20
    assert call("submit", RUN, code=1)["status"][0]["status"] == "P"


def test_files_out_and_in_again(call, table, tmp_path):
    call("import", RUN, table, "--folder", "deep field", "--yes")
    for name in ("run.zip", "run.json", "run.csv", "run.vot"):
        assert call("export", RUN, tmp_path / name)["bytes"] > 500
    assert call("export", RUN, tmp_path / "one.obx", "star 3")["bytes"] > 500
    assert "there already" in call("export", RUN, tmp_path / "one.obx", "star 3", code=1)["error"]["message"]
    call("add-run", "110.23XY.002", "FORS2", "--period", 110)
    for name, count in (("run.zip", 20), ("run.json", 20), ("one.obx", 1)):
        assert call("import", "110.23XY.002", tmp_path / name, "--yes")["written"] == count
    tree = call("tree", "110.23XY.002")["items"]
    assert [one["name"] for one in tree] == ["deep field", "deep field", "star 3"]
    shown = call("show", "110.23XY.002", "star 3", code=1)
    assert "3 items" in shown["error"]["message"]


def test_an_obx_of_another_instrument_is_refused(call, table, tmp_path):
    call("import", RUN, table, "--yes")
    call("export", RUN, tmp_path / "one.obx", "star 3")
    call("add-run", "110.23XY.003", "HAWKI", "--period", 110)
    error = call("import", "110.23XY.003", tmp_path / "one.obx", "--yes", code=2)["error"]
    assert error["message"] == "'star 3' is a block of FORS2, the run is on HAWKI"
    assert call("tree", "110.23XY.003")["items"] == []


def test_history_undo_report(call, table, tmp_path):
    call("import", RUN, table, "--yes")
    assert call("history", RUN)["changes"]
    call("undo", RUN)
    assert call("tree", RUN)["items"] == []
    for kind in ("html", "pdf"):
        assert call("report", RUN, tmp_path / f"run.{kind}")["bytes"] > 500
    assert "no known kind of report" in call("report", RUN, tmp_path / "run.doc", code=2)["error"]["message"]


def test_what_is_not_there_is_told(call, tmp_path):
    error = call("tree", "110.23XY.01", code=1)["error"]
    assert "110.23XY.001" in error["hint"]
    assert "there is no file" in call("import", RUN, tmp_path / "none.csv", code=1)["error"]["message"]
    assert "there is no file" in call("import", RUN, tmp_path / "none.obx", code=1)["error"]["message"]


def test_people_are_shown_lines(tmp_path, capsys, call, table):
    call("import", RUN, table, "--yes")
    for words in (
        ["runs"],
        ["tree", RUN],
        ["show", RUN, "star 1"],
        ["history", RUN],
        ["visibility", RUN],
        ["execution", RUN],
    ):
        assert main(["--root", str(tmp_path / "obs"), "p2", *words]) == 0
        assert len(capsys.readouterr().out.splitlines()) >= 1
    assert main(["--root", str(tmp_path / "obs"), "p2", "import", RUN, str(table)]) == 0
    assert "20 ready, 0 bad: nothing is written; --yes writes what is ready" in capsys.readouterr().out


def test_charts_and_readme_make_a_run_complete(call, table, tmp_path):
    call("import", RUN, table, "--folder", "deep field", "--yes")
    written = call("chart", RUN, "star 3", "--background", "paper", "--to", tmp_path / "charts")["charts"]
    assert [one["chart"] for one in written] == ["star_3_1.jpg"]
    assert (tmp_path / "charts" / "star_3_1.jpg").read_bytes().startswith(b"\xff\xd8")
    assert call("chart", RUN, "star 4", "--background", "paper")["charts"][0]["name"] == "star 4"
    assert call("chart", RUN, "star 4")["charts"] == []
    assert call("show", RUN, "star 4")["item"]["charts"] == ["star_4_1.jpg"]
    assert call("readme", RUN, "summary=Bars = spirals", "realTime=yes")["readme"]["realTime"] is True
    assert call("readme", RUN)["readme"]["summary"] == "Bars = spirals"
    assert "is no field with its text" in call("readme", RUN, "summary", code=2)["error"]["message"]


def test_lines_for_people(call, table, tmp_path, capsys):
    def said(*words, code=0):
        assert main(["--root", str(tmp_path / "obs"), "p2", *map(str, words)]) == code
        return capsys.readouterr().out

    rows = ["name,ra,dec,exposure", "A,10,-20,30", "B,10,-95,30", "C,10,-21,30"]
    table.write_text("\n".join(rows))
    told = said("import", RUN, table, code=1)
    assert "rows 1, 2, 3, exposure: there is no template block" in told
    assert "row 2, dec: " in told
    table.write_text("\n".join(one.rpartition(",")[0] for one in rows[:2]))
    assert "1 ready, 0 bad: 1 written" in said("import", RUN, table, "--yes")
    assert "1 of the names are in the run already" in said("import", RUN, table)
    assert " A  " in said("verify", RUN, code=1)
    handed = said("submit", RUN, code=1)
    assert "0 of 1 blocks are handed in" in handed
    assert "not handed in: A" in handed
    assert "create: A" in said("history", RUN)


def test_a_token_needs_a_server_that_is_named(call):
    assert "no server is named" in call("token", "52052", code=2)["error"]["message"]


def test_support_opens_a_run_again_and_waives_rules(call):
    waived = call("waive", RUN, "block-too-long")["run"]
    assert waived["observingConstraints"]["waivers"] == ["block-too-long"]
    assert call("waive", RUN)["run"]["observingConstraints"].get("waivers", []) == []
    assert "no rule that may be waived" in call("waive", RUN, "name-missing", code=2)["error"]["message"]
    assert call("open", RUN)["run"]["state"] == "open"
