"""The runs of the demonstration: there for their people, ready to be worked on, made once."""

from __future__ import annotations

from pathlib import Path

import dfs
from dfs.access import Member
from dfs.cli.demo.people import prepare, told
from dfs.cli.demo.runs import prepare_runs


def test_the_runs_of_the_demonstration(tmp_path: Path) -> None:
    with dfs.open(tmp_path / "demo") as observatory:
        prepare(observatory)
        prepare_runs(observatory, told())
        runs = observatory.phase2_desk.runs()
        assert {one["progId"] for one in runs} == set(told()["runs"])
        prepare_runs(observatory, told())
        assert observatory.phase2_desk.runs() == runs

        ada = observatory.acting(Member("52052")).phase2_desk
        assert {one["mode"] for one in ada.runs()} == {"SM", "VM"}
        assert not any(one["progId"].startswith("60.A-9254") for one in ada.runs())
        ben = observatory.acting(Member("delegate")).phase2_desk
        assert [one["progId"] for one in ben.runs()] == ["60.A-9253(F)"]

        for run in ada.runs():
            (folder,) = ada.items(run["containerId"]).body
            assert folder["itemCount"] >= 1, run["progId"]
            grave = {one["path"] for one in ada.findings(folder["containerId"]) if one["severity"] == "error"}
            # what a newcomer adds: the chart, and the file of the fibres
            assert grave <= {"charts", "templates[0].INS.FPOSS.FILE"}, run["progId"]
