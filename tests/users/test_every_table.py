"""Every table of TAP_SCHEMA has rows, and what is said of them is true: by STILTS' judgement."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

needs_stilts = pytest.mark.skipif(shutil.which("stilts") is None, reason="STILTS is not installed (make system)")

VOTABLE = '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'


def ask(url: str, adql: str, form: str = "csv") -> str:
    found = httpx.post(f"{url}/tap/sync", data={"LANG": "ADQL", "QUERY": adql, "RESPONSEFORMAT": form}, timeout=60)
    assert found.status_code == 200, f"{adql}\n{found.text}"
    return found.text


@pytest.fixture(scope="module")
def tables(url: str) -> list[str]:
    return ask(url, "SELECT table_name FROM TAP_SCHEMA.tables ORDER BY table_name").split()[1:]


def test_every_table_has_rows_for_everybody(url: str, tables: list[str]) -> None:
    """Also for whoever has not signed in; and there is a table for each of ESO's families."""
    counts = {name: int(ask(url, f"SELECT COUNT(*) AS n FROM {name}").split()[1]) for name in tables}
    assert [name for name, count in counts.items() if count == 0] == []
    families = {name.partition(".")[0] for name in tables}
    assert families == {"TAP_SCHEMA", "asm", "dbo", "ist", "ivoa", "phase3v2", "qc1", "safcat"}
    assert (
        counts["dbo.raw"]
        == sum(count for name, count in counts.items() if name.startswith("ist.")) - counts["ist.apex_quicklooks"]
    )


@needs_stilts
@pytest.mark.parametrize("form", ["votable", "votable/b2"])
def test_votlint_likes_rows_of_every_table(url: str, tables: list[str], tmp_path: Path, form: str) -> None:
    """All answers in one document, so that one Java machine looks at them; their IDs are made different."""
    resources = []
    for number, name in enumerate(tables):
        answer = ask(url, f"SELECT TOP 5 * FROM {name}", form)
        body = answer[answer.index("<RESOURCE") : answer.rindex("</VOTABLE>")]
        resources.append(re.sub(r'(<[^<>]*?\s(?:ID|ref)=")', rf"\g<1>t{number}_", body))
    file = tmp_path / "all.vot"
    file.write_text(f"{VOTABLE}{''.join(resources)}</VOTABLE>", encoding="utf-8")
    assert stilts("votlint", str(file)).strip() == ""


@needs_stilts
def test_taplint_finds_nothing(url: str) -> None:
    """No errors, no failures; the one warning is ESO's own word for spectra in counts ("uncalibrated")."""
    done = stilts("taplint", f"tapurl={url}/tap", "stages=-LOC", "report=EWF")
    assert "Totals: Errors: 0;" in done, done
    assert "Failures: 0" in done, done
    warnings = [line for line in done.splitlines() if line.startswith("W-")]
    assert all("Non-standard value in column o_calib_status" in line for line in warnings), warnings


def stilts(*arguments: str) -> str:
    done = subprocess.run(["stilts", *arguments], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
