"""A PI's notebook and command line against a served observatory: the same calls as for an embedded one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from astropy import units as u

from dfs.cli import main
from dfs.errors import AccessError, ConflictError, NotFoundError
from dfs.phase2.client import Phase2
from dfs.phase2.remote import RemotePhase2

from .phase2 import PASSWORD, World, served


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("phase2client") / "served") as found:
        yield found


@pytest.fixture
def phase2_of(world: World) -> Iterator[Callable[..., Phase2]]:
    """Give the phase 2 of a person."""
    with ExitStack() as opened:

        def made(who: str = "52052") -> Phase2:
            desk = opened.enter_context(RemotePhase2(world.url))
            desk.sign_in(who, PASSWORD)
            return Phase2(desk)

        yield made


def test_a_run_is_prepared(phase2_of: Callable[..., Phase2]) -> None:
    run = phase2_of().run("110.23XY.001")
    ob = run.folder("deep field").create_ob("NGC 1365 300V").target("NGC 1365").constraints(airmass=1.6, seeing=0.9)
    ob.acquire("FORS2_lss_acq_slit", slit=1.0, exposure=10)
    ob.observe("FORS2_lss_obs_off_fast", exposure=20 * u.min, count=2, grism="300V")
    found = ob.verify()
    assert ob.ob_id > 0
    assert {"severity", "path", "message"} <= found[0].keys()
    assert ob.execution().exposure_s >= 2400
    assert ob.visibility("2022-11-20").windows
    rows = [{"name": f"t{at}", "ra": 50 + at / 10, "dec": -30, "exposure": 100} for at in range(50)]
    run.from_table(rows, template=ob, folder="many")
    assert run.push() >= 51
    assert run.ob("t49").get(1, "exposure") == 100
    run.undo()
    assert [one.name for one in run] == ["deep field"]


def test_two_people_edit_one_block(phase2_of: Callable[..., Phase2]) -> None:
    run, other = (phase2_of(who).run("110.23XY.001") for who in ("52052", "delegate"))
    ob = run.create_ob("shared").target("M 83")
    run.push()
    run.tree()
    other.ob("shared").constraints(seeing=0.9)
    other.push()
    ob.constraints(airmass=1.5, seeing=1.1)
    with pytest.raises(ConflictError, match="delegate"):
        run.push()
    with pytest.raises(ConflictError, match=r"constraints\.seeing is 0\.9 there, 1\.1 here"):
        run.pull()
    run.pull("theirs")
    run.push()
    saved = ob.document["constraints"]
    assert (saved["airmass"], saved["seeing"]) == (1.5, 0.9)


def test_others_stay_out(world: World, phase2_of: Callable[..., Phase2]) -> None:
    with pytest.raises(NotFoundError, match=r"there is no run '110.23XY.001'"):
        phase2_of("other").run("110.23XY.001")
    with pytest.raises(AccessError):
        phase2_of("other").api.tree(world.runs["service"]["runId"])


def test_the_command_line_speaks_to_it(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DFS_TOKEN", world.token())
    monkeypatch.setenv("DFS_CONNECT", world.url)
    assert main(["p2", "runs", "--json"]) == 0
    assert "110.23XY.001" in {one["prog_id"] for one in json.loads(capsys.readouterr().out)["runs"]}
    assert main(["p2", "tree", "110.23XY.004", "--json"]) == 0
    monkeypatch.setenv("DFS_TOKEN", "nonsense")
    assert main(["p2", "runs"]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
