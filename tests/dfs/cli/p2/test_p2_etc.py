"""``dfs p2 etc``: a block's exposure times, and a calculation taken over."""

from __future__ import annotations

import json

import pytest

from dfs.cli import main
from dfs.observatory import Observatory
from dfs.phase2.api import Change
from dfs.phase2.examples import document, examples

RUN = "110.23XY.001"


@pytest.fixture
def call(tmp_path, capsys):
    """Call ``dfs p2 etc`` on a run with one block; gives the JSON document."""
    root = tmp_path / "obs"
    with Observatory.open(root) as observatory:
        run = observatory.phase2_desk.create_run({"progId": RUN, "instrument": "FORS2", "title": "Bars", "period": 110})
        one = {**document(examples("FORS2")[0]), "name": "bar", "containerId": run["containerId"]}
        observatory.phase2_desk.apply(run["runId"], [Change("create-item", -1, one)])

    def made(*words, code=0, group=("p2", "etc", RUN)):
        found = main(["--root", str(root), *group, *map(str, words), "--json"])
        said = capsys.readouterr()
        assert found == code, said.err
        return json.loads(said.out)

    return made


def test_nothing_is_written_until_yes(call):
    (answer,) = call("bar")["answers"]
    assert "brightness" in answer["problem"]
    (answer,) = call("bar", "--mag", 22, "--band", "R")["answers"]
    assert answer["snr"] > 3
    assert answer["saturates"] is False
    assert "brightness" in call("bar")["answers"][0]["problem"]
    assert call("bar", "--mag", 22, "--band", "R", "--yes")["written"]
    assert call("bar")["answers"][0]["snr"] == answer["snr"]


def test_a_calculation_is_taken_over(call, tmp_path):
    case = tmp_path / "case.json"
    asked = {"mode": "lss", "grism": "300V", "filter": "GG435", "slit": 0.7, "mag": 22, "snr": 10, "airmass": 1.4}
    words = [word for name, value in {**asked, "count": 3}.items() for word in (f"--{name}", value)]
    case.write_text(json.dumps(call(*words, group=("etc", "FORS2"))))
    told = call("bar", "--take", case)
    assert not told["written"]
    changes = {one["path"]: one["after"] for one in told["changes"]}
    assert changes["templates[0].INS.SLIT.NAME"] == "lSlit0_7"
    assert changes["constraints.airmass"] == 1.4
    left = {one["path"]: one["after"] for one in told["left"]}
    assert left["constraints.fli"] == 0.0  # nobody asked for no Moon
    assert set(left) == {"constraints.fli", "constraints.seeing", "constraints.moonDistance"}
    (only,) = call("bar", "--take", case, "--only", "seeing")["changes"]
    assert only["path"] == "constraints.seeing"
    assert call("bar", "--take", case, "--yes")["written"]
    assert call("bar", "--take", case)["changes"] == []


def test_what_is_no_block_is_told(call):
    assert "nothing" in call("nothing", code=1)["error"]["message"]
