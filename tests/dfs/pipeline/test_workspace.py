"""Scratch space and locks."""

from __future__ import annotations

import subprocess
import sys
from tempfile import mkdtemp

import pytest

from dfs.errors import ServiceError
from dfs.pipeline.workspace import JobLocks, _sweep, workspace

KEY = "ab" * 32
HOLD = """
import sys, time
from pathlib import Path
from dfs.pipeline.workspace import JobLocks, workspace
locks = JobLocks(Path(sys.argv[1]))
with workspace(Path(sys.argv[1])) as folder:
    (folder / "half.fits").touch()
    print(locks.take(sys.argv[2]), flush=True)
    time.sleep(60)
"""
ASK = """
import sys
from pathlib import Path
from dfs.pipeline.workspace import JobLocks
print(JobLocks(Path(sys.argv[1])).take(sys.argv[2]))
"""


def test_it_vanishes_at_the_end(tmp_path):
    """Also when the work fails."""

    def fail():
        with workspace(tmp_path) as folder:
            (folder / "file").touch()
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    assert list((tmp_path / "work").iterdir()) == []


def test_what_a_killed_process_left_goes_and_its_locks_are_free(tmp_path):
    """While it lives its folder stays and its job is locked; after kill -9 both are free."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path), KEY], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "True\n"
    locks = JobLocks(tmp_path)
    with workspace(tmp_path):
        assert len(list((tmp_path / "work").glob("run-*"))) == 2
    assert not locks.take(KEY)
    assert locks.take("cd" * 32)
    process.kill()
    process.communicate()
    with workspace(tmp_path):
        assert len(list((tmp_path / "work").glob("run-*"))) == 1
    assert locks.take(KEY)
    locks.release(KEY)
    locks.close()


def test_no_room_is_one_line(tmp_path):
    """A file where the folder should be."""
    (tmp_path / "work").touch()
    with pytest.raises(ServiceError, match="no room to work"), workspace(tmp_path):
        pass


def test_a_folder_swept_before_it_has_its_lock_is_made_anew(tmp_path, monkeypatch):
    """Another reduction that begins at this moment takes it for one left behind."""
    made = []

    def swept(**where):
        made.append(mkdtemp(**where))
        if len(made) == 1:
            _sweep(tmp_path / "work")
        return made[-1]

    monkeypatch.setattr("dfs.pipeline.workspace.mkdtemp", swept)
    with workspace(tmp_path) as folder:
        assert [str(folder)] == made[1:]
        assert folder.is_dir()


def test_two_reductions_of_one_process_do_not_share_a_job(tmp_path):
    first, second = JobLocks(tmp_path), JobLocks(tmp_path)
    assert first.take(KEY)
    assert not second.take(KEY)
    second.release(KEY)  # not its own: stays with the first
    second.close()
    third = JobLocks(tmp_path)
    assert not third.take(KEY)
    first.release(KEY)
    assert third.take(KEY)
    third.close()
    first.close()


def test_closing_one_keeps_the_other_s_lock_against_other_processes(tmp_path):
    first, second = JobLocks(tmp_path), JobLocks(tmp_path)
    assert first.take(KEY)
    second.close()
    said = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path), KEY], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout == "False\n"
    first.close()
