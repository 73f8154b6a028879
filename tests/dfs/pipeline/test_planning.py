"""The graph of a reduction, from records alone: no file is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from dfs.model import FrameRecord
from dfs.pipeline import plan
from dfs.pipeline.graph import Graph

CLASSES = {"BIAS": "CALIB", "FLAT": "CALIB", "SCIENCE_IMG": "SCIENCE", "ACQUISITION": "ACQUISITION"}


def record(frame_class, mjd, *, target=None, filter_name="V", binning=1, problem=None, template=None, **header):
    """A record as `scan` would make it."""
    setup = {"binning": f"{binning}x{binning}"} | ({} if frame_class == "BIAS" else {"filter": filter_name})
    words = {
        "ESO DET WIN1 BINX": binning,
        "ESO DET WIN1 BINY": binning,
        "ESO INS FILT1 NAME": filter_name,
        "ESO TPL START": template or f"{frame_class} {int(mjd)}",
        **header,
    }
    return FrameRecord(
        path=Path(f"/nowhere/{frame_class}-{mjd}.fits"),
        dp_id=f"TINY.{frame_class}.{mjd}",
        instrument="TINY",
        frame_class=frame_class,
        category=CLASSES.get(frame_class, "CALIB"),
        type="OBJECT" if frame_class == "SCIENCE_IMG" else frame_class,
        setup=setup,
        target=target,
        mjd_obs=mjd,
        problem=problem,
        header=words,
    )


def night():
    return [
        record("SCIENCE_IMG", 60000.4, target="NGC 1"),
        record("FLAT", 60000.2),
        record("BIAS", 60000.10),
        record("BIAS", 60000.11),
        record("SCIENCE_IMG", 60000.5, target="NGC 2"),
        record("ACQUISITION", 60000.45),
    ]


def test_jobs_come_after_what_they_need():
    """Whatever the order of the files: bias, flat, science; raw frames first among the inputs."""
    graph = plan(night())
    assert [job.recipe for job in graph.jobs] == ["tiny_bias", "tiny_flat", "tiny_science", "tiny_science"]
    assert graph.blocked == ()
    science = graph.jobs[2]
    assert science.target == "NGC 1"
    assert [one.tag for one in science.sources] == ["SCIENCE_IMG", "MASTER_BIAS", "MASTER_FLAT_IMG"]
    assert science.needs == ("tiny_bias:TINY.BIAS.60000.1", "tiny_flat:TINY.FLAT.60000.2")
    assert [one.name for one in graph.jobs[0].raw] == ["TINY.BIAS.60000.1", "TINY.BIAS.60000.11"]


def test_every_job_stands_behind_its_needs():
    """The order of the graph can be carried out as it stands."""
    graph = plan(night())
    done = set()
    for job in graph.jobs:
        assert set(job.needs) <= done
        done.add(job.id)


def test_dependents_are_found_through_others():
    """The bias is behind everything, a science frame behind nothing."""
    graph = plan(night())
    assert len(graph.dependents(graph.jobs[0].id)) == 3
    assert len(graph.dependents(graph.jobs[1].id)) == 2
    assert graph.dependents(graph.jobs[3].id) == ()
    assert [job.target for job in graph.final()] == ["NGC 1", "NGC 2"]


def test_a_missing_calibration_blocks_and_says_why():
    """No bias: nothing can be done; the flat is the reason for science, bias the reason for the flat."""
    graph = plan([one for one in night() if one.frame_class != "BIAS"])
    assert graph.jobs == ()
    assert [(one.job.recipe, one.kind) for one in graph.blocked] == [
        ("tiny_flat", "MASTER_BIAS"),
        ("tiny_science", "MASTER_BIAS"),
        ("tiny_science", "MASTER_BIAS"),
    ]
    assert all("--allow-missing" in one.hint for one in graph.blocked)


def test_the_key_that_fails_is_named():
    """The only flat was taken through another filter: the science frame is told so."""
    records = [
        record("BIAS", 60000.1),
        record("BIAS", 60000.11),
        record("FLAT", 60000.2, filter_name="B"),
        record("SCIENCE_IMG", 60000.4, target="NGC 1"),
    ]
    graph = plan(records)
    (blocked,) = graph.blocked
    assert blocked.kind == "MASTER_FLAT_IMG"
    assert blocked.reason == "TINY.FLAT.60000.2, the only candidate, has filter B, wanted is V"


def test_too_few_frames_block_their_job_and_whoever_needs_it():
    """One bias is not enough for a master, and nobody uses it."""
    graph = plan([one for one in night() if one.mjd_obs != 60000.11])
    assert graph.jobs == ()
    first = graph.blocked[0]
    assert (first.kind, first.job.recipe) == ("BIAS", "tiny_bias")
    assert "at least 2" in first.reason
    assert graph.blocked[1].reason == "TINY.BIAS.60000.1: it cannot be made: 1 there, recipe tiny_bias needs at least 2"


def test_allow_missing_goes_on_and_says_so():
    """Everything is done, and each job knows what it lacks."""
    graph = plan([one for one in night() if one.frame_class != "BIAS"], allow_missing=True)
    assert graph.blocked == ()
    assert [(job.recipe, job.missing) for job in graph.jobs] == [
        ("tiny_flat", ("MASTER_BIAS",)),
        ("tiny_science", ("MASTER_BIAS",)),
        ("tiny_science", ("MASTER_BIAS",)),
    ]


def test_an_archived_master_serves_where_no_raw_frames_do():
    """A night without biases takes the master of another night; its file is the input, no job is."""
    master = record("MASTER_BIAS", 59999.1, **{"ESO PRO DATANCOM": 5})
    graph = plan([one for one in night() if one.frame_class != "BIAS"], masters=[master])
    assert graph.blocked == ()
    source = next(one for one in graph.jobs[0].sources if one.tag == "MASTER_BIAS")
    assert (source.path, source.job, source.level) == (master.path, None, 0)
    with_raw = plan(night(), masters=[master])
    assert with_raw.jobs[1].needs == ("tiny_bias:TINY.BIAS.60000.1",)


def test_unusable_frames_take_no_part():
    """A damaged bias is not counted, an acquisition image makes no job."""
    records = [*night(), record("BIAS", 60000.12, problem="truncated"), record("ACQUISITION", 60000.46)]
    graph = plan(records)
    assert len(graph) == 4
    assert len(graph.jobs[0].raw) == 2


def test_the_tree_shows_each_job_once():
    """What is wanted first, what it needs below; a job met again is only named."""
    graph = plan(night())
    text = graph.tree({graph.jobs[0].id: "cached"})
    assert text.count("BIAS  TINY.BIAS.60000.11") == 1
    assert text.count("(see above)") == 3
    assert "tiny_bias  BIAS  1x1  (cached)" in text
    assert text.splitlines()[0].startswith("tiny_science  NGC 1")


def test_the_tree_shows_what_is_blocked():
    """Kind and reason stand below the job that is blocked."""
    text = plan([one for one in night() if one.frame_class != "BIAS"]).tree()
    assert "MASTER_BIAS is missing: there is none in the folder nor in the archive" in text
    assert text.count("(blocked)") == 3


def test_nothing_makes_an_empty_graph():
    """No frames, no jobs, no words."""
    assert plan([]) == Graph()
    assert Graph().tree() == ""


@pytest.mark.parametrize("shuffle", [1, 2, 3])
def test_the_order_of_the_files_does_not_matter(shuffle):
    """The same records give the same graph."""
    records = night()
    rotated = records[shuffle:] + records[:shuffle]
    assert plan(rotated) == plan(records)
