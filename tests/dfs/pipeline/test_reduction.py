"""Whole reductions of a tiny night."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from astropy.io import fits
from sqlalchemy import select

from dfs.errors import Cancelled, NotFoundError, UsageError
from dfs.observatory import Observatory
from dfs.progress import Recorder
from dfs.store.tables import jobs


def states(report):
    return {one.job.target: one.state for one in report.ordered()}


def sums(report):
    return {(one["dp_id"], tuple(one["datasum"])) for one in report.document()["products"]}


def left_over(observatory):
    """Return what a reduction must not leave behind."""
    with observatory.database.read() as connection:
        running = connection.execute(select(jobs.c.key).where(jobs.c.state == "running")).all()
    return [*running, *(observatory.root / "work").glob("run-*")]


def untouched(folder):
    """Return what a change of a folder's files would change; reading them changes the time of access."""
    return {path: (path.stat().st_ino, path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_a_night_is_reduced_and_archived(observatory, night):
    """Every product is in the archive with its parents, its quality and its report, and checks out."""
    before = untouched(night)
    report = observatory.pipeline.reduce(night, workers=0)
    assert report.is_complete
    assert states(report) == {"BIAS": "done", "FLAT": "done", "NGC 1": "done", "NGC 2": "done"}
    science = next(one for one in report.document()["products"] if one["target"] == "NGC 1")
    kept = observatory.archive.find(science["dp_id"])
    assert kept.path == science["path"]
    assert observatory.archive.parents(science["dp_id"]) == tuple(science["inputs"])
    assert [one.rpartition("_v")[0][-15:] for one in science["inputs"][1:]] == ["000_MASTER_BIAS", "MASTER_FLAT_IMG"]
    assert observatory.archive.verify().findings == ()
    assert [row.value for row in observatory.qc.rows(parameter="bias_level_adu")] == [pytest.approx(99.8, abs=1)]
    kinds = [one.category for one in observatory.archive.list(kind="report")]
    assert sorted(kinds) == sorted(["NOTEBOOK", "REPORT", "RESULT"] * 4)
    assert left_over(observatory) == []
    assert untouched(night) == before


def test_provenance_stands_in_the_header(observatory, night):
    """Raw frames and calibrations by name and tag, parameters by name and value."""
    report = observatory.pipeline.reduce(night, workers=0, parameters={"tiny_science": {"scale": "2"}})
    made = next(one for one in report.results.values() if one.job.target == "NGC 1").products[0]
    header = fits.getheader(made.path)
    prefix = "ESO PRO REC1"
    assert header[f"{prefix} RAW1 NAME"] == "TINY.2024-03-01T22:00:00.000.fits"
    assert header[f"{prefix} CAL2 CATG"] == "MASTER_FLAT_IMG"
    assert header[f"{prefix} PARAM1 NAME"] == "scale"
    assert float(header[f"{prefix} PARAM1 VALUE"]) == 2.0
    assert "ESO PRO MISSING1" not in header


def test_the_same_again_does_nothing(observatory, night):
    """Cached, with the same document but for the times; nothing new in the archive."""
    first = observatory.pipeline.reduce(night, workers=0)
    files = observatory.archive.list()
    again = observatory.pipeline.reduce(night, workers=0)
    assert set(states(again).values()) == {"cached"}
    assert observatory.archive.list() == files
    assert again.document()["products"] == first.document()["products"]
    assert [one["report"] for one in again.document()["jobs"]] == [one["report"] for one in first.document()["jobs"]]


def test_a_changed_parameter_redoes_only_what_depends_on_it(observatory, night):
    """The flat's parameter: flat and science again, the bias not; back to the old one: nothing at all."""
    observatory.pipeline.reduce(night, workers=0)
    changed = observatory.pipeline.reduce(night, workers=0, parameters={"tiny_flat": {"scale": 2.0}})
    assert states(changed) == {"BIAS": "cached", "FLAT": "done", "NGC 1": "done", "NGC 2": "done"}
    assert [made.dp_id[-3:] for one in changed.ordered() for made in one.products] == ["_v1", "_v2", "_v2", "_v2"]
    back = observatory.pipeline.reduce(night, workers=0)
    assert set(states(back).values()) == {"cached"}
    assert [made.dp_id[-3:] for one in back.ordered() for made in one.products] == ["_v1"] * 4


def test_the_default_said_aloud_is_the_default(observatory, night):
    """Naming a parameter's default value changes nothing."""
    observatory.pipeline.reduce(night, workers=0)
    again = observatory.pipeline.reduce(night, workers=0, parameters={"tiny_bias": {"scale": "1.0"}})
    assert set(states(again).values()) == {"cached"}


def test_one_more_frame_redoes_only_its_own(observatory, night, draw):
    """A third target leaves the others alone; a third bias redoes everything."""
    observatory.pipeline.reduce(night, workers=0)
    draw(240, "OBJECT", "NGC 3")
    more = observatory.pipeline.reduce(night, workers=0)
    assert states(more) == {"BIAS": "cached", "FLAT": "cached", "NGC 1": "cached", "NGC 2": "cached", "NGC 3": "done"}
    draw(2, "BIAS")
    assert set(states(observatory.pipeline.reduce(night, workers=0)).values()) == {"done"}


def test_a_lost_product_is_made_again(observatory, night):
    """A product whose file has gone from the archive is not called cached."""
    first = observatory.pipeline.reduce(night, workers=0)
    made = first.results["tiny_flat:TINY.2024-03-01T21:00:00.000"].products[0]
    made.path.chmod(0o644)
    made.path.unlink()
    again = observatory.pipeline.reduce(night, workers=0)
    assert states(again) == {"BIAS": "cached", "FLAT": "done", "NGC 1": "cached", "NGC 2": "cached"}


def test_one_failed_target_leaves_the_others_alone(observatory, night, draw):
    """One line with target, path, keyword and remedy; the rest is done; the next run tries it again."""
    bad = draw(150, "OBJECT", "FAIL")
    report = observatory.pipeline.reduce(night, workers=0)
    assert states(report) == {"BIAS": "done", "FLAT": "done", "NGC 1": "done", "NGC 2": "done", "FAIL": "failed"}
    assert report.document()["failures"] == [
        {
            "target": "FAIL",
            "path": bad,
            "keyword": "EXPTIME",
            "message": "every pixel is saturated",
            "hint": "take it again, shorter",
        }
    ]
    (failed,) = (one for one in report.results.values() if one.state == "failed")
    assert "every pixel is saturated" in failed.report.read_text()
    assert left_over(observatory) == []
    assert states(observatory.pipeline.reduce(night, workers=0))["FAIL"] == "failed"


def test_a_fault_of_a_recipe_is_one_line(observatory, night, draw):
    """An unexpected exception names the recipe and never shows a traceback."""
    draw(150, "OBJECT", "BUG")
    report = observatory.pipeline.reduce(night, workers=0)
    (failure,) = report.failures()
    assert "ZeroDivisionError" in failure.message
    assert "Traceback" not in failure.line()
    assert "\n" not in failure.line()


def test_a_failed_calibration_blocks_what_needs_it(observatory, draw):
    """The bias recipe fails: flat and science are blocked for that reason; allowed to go without, they say so."""
    for minutes in (0, 1):
        draw(minutes, "BIAS", "FAIL")
    draw(60, "FLAT")
    night = draw(120, "OBJECT", "NGC 1").parent
    report = observatory.pipeline.reduce(night, workers=0)
    assert states(report) == {"BIAS": "failed", "FLAT": "blocked", "NGC 1": "blocked"}
    blocked = next(one for one in report.failures() if one.target == "FLAT")
    assert "MASTER_BIAS is missing" in blocked.message
    assert "saturated" in blocked.message
    assert "--allow-missing" in blocked.hint
    without = observatory.pipeline.reduce(night, workers=0, allow_missing=True)
    assert states(without) == {"BIAS": "failed", "FLAT": "done", "NGC 1": "done"}
    made = next(one for one in without.results.values() if one.job.target == "NGC 1").products[0]
    assert fits.getheader(made.path)["ESO PRO MISSING1"] == "MASTER_BIAS"


def test_allow_missing_is_another_job(observatory, draw):
    """Without a bias: blocked; allowed: done and said in the header; with a bias afterwards: done again."""
    draw(60, "FLAT")
    night = draw(120, "OBJECT", "NGC 1").parent
    assert set(states(observatory.pipeline.reduce(night, workers=0)).values()) == {"blocked"}
    allowed = observatory.pipeline.reduce(night, workers=0, allow_missing=True)
    assert set(states(allowed).values()) == {"done"}
    for one in allowed.results.values():
        assert fits.getheader(one.products[0].path)["ESO PRO MISSING1"] == "MASTER_BIAS"
    for minutes in (0, 1):
        draw(minutes, "BIAS")
    assert set(states(observatory.pipeline.reduce(night, workers=0, allow_missing=True)).values()) == {"done"}


def test_masters_of_another_night_serve(observatory, night, draw):
    """A folder without calibrations takes the archive's, and names them as inputs."""
    observatory.pipeline.reduce(night, workers=0)
    other = draw(60 * 24, "OBJECT", "NGC 5", folder="other").parent
    report = observatory.pipeline.reduce(other, workers=0)
    assert states(report) == {"NGC 5": "done"}
    assert report.document()["products"][0]["inputs"][1:] == [
        "TINY.2024-03-01T20:00:00.000_MASTER_BIAS_v1",
        "TINY.2024-03-01T21:00:00.000_MASTER_FLAT_IMG_v1",
    ] or list(report.document()["products"][0]["inputs"][1:]) == [
        "TINY.2024-03-01T20:00:00.000_MASTER_BIAS_v1",
        "TINY.2024-03-01T21:00:00.000_MASTER_FLAT_IMG_v1",
    ]
    assert states(observatory.pipeline.reduce(other, workers=0)) == {"NGC 5": "cached"}


def test_bad_files_are_named_and_the_rest_is_reduced(observatory, night, draw):
    """Truncated, no FITS, a copy, an acquisition image, no permission to be classified: each has its status and reason."""
    whole = draw(200, "OBJECT", "NGC 4")
    whole.write_bytes(whole.read_bytes()[:2880])
    (night / "notes.fits").write_text("not a FITS file")
    copy = night / "copy.fits"
    copy.write_bytes((night / "TINY.2024-03-01T22:00:00.000.fits").read_bytes())
    draw(210, "OBJECT", "slit", **{"HIERARCH ESO DPR CATG": "ACQUISITION"})
    draw(220, "OBJECT", "odd", **{"HIERARCH ESO DPR CATG": "TEST"})
    report = observatory.pipeline.reduce(night, workers=0)
    found = {one["path"].name: (one["status"], one["reason"]) for one in report.document()["inputs"]}
    assert found["notes.fits"][0] == "rejected"
    assert found[whole.name][0] in {"rejected", "failed"}
    # Two files of one content: which of them is the copy is decided by the order of their names.
    assert {found["copy.fits"][0], found["TINY.2024-03-01T22:00:00.000.fits"][0]} == {"used", "duplicate"}
    assert found["TINY.2024-03-01T23:30:00.000.fits"] == ("unused", "frames of class ACQUISITION are not reduced")
    assert found["TINY.2024-03-01T23:40:00.000.fits"][0] == "unclassified"
    assert sorted(one.path.name for one in report.failures()) == sorted([whole.name, "notes.fits"])
    assert {name for name, state in states(report).items() if state == "done"} == {"BIAS", "FLAT", "NGC 1", "NGC 2"}


def test_a_frame_that_the_archive_refuses_is_left_out(observatory, night, draw):
    """Another content under a DP ID that is archived: the archive keeps what it has, and says so."""
    observatory.pipeline.reduce(night, workers=0)
    path = night / "TINY.2024-03-01T22:00:00.000.fits"
    with fits.open(path, mode="update") as hdus:
        hdus[0].data[0, 0] += 1
    report = observatory.pipeline.reduce(night, workers=0)
    (failure,) = report.failures()
    assert failure.path == path
    assert "other content" in failure.message
    assert states(report) == {"BIAS": "cached", "FLAT": "cached", "NGC 2": "cached"}


def test_wrong_parameters_are_said_before_anything_starts(observatory, tmp_path):
    """Unknown recipe, unknown parameter, value out of range: before the folder is even looked at."""
    nowhere = tmp_path / "nowhere"
    with pytest.raises(NotFoundError, match="there is no recipe 'tiny_bais'"):
        observatory.pipeline.reduce(nowhere, parameters={"tiny_bais": {"scale": 1}})
    with pytest.raises(UsageError, match="parameter kappa"):
        observatory.pipeline.reduce(nowhere, parameters={"tiny_bias": {"kappa": 1}})
    with pytest.raises(UsageError, match="parameter scale = '-1'"):
        observatory.pipeline.reduce(nowhere, parameters={"tiny_bias": {"scale": "-1"}})
    with pytest.raises(UsageError, match="engine"):
        observatory.pipeline.reduce(nowhere, engine="steam")


def test_an_empty_folder_is_an_error(observatory, tmp_path):
    """And so is one that is not there."""
    (tmp_path / "empty").mkdir()
    for name in ("empty", "nowhere"):
        with pytest.raises(NotFoundError, match="there is no"):
            observatory.pipeline.reduce(tmp_path / name)


def test_a_plan_changes_nothing(observatory, night):
    """It names jobs, keys and states; the archive stays empty; the keys are those of the reduction."""
    planned = observatory.pipeline.plan(night)
    assert set(planned.states().values()) == {"to do"}
    assert observatory.archive.list() == []
    report = observatory.pipeline.reduce(night, workers=0)
    assert {one.job.id: one.key for one in report.ordered()} == planned.keys
    assert set(observatory.pipeline.plan(night).states().values()) == {"cached"}
    assert json.dumps(planned.document(), default=str)


def test_cancel_stops_and_the_next_run_goes_on(observatory, night):
    """What was done is kept, what was not is done next time."""

    class Impatient(Recorder):
        def step(self, note="", count=1):
            super().step(note, count)
            if note.startswith("tiny_bias"):
                self.cancel()

    with pytest.raises(Cancelled):
        observatory.pipeline.reduce(night, workers=0, progress=Impatient())
    assert left_over(observatory) == []
    assert states(observatory.pipeline.reduce(night, workers=0)) == {
        "BIAS": "cached",
        "FLAT": "done",
        "NGC 1": "done",
        "NGC 2": "done",
    }


def test_two_processes_give_the_same_and_a_crash_is_one_failure(tmp_path, night, draw):
    """The same DATASUM of every product here and in two processes; a target that kills its worker fails alone."""
    with Observatory.open(tmp_path / "one") as one:
        here = one.pipeline.reduce(night, workers=0)
    draw(150, "OBJECT", "CRASH")
    with Observatory.open(tmp_path / "two") as two:
        there = two.pipeline.reduce(night, workers=2)
        assert left_over(two) == []
    assert states(there).pop("CRASH") == "failed"
    (failure,) = there.failures()
    assert "SIGSEGV" in failure.message
    assert sums(there) == sums(here)
    assert len(sums(here)) == 4


def test_two_reductions_at_once_share_the_work(tmp_path, draw):
    """Two programs reduce one folder into one observatory: both end well, and every job is done once."""
    for minutes in (0, 1):
        draw(minutes, "BIAS")
    night = draw(60, "FLAT").parent
    command = [sys.executable, "-m", "dfs", "--root", str(tmp_path / "shared"), "reduce", str(night), "--workers", "0"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent / "plugin")}
    both = [
        subprocess.Popen(
            [*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    documents = [json.loads(out) for out, _ in said]
    assert documents[0]["products"] == documents[1]["products"]
    assert all(one["dp_id"].endswith("_v1") for one in documents[0]["products"])
    states = [job["state"] for document in documents for job in document["jobs"]]
    assert sorted(states) == ["cached"] * 2 + ["done"] * 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_behind(tmp_path, night, draw, number):
    """Ctrl-C, kill, a terminal that is gone: exit 130 with one line while a job is under way; no scratch files, no worker, no running job; the next run goes on."""
    path = draw(10, "OBJECT", "SLEEP")
    root = tmp_path / "interrupted"
    command = [sys.executable, "-m", "dfs", "--root", str(root), "reduce", str(night), "--workers", "1"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent / "plugin")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True)
    deadline = time.monotonic() + 240
    while not list(root.glob("work/run-*/job-3")):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert said.splitlines()[-1].startswith("dfs: stopped on request")
    assert "Traceback" not in said
    path.unlink()
    with Observatory.open(root) as observatory:
        assert left_over(observatory) == []
        assert states(observatory.pipeline.reduce(night, workers=0))["NGC 2"] == "done"
