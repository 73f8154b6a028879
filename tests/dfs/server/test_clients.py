"""Clients as they are: pyvo, STILTS."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pyvo
import requests
from astropy.table import Table

# pyvo leaves it to the garbage collector to close what it opened
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)

needs_stilts = pytest.mark.skipif(shutil.which("stilts") is None, reason="STILTS is not installed (make system)")


@pytest.fixture
def service(server: Any) -> Iterator[pyvo.dal.TAPService]:
    with requests.Session() as session:
        yield pyvo.dal.TAPService(server.tap, session=session)


def test_pyvo_queries_at_once(service: pyvo.dal.TAPService) -> None:
    found = service.run_sync("SELECT dp_id, ra FROM dbo.raw WHERE ra > 98.7 AND object LIKE 'field%' ORDER BY ra")
    assert len(found) == 29
    assert found.to_table()["ra"].unit == "deg"
    assert len(service.search("SELECT * FROM dbo.raw", maxrec=3)) == 3


def test_pyvo_runs_jobs(service: pyvo.dal.TAPService) -> None:
    assert len(service.run_async("SELECT dp_id FROM dbo.raw WHERE object LIKE 'field%'")) == 40
    job = service.submit_job("SELECT TOP 1 dp_id FROM dbo.raw", maxrec=5)
    job.execution_duration = 77
    assert (job.phase, job.execution_duration.value, job.owner) == ("PENDING", 77, None)
    job.query = "SELECT TOP 2 dp_id FROM dbo.raw"
    job.run()
    job.wait()
    assert (job.phase, len(job.fetch_result())) == ("COMPLETED", 2)
    job.delete()
    with pytest.raises(pyvo.dal.DALServiceError):
        job.phase  # noqa: B018


def test_pyvo_hears_why(service: pyvo.dal.TAPService) -> None:
    with pytest.raises(pyvo.dal.DALQueryError, match=r"no_such_column"):
        service.run_sync("SELECT no_such_column FROM dbo.raw")
    job = service.submit_job("SELECT no_such_column FROM dbo.raw")
    job.run().wait()
    assert job.phase == "ERROR"
    with pytest.raises(pyvo.dal.DALQueryError, match="no_such_column"):
        job.raise_if_error()
    job.delete()


def test_pyvo_aborts(service: pyvo.dal.TAPService, endless: str) -> None:
    job = service.submit_job(endless)
    job.run()
    job.abort()
    assert job.phase == "ABORTED"
    job.delete()


def test_pyvo_uploads(service: pyvo.dal.TAPService) -> None:
    mine = Table({"n": [1, 2, 3], "lon": [98.60, 98.61, 200.0], "lat": [-31.22, -31.22, 5.0]})
    query = (
        "SELECT n, dp_id FROM TAP_UPLOAD.mine JOIN dbo.raw ON "
        "1 = CONTAINS(POINT(ra, dec), CIRCLE(lon, lat, 0.001)) WHERE object LIKE 'field%' ORDER BY n"
    )
    for run in (service.run_sync, service.run_async):
        assert list(run(query, uploads={"mine": mine})["n"]) == [1, 2]


def test_the_result_of_a_job_is_an_upload_by_its_address(server: Any, service: pyvo.dal.TAPService) -> None:
    job = service.submit_job("SELECT TOP 7 dp_id FROM dbo.raw")
    job.run().wait()
    found = server.query("SELECT COUNT(*) AS n FROM TAP_UPLOAD.t", UPLOAD=f"t,{job.result_uri}", RESPONSEFORMAT="csv")
    assert found.text.split() == ["n", "7"]
    refused = server.query("SELECT * FROM TAP_UPLOAD.t", UPLOAD="t,http://127.0.0.1:22/tap/async/x/results/result")
    assert refused.status_code == 400
    assert "fetches nothing" in refused.text
    job.delete()


def test_pyvo_reads_what_the_service_says_of_itself(service: pyvo.dal.TAPService) -> None:
    assert service.maxrec == 1_000_000
    assert service.hardlimit == 20_000_000
    raw = service.tables["dbo.raw"]
    assert {"dp_id", "s_region", "release_date"} <= {column.name for column in raw.columns}
    assert all(column.description for table in service.tables for column in table.columns)
    assert {method.ivo_id.rpartition("#")[2] for method in service.upload_methods} >= {"upload-inline"}
    assert service.get_tap_capability().languages[0].get_feature_list


def test_every_example_finds_rows(service: pyvo.dal.TAPService) -> None:
    assert len(service.examples) >= 5
    for example in service.examples:
        assert len(example.execute()) > 0, example


@needs_stilts
@pytest.mark.parametrize("form", ["votable", "votable/b2"])
def test_votlint_finds_nothing(server: Any, tmp_path: Path, form: str) -> None:
    for number, query in enumerate(
        ("SELECT * FROM dbo.raw", "SELECT * FROM ivoa.ObsCore", "SELECT * FROM TAP_SCHEMA.columns", "SELECT oops")
    ):
        file = tmp_path / f"{number}.vot"
        file.write_bytes(server.query(query, RESPONSEFORMAT=form).content)
        assert stilts("votlint", str(file)).strip() == ""


@needs_stilts
def test_stilts_queries_with_an_upload(server: Any, tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("n,lon\n1,98.65\n2,98.66\n")
    query = "SELECT n, dp_id FROM TAP_UPLOAD.up1 JOIN dbo.raw ON ABS(ra - lon) < 0.0001 WHERE object LIKE 'field%'"
    for sync in ("true", "false"):
        done = stilts(
            *("tapquery", f"tapurl={server.tap}", f"adql={query}", "nupload=1", f"upload1={table}"),
            *("ufmt1=csv", "upname1=up1", f"sync={sync}", "ofmt=csv"),
        )
        assert done.count("EFOSC.") == 2


def stilts(*arguments: str) -> str:
    done = subprocess.run(["stilts", *arguments], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
