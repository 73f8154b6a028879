"""``dfs frames``: documents as the contract has them, tables for people."""

from __future__ import annotations

import json

import pytest

from dfs.cli import main
from dfs.cli.frames import _time

KEYS = [
    "path",
    "dp_id",
    "instrument",
    "class",
    "category",
    "type",
    "technique",
    "mode",
    "setup",
    "target",
    "exposure_s",
    "mjd_obs",
    "problem",
]


@pytest.fixture
def dfs(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("DFS_ROOT", str(tmp_path / "observatory"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def run(*arguments):
        code = main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.mark.real
def test_list_json(dfs, real_frames):
    code, out, _ = dfs("frames", "list", real_frames, "--json")
    assert code == 0
    document = json.loads(out)
    assert next(iter(document)) == "schema"
    assert document["schema"] == "dfs.frames.list/1"
    assert len(document["frames"]) == 11
    for row in document["frames"]:
        assert set(KEYS) <= set(row)
        assert row["path"].startswith("/")
    standard = document["frames"][-1]
    assert standard["class"] == "STD_LSS"
    assert standard["setup"]["slit"] == "slit#5.0"
    assert standard["dp_id"] == "EFOSC.2022-01-29T01:12:03.548"


def test_bad_files_stay_visible(dfs, tmp_path):
    (tmp_path / "night").mkdir()
    (tmp_path / "night" / "text.fits").write_text("no FITS")
    code, out, _ = dfs("frames", "list", tmp_path / "night", "--json")
    assert code == 0
    [row] = json.loads(out)["frames"]
    assert row["class"] is None
    assert "not a FITS file" in row["problem"]
    _, out, _ = dfs("frames", "list", tmp_path / "night")
    assert "text.fits" in out
    assert "not a FITS file" in out
    assert "1 files, 1 with a problem" in out
    code, out, _ = dfs("frames", "groups", tmp_path / "night")
    assert "In no group" in out


@pytest.mark.real
def test_groups(dfs, real_frames):
    code, out, _ = dfs("frames", "groups", real_frames, "--json")
    document = json.loads(out)
    assert code == 0
    assert [len(one["paths"]) for one in document["groups"]] == [3, 2, 1, 1, 1, 2, 1]
    assert document["ungrouped"] == []
    _, out, _ = dfs("frames", "groups", real_frames)
    assert out.startswith("BIAS  bias  2x2 fastL")


@pytest.mark.real
def test_why(dfs, real_frames, tmp_path):
    standard = real_frames / "EFOSC.2022-01-29T01:12:03.548.fits.gz"
    code, out, _ = dfs("frames", "why", standard, "--kind", "MASTER_FLAT_LSS", "--json")
    assert code == 0
    [need] = json.loads(out)["needs"]
    assert need["kind"] == "MASTER_FLAT_LSS"
    assert need["level"] == 2
    for row in need["candidates"]:
        assert {"path", "accepted", "failed_key", "wanted", "found"} <= set(row)
    code, out, _ = dfs("frames", "why", standard)
    assert "MASTER_FLAT_LSS: level 2 (acceptable)" in out
    assert "slit is slit#1.2, not slit#5.0" in out
    assert not (tmp_path / "observatory").exists()  # a question leaves nothing behind


@pytest.mark.real
def test_why_looks_where_it_is_told(dfs, real_frames, tmp_path):
    code, out, _ = dfs("frames", "why", real_frames / "EFOSC.2022-01-29T01:12:03.548.fits.gz", "--folder", tmp_path)
    assert code == 0
    assert out.count("there is no candidate") == 3
    assert "missing" in out


def test_errors_are_one_line(dfs, tmp_path):
    code, out, err = dfs("frames", "list", tmp_path / "nowhere")
    assert code == 1
    assert out == ""
    assert "there is no such file or folder" in err
    code, out, err = dfs("frames", "why", tmp_path / "nowhere.fits", "--json")
    assert code == 1
    assert json.loads(out)["error"]["type"] == "NotFoundError"


def test_examples_in_help(dfs):
    for command in (("frames",), ("frames", "list"), ("frames", "groups"), ("frames", "why")):
        code, out, _ = dfs(*command, "--help")
        assert code == 0
        assert "Example" in out


def test_time():
    assert _time(59605.7934978) == "2022-01-26 19:02:38"
    assert _time(None) == ""
