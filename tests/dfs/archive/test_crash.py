"""Killed at 200 random moments, ingest loses no acknowledged file and shows no half-visible one.

The judge is independent of the archive: it reads rows by `sqlite3` and files by `hashlib`.  It must find out a deliberately
wrong order of writing (row before file): the negative control.
"""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dfs.observatory import Observatory

NURSERY = Path(__file__).with_name("crash_nursery.py")
LIVES = 200
CONTROL_LIVES = 40
SEED = 20220126


@dataclass
class Judge:
    """Looks at an observatory from outside, after every death."""

    root: Path
    acknowledged: dict[str, str] = field(default_factory=dict)
    half_visible: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Find rows, new since the last look, whose file is not wholly there."""
        for dp_id, path, sha256 in self.rows():
            if dp_id in self.seen:
                continue
            self.seen.add(dp_id)
            file = self.root / "files" / path
            if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
                self.half_visible.append(dp_id)

    def rows(self) -> list[tuple[str, str, str]]:
        database = self.root / "observatory.sqlite"
        if not database.exists():
            return []
        with closing(sqlite3.connect(database)) as connection:
            made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchone()
            return connection.execute("SELECT dp_id, path, sha256 FROM files").fetchall() if made else []

    def lost(self) -> list[str]:
        """Return the acknowledged files that are not there any more, or not with the content acknowledged."""
        there = {
            dp_id: hashlib.sha256((self.root / "files" / path).read_bytes()).hexdigest()
            for dp_id, path, _ in self.rows()
        }
        return [dp_id for dp_id, sha256 in self.acknowledged.items() if there.get(dp_id) != sha256]


def tell(line: str) -> None:
    """Say what helps to repeat the test; pytest shows it when the test fails."""
    print(line)  # noqa: T201


def kill_often(root: Path, order: str, lives: int) -> Judge:
    """Kill `lives` processes one after the other at random moments of their ingests."""
    draw, judge = random.Random(SEED), Judge(root)
    tell(f"seed {SEED}, {lives} lives, order: {order}")
    with subprocess.Popen(
        [sys.executable, str(NURSERY), str(root), order], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        for life in range(lives):
            print(life, draw.randint(0, 3), draw.uniform(0, 25), file=nursery.stdin, flush=True)
            answer = nursery.stdout.readline()
            assert answer, "the nursery died"
            judge.acknowledged.update(json.loads(answer))
            judge.look()
        nursery.stdin.close()
    return judge


def test_killed_at_200_random_moments_nothing_acknowledged_is_lost_and_nothing_half_visible_is_shown(
    tmp_path: Path,
) -> None:
    root = tmp_path / "observatory"
    judge = kill_often(root, "row last", LIVES)
    tell(f"{len(judge.acknowledged)} acknowledged, {len(judge.half_visible)} half-visible, {len(judge.lost())} lost")
    assert len(judge.acknowledged) > LIVES
    assert judge.half_visible == []
    assert judge.lost() == []

    with Observatory.open(root) as observatory:  # which clears what the last life left
        assert list((root / "files" / "staging").iterdir()) == []
        result = observatory.archive.verify()
        assert result.findings == (), "no orphan stays, no file differs"
        assert result.files == len(judge.rows())
        assert observatory.audit.verify() >= result.files


def test_the_judge_finds_out_a_wrong_order_of_writing(tmp_path: Path) -> None:
    judge = kill_often(tmp_path / "observatory", "row first", CONTROL_LIVES)
    assert judge.half_visible, "rows committed before their files were in place must show: the judge is blind"


@pytest.fixture(autouse=True)
def _say_where_it_lies(tmp_path: Path) -> None:
    tell(f"observatory in {tmp_path}")
