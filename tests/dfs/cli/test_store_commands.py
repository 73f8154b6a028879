"""``dfs archive``, ``config``, ``qc``, ``upgrade``, ``backup``, ``restore``: the documents of the contract, exit codes, one line for errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dfs.cli import main
from dfs.observatory import Observatory
from dfs.qc import QcRow
from dfs.store.format import FORMAT

RAW = "EFOSC.2022-01-26T12:00:00.000"
NAME = f"{RAW}_REPORT_v1"
Dfs = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    page = tmp_path / "page.html"
    page.write_text("<p>[red]markup[/red]</p>")
    with Observatory.open(tmp_path / "observatory") as observatory:
        observatory.archive.ingest(page, kind="report", category="REPORT", first_raw=RAW)
        row = ("EFOSC2", "2022-01-26", 59605.5, {"slit": "slit#1.2"}, "ccd40", "ron_e", 11.5, None, "electron")
        observatory.qc.record([QcRow(*row, "an estimator", "ESO DET OUT1 RON", 7.8, None, NAME)])
    return tmp_path / "observatory"


@pytest.fixture
def dfs(root: Path, capsys: pytest.CaptureFixture[str]) -> Dfs:
    """Run ``dfs --root R ... --json``; return exit code, the document, standard error."""

    def run(*arguments: str, at: Path = root) -> tuple[int, dict[str, Any], str]:
        code = main(["--root", str(at), *arguments, "--json"])
        captured = capsys.readouterr()
        assert captured.out.count("\n") == 1, "exactly one JSON object"
        return code, json.loads(captured.out), captured.err

    return run


def test_archive_list_prints_the_document_of_the_contract(dfs: Dfs, root: Path) -> None:
    code, document, _ = dfs("archive", "list")
    assert code == 0
    assert next(iter(document.items())) == ("schema", "dfs.archive.list/1")
    (file,) = document["files"]
    assert {"dp_id", "path", "bytes", "sha256", "category", "instrument", "archived", "release_date"} <= file.keys()
    assert (file["dp_id"], file["category"], file["instrument"]) == (NAME, "REPORT", None)
    assert Path(file["path"]).is_absolute()
    assert Path(file["path"]).stat().st_size == file["bytes"]
    assert datetime.fromisoformat(file["archived"]).utcoffset() is not None
    assert dfs("archive", "list", "--kind", "raw")[1]["files"] == []


def test_archive_get_copies_out(dfs: Dfs, tmp_path: Path) -> None:
    code, document, _ = dfs("archive", "get", NAME, "--output-dir", str(tmp_path / "out"))
    assert code == 0
    assert document["files"] == [{"dp_id": NAME, "path": str(tmp_path / "out" / f"{NAME}.html")}]
    assert (tmp_path / "out" / f"{NAME}.html").read_text() == "<p>[red]markup[/red]</p>"
    code, document, error = dfs("archive", "get", "NOPE")
    assert code == 1
    assert document["error"]["type"] == "NotFoundError"
    assert error.count("\n") >= 1
    assert "NOPE" in error


def test_archive_verify_exits_with_1_on_damage(dfs: Dfs, root: Path) -> None:
    assert dfs("archive", "verify")[:2] == (
        0,
        {"schema": "dfs.archive.verify/1", "files": 1, "bytes": 24, "findings": []},
    )
    victim = next((root / "files" / "2022-01-26").iterdir())
    victim.chmod(0o644)
    victim.write_text("damaged")
    code, document, _ = dfs("archive", "verify")
    assert code == 1
    assert [(one["dp_id"], one["problem"]) for one in document["findings"]] == [(NAME, "changed")]


def test_qc_show_prints_the_document_of_the_contract(dfs: Dfs) -> None:
    code, document, _ = dfs("qc", "show", "--instrument", "EFOSC2", "--parameter", "ron_e")
    assert (code, document["schema"]) == (0, "dfs.qc.show/1")
    assert list(document["rows"][0]) == [
        *("instrument", "night", "mjd_obs", "setup", "detector", "parameter", "value", "error", "unit", "estimator"),
        *("header_keyword", "header_value", "score", "product_dp_id"),
    ]
    assert document["rows"][0]["error"] is None
    assert dfs("qc", "show", "--parameter", "other")[1]["rows"] == []


def test_config_show_says_where_each_value_comes_from(dfs: Dfs, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "dfs.toml").write_text('database_url = "postgresql+psycopg://me:secret@host/name"\n')
    monkeypatch.setenv("DFS_WORKERS", "3")
    code, document, _ = dfs("config", "show")
    found = {one["name"]: (one["value"], one["origin"]) for one in document["settings"]}
    assert code == 0
    assert found["root"] == (str(root), "argument")
    assert found["workers"] == (3, "environment DFS_WORKERS")
    assert found["database_url"] == ("postgresql+psycopg://me:***@host/name", str(root / "dfs.toml"))
    assert found["allow_missing"] == (False, "default")
    monkeypatch.setenv("DFS_WORKERS", "many")
    code, document, error = dfs("config", "show")
    assert (code, document["error"]["type"], document["error"]["where"]) == (2, "UsageError", "environment DFS_WORKERS")
    assert "many" in error


def test_backup_restore_upgrade(dfs: Dfs, root: Path, tmp_path: Path) -> None:
    code, document, _ = dfs("backup", str(tmp_path / "backup"))
    assert (code, document["files"], document["path"]) == (0, 1, str(tmp_path / "backup"))
    code, document, _ = dfs("restore", str(tmp_path / "backup"), at=tmp_path / "again")
    assert (code, document["files"], document["root"]) == (0, 1, str(tmp_path / "again"))
    assert dfs("archive", "verify", at=tmp_path / "again")[0] == 0
    assert dfs("qc", "show", at=tmp_path / "again")[1]["rows"] == dfs("qc", "show")[1]["rows"]
    assert dfs("restore", str(tmp_path / "backup"))[0] == 2, "the root is not empty"
    assert dfs("restore", str(tmp_path / "nothing"), at=tmp_path / "third")[0] == 2
    assert dfs("upgrade")[1] == {"schema": "dfs.upgrade/1", "before": FORMAT, "after": FORMAT}
    assert dfs("upgrade", at=tmp_path / "nowhere")[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        *(["archive", "list"], ["archive", "get", NAME], ["archive", "verify"], ["config", "show"], ["qc", "show"]),
        *(["upgrade"], ["backup", "b"]),
    ],
)
def test_people_get_lines_and_no_markup(
    root: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--root", str(root), *arguments]) == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize(
    "arguments",
    [
        ["archive"],
        ["archive", "list"],
        ["archive", "get"],
        ["archive", "verify"],
        ["config", "show"],
        ["qc", "show"],
        ["upgrade"],
        ["backup"],
        ["restore"],
    ],
)
def test_help_has_an_example(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main([*arguments, "--help"]) == 0
    assert "Example" in capsys.readouterr().out
