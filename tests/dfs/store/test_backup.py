"""Backup and restoration: a round trip, consistent while in use, checked before anything is written."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dfs.errors import DataError, DfsError, ServiceError, UsageError
from dfs.observatory import Observatory
from dfs.qc import QcRow

RAW = "EFOSC.2022-01-26T12:00:00.{:03d}"


def write_page(folder: Path, number: int) -> Path:
    path = folder / f"page{number}.html"
    path.write_text(f"<p>{number}</p>")
    return path


def fill(observatory: Observatory, folder: Path, numbers: range) -> None:
    for number in numbers:
        observatory.archive.ingest(
            write_page(folder, number), kind="report", category="REPORT", first_raw=RAW.format(number)
        )


@pytest.fixture
def observatory(tmp_path: Path) -> Iterator[Observatory]:
    with Observatory.open(tmp_path / "observatory") as opened:
        fill(opened, tmp_path, range(5))
        name = opened.archive.list()[0].dp_id
        row = QcRow(
            "EFOSC2",
            "2022-01-26",
            59605.5,
            {"a": 1},
            "ccd40",
            "ron_e",
            11.5,
            0.1,
            "electron",
            "x",
            None,
            None,
            None,
            name,
        )
        opened.qc.record([row])
        yield opened


def content(root: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but what only the restoration adds."""
    with closing(sqlite3.connect(root / "observatory.sqlite")) as connection:
        names = [
            row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        ]
        tables = {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}  # noqa: S608
    tables["audit"] = [row for row in tables["audit"] if "restore" not in row]
    return tables


def test_a_restored_observatory_has_the_same_rows_and_files(observatory: Observatory, tmp_path: Path) -> None:
    made = observatory.backup(tmp_path / "backup")
    assert len(made.files) == 5
    restored = Observatory.restore(tmp_path / "backup", tmp_path / "again")
    assert restored == made
    assert content(tmp_path / "again") == content(observatory.root)
    with Observatory.open(tmp_path / "again") as again:
        assert again.archive.verify().findings == ()
        assert [one.sha256 for one in again.archive.list()] == [one.sha256 for one in observatory.archive.list()]
        fill(again, tmp_path, range(5, 7))
        assert again.audit.verify() == 1 + 5 + 1 + 2, "the trail goes on where it was"


def test_a_backup_is_consistent_while_another_process_ingests(observatory: Observatory, tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        with Observatory.open(observatory.root) as other:
            fill(other, tmp_path, range(100, 200))
        os._exit(0)
    backups = [observatory.backup(tmp_path / f"backup{number}") for number in range(3)]
    status = os.waitpid(child, 0)[1]
    assert status == 0
    for number, made in enumerate(backups):
        Observatory.restore(tmp_path / f"backup{number}", tmp_path / f"again{number}")
        with Observatory.open(tmp_path / f"again{number}") as again:
            result = again.archive.verify()
            assert (result.files, result.findings) == (len(made.files), ())
    with Observatory.open(observatory.root) as whole:
        assert len(whole.archive.list()) == 105


def test_restore_refuses_a_folder_with_content(observatory: Observatory, tmp_path: Path) -> None:
    observatory.backup(tmp_path / "backup")
    before = content(observatory.root)
    with pytest.raises(UsageError, match="not empty"):
        Observatory.restore(tmp_path / "backup", observatory.root)
    assert content(observatory.root) == before
    with pytest.raises(UsageError, match="not empty"):
        observatory.backup(tmp_path / "backup")


@pytest.mark.parametrize("damage", ["flip", "missing", "database", "manifest", "types", "newer", "outside"])
def test_a_damaged_backup_is_found_before_anything_is_written(
    observatory: Observatory, tmp_path: Path, damage: str
) -> None:
    observatory.backup(tmp_path / "backup")
    manifest = tmp_path / "backup" / "manifest.json"
    told = json.loads(manifest.read_text())
    place = sorted(told["files"])[3]
    file = tmp_path / "backup" / "files" / place
    file.chmod(0o644)
    match damage:
        case "flip":
            file.write_bytes(file.read_bytes().replace(b"<p>", b"<q>"))
        case "missing":
            file.unlink()
        case "database":
            with (tmp_path / "backup" / "observatory.sqlite").open("r+b") as stream:
                stream.seek(5000)
                stream.write(b"\xff")
        case "manifest":
            manifest.write_text(manifest.read_text()[:100])
        case "types":
            manifest.write_text(json.dumps(told | {"format": "1", "files": None}))
        case "newer":
            manifest.write_text(json.dumps(told | {"format": 99}))
        case "outside":
            (tmp_path / "secret").write_bytes(file.read_bytes())
            told["files"]["../../secret"] = told["files"].pop(place)
            manifest.write_text(json.dumps(told))
    with pytest.raises(DfsError) as caught:
        Observatory.restore(tmp_path / "backup", tmp_path / "again")
    assert "\n" not in caught.value.line()
    assert not (tmp_path / "again").exists()


def test_a_backup_that_fails_leaves_nothing(
    observatory: Observatory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = observatory.archive.list()[2].path
    victim.chmod(0o644)
    victim.write_text("damaged")
    with pytest.raises(DataError, match="damaged") as caught:
        observatory.backup(tmp_path / "backup")
    assert str(victim) in caught.value.line()
    assert [entry.name for entry in tmp_path.iterdir() if "backup" in entry.name] == []


def test_a_quarantined_file_is_told_in_the_manifest(observatory: Observatory, tmp_path: Path) -> None:
    victim = observatory.archive.list()[2]
    victim.path.chmod(0o644)
    victim.path.write_text("damaged")
    observatory.archive.verify()
    made = observatory.backup(tmp_path / "backup")
    assert len(made.files) == 4
    assert [Path(place).name for place in made.lost] == [victim.path.name]
    Observatory.restore(tmp_path / "backup", tmp_path / "again")


def test_a_restoration_that_fails_leaves_nothing(
    observatory: Observatory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    observatory.backup(tmp_path / "backup")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("dfs.store.restore._put_database", full)
        with pytest.raises(ServiceError, match="No space left"):
            Observatory.restore(tmp_path / "backup", tmp_path / "again")
    Observatory.restore(tmp_path / "backup", tmp_path / "again")
