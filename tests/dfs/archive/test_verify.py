"""Flipped bits, lost files, changed rows, strays: each is found, named and treated; nothing damaged is served."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dfs.archive import Submission, rows
from dfs.errors import Cancelled, DataError, DfsError
from dfs.observatory import Observatory
from dfs.progress import Recorder

Frame = Callable[..., Path]


def flip(path: Path, bit: int) -> None:
    """Flip one bit of a file."""
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.chmod(0o644)
    path.write_bytes(content)


def test_200_flipped_bits_in_200_files_are_found_and_no_other(observatory: Observatory, frame: Frame) -> None:
    draw = random.Random(7)
    archived = observatory.archive.ingest_many(
        [Submission(frame(number, draw.randbytes(100))) for number in range(300)]
    )
    assert observatory.archive.verify().findings == ()
    struck = draw.sample(archived, 200)
    for one in struck:
        flip(one.path, draw.randrange(8 * one.bytes))
    result = observatory.archive.verify()
    assert result.files == 300
    assert {one.dp_id for one in result.findings} == {one.dp_id for one in struck}
    assert {one.problem for one in result.findings} == {"changed"}
    assert [one for one in struck if one.path.exists()] == [], "all moved to quarantine"
    states = {one.dp_id: one.state for one in observatory.archive.list()}
    assert {dp_id for dp_id, state in states.items() if state == "quarantined"} == {one.dp_id for one in struck}


def test_a_damaged_file_is_never_served(observatory: Observatory, frame: Frame, tmp_path: Path) -> None:
    archived = observatory.archive.ingest(frame(1))
    flip(archived.path, 30_000)
    for _ in range(2):
        with pytest.raises(DataError, match="quarantine"):
            observatory.archive.get(archived.dp_id, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    assert [one.action for one in observatory.audit.entries(archived.dp_id)] == ["ingest", "quarantine", "state"]


@pytest.mark.parametrize("what", ["pipe", "folder", "link"])
def test_what_is_no_file_is_never_served_nor_waited_for(observatory: Observatory, frame: Frame, what: str) -> None:
    archived = observatory.archive.ingest(frame(1))
    archived.path.unlink()
    make = {
        "pipe": lambda: os.mkfifo(archived.path),
        "folder": archived.path.mkdir,
        "link": lambda: archived.path.symlink_to("/dev/zero"),
    }
    make[what]()
    with pytest.raises(DataError, match="quarantine"):
        observatory.downloads.open(archived.dp_id)


def test_a_file_put_back_from_elsewhere_is_served_again(observatory: Observatory, frame: Frame, tmp_path: Path) -> None:
    archived = observatory.archive.ingest(frame(1))
    archived.path.unlink()
    assert [one.problem for one in observatory.archive.verify().findings] == ["missing"]
    archived.path.write_bytes(frame(1).read_bytes())
    assert observatory.archive.verify().findings == ()
    assert observatory.archive.get(archived.dp_id, tmp_path / "out").is_file()


@pytest.mark.parametrize("damage", ["changed", "missing"])
@pytest.mark.parametrize("which", [0, 1])
def test_a_replica_heals_a_damaged_copy(tmp_path: Path, frame: Frame, damage: str, which: int) -> None:
    with Observatory.open(tmp_path / "obs", replicas=[str(tmp_path / "replica")]) as observatory:
        archived = observatory.archive.ingest(frame(1))
        copies = [
            volume / archived.path.relative_to(observatory.settings.volume) for volume in observatory.files.volumes
        ]
        assert [copy.read_bytes() for copy in copies] == [frame(1).read_bytes()] * 2
        flip(copies[which], 100) if damage == "changed" else copies[which].unlink()
        assert observatory.archive.get(archived.dp_id, tmp_path / "out").read_bytes() == frame(1).read_bytes()
        findings = observatory.archive.verify().findings
        assert [(one.problem, one.path) for one in findings] == [(damage, copies[which])]
        assert [copy.read_bytes() for copy in copies] == [frame(1).read_bytes()] * 2
        assert observatory.archive.find(archived.dp_id).state == "online"
        assert observatory.archive.verify().findings == ()


@pytest.mark.parametrize("mount_point", [False, True])
def test_a_disk_that_is_not_mounted_says_nothing_about_its_files(
    observatory: Observatory, frame: Frame, tmp_path: Path, mount_point: bool
) -> None:
    archived = observatory.archive.ingest(frame(1))
    volume = observatory.settings.volume
    volume.rename(tmp_path / "elsewhere")
    if mount_point:
        volume.mkdir()
    with pytest.raises(DfsError):
        observatory.proven.open(row_of(observatory, archived.dp_id))
    assert {one.problem for one in observatory.archive.verify().findings} == {"unreadable"}
    if mount_point:
        volume.rmdir()
    (tmp_path / "elsewhere").rename(volume)
    with observatory.proven.open(row_of(observatory, archived.dp_id)) as file:
        assert file.read(6) == b"SIMPLE"


def row_of(observatory: Observatory, dp_id: str) -> Mapping[str, Any]:
    with observatory.database.read() as connection:
        return rows.find(connection, dp_id)


def test_a_file_without_a_row_is_moved_to_quarantine(observatory: Observatory, frame: Frame) -> None:
    archived = observatory.archive.ingest(frame(1))
    stray = archived.path.with_name("stray.fits")
    stray.write_text("who am I")
    findings = observatory.archive.verify().findings
    assert [(one.dp_id, one.path, one.problem) for one in findings] == [(None, stray, "unregistered")]
    assert not stray.exists()
    kept = list((observatory.settings.volume / "quarantine").iterdir())
    assert [one.read_text() for one in kept] == ["who am I"], "nothing is deleted"


def test_a_stray_in_the_way_is_moved_aside(observatory: Observatory, frame: Frame) -> None:
    archived = observatory.archive.ingest(frame(1))
    stray = archived.path.with_name("EFOSC.2022-01-26T12:00:00.002.fits")
    stray.write_text("in the way")
    assert observatory.archive.ingest(frame(2)).path.read_bytes() == frame(2).read_bytes()


def test_a_checksum_changed_in_the_database_is_put_back_from_the_audit_trail(
    observatory: Observatory, frame: Frame
) -> None:
    archived = observatory.archive.ingest(frame(1))
    with closing(sqlite3.connect(observatory.root / "observatory.sqlite")) as connection, connection:
        connection.execute("UPDATE files SET sha256 = ?", ("0" * 64,))
    assert [one.problem for one in observatory.archive.verify().findings] == ["row changed"]
    assert observatory.archive.find(archived.dp_id) == archived
    assert observatory.archive.verify().findings == ()


def test_a_row_put_in_by_hand_is_told(observatory: Observatory, frame: Frame) -> None:
    archived = observatory.archive.ingest(frame(1))
    smuggled = archived.path.with_name("smuggled.fits")
    smuggled.write_bytes(archived.path.read_bytes())
    with closing(sqlite3.connect(observatory.root / "observatory.sqlite")) as connection, connection:
        connection.execute("CREATE TEMP TABLE one AS SELECT * FROM files")
        connection.execute("UPDATE one SET dp_id = 'smuggled', path = '2022-01-26/smuggled.fits'")
        connection.execute("INSERT INTO files SELECT * FROM one")
    assert [(one.dp_id, one.problem) for one in observatory.archive.verify().findings] == [("smuggled", "row unknown")]


def test_a_broken_audit_trail_is_told_and_the_files_are_proved_without_it(
    observatory: Observatory, frame: Frame
) -> None:
    archived = observatory.archive.ingest(frame(1))
    with closing(sqlite3.connect(observatory.root / "observatory.sqlite")) as connection, connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET details = replace(details, 'raw', 'war')")
    flip(archived.path, 5)
    assert [one.problem for one in observatory.archive.verify().findings] == ["audit broken", "changed"]


def test_progress_counts_and_cancels(observatory: Observatory, frame: Frame) -> None:
    observatory.archive.ingest_many([Submission(frame(number)) for number in range(3)])
    progress = Recorder()
    observatory.archive.verify(progress)
    assert progress.events[0] == ("begin", "verify", 3)
    assert [event[0] for event in progress.events].count("step") == 3
    progress.cancel()
    with pytest.raises(Cancelled):
        observatory.archive.verify(progress)


def test_a_row_that_has_gone_is_told(observatory: Observatory, frame: Frame) -> None:
    archived = observatory.archive.ingest(frame(1))
    with closing(sqlite3.connect(observatory.root / "observatory.sqlite")) as connection, connection:
        connection.execute("DELETE FROM headers")
        connection.execute("DELETE FROM files")
    found = [(one.dp_id, one.problem) for one in observatory.archive.verify().findings]
    assert found == [(archived.dp_id, "row missing"), (None, "unregistered")]


def test_rows_are_unknown_where_the_audit_trail_is_empty(observatory: Observatory, frame: Frame) -> None:
    archived = observatory.archive.ingest(frame(1))
    with closing(sqlite3.connect(observatory.root / "observatory.sqlite")) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM audit")
    assert [(one.dp_id, one.problem) for one in observatory.archive.verify().findings] == [
        (archived.dp_id, "row unknown")
    ]


@pytest.mark.parametrize("loss", ["flipped", "deleted"])
def test_a_lost_raw_frame_is_put_back_when_it_comes_again(
    observatory: Observatory, frame: Frame, loss: str, tmp_path: Path
) -> None:
    source = frame(1)
    archived = observatory.archive.ingest(source)
    if loss == "flipped":
        flip(archived.path, 30_000)
        observatory.archive.verify()
    else:
        archived.path.unlink()
    again = observatory.archive.ingest_many([Submission(source), Submission(source)])
    assert again == (archived, archived)
    assert observatory.archive.get(archived.dp_id, tmp_path / "out").read_bytes() == source.read_bytes()
    assert observatory.archive.verify().findings == ()
    assert observatory.audit.entries(archived.dp_id)[-1].action == "heal"
