"""The archive's commands on real frames: search, query, get with calibrations, deliveries, index, replicas, export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from astropy.io import fits, votable
from astropy.table import Table

from dfs.cli import main
from dfs.observatory import Observatory

SCIENCE = "EFOSC.2022-01-27T04:46:29.093"

pytestmark = pytest.mark.real
Run = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, real_frames: Path) -> Path:
    folder = tmp_path_factory.mktemp("commands")
    assert main(["--root", str(folder), "archive", "ingest", str(real_frames), "--json"]) == 0
    return folder


@pytest.fixture
def run(root: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, Any]:
        code = main(["--root", str(root), "archive", *arguments])
        out = capfd.readouterr().out
        return code, json.loads(out) if out.startswith("{") else out

    return call


def test_ingest_again_is_the_same(run: Run, real_frames: Path) -> None:
    code, told = run("ingest", str(real_frames / f"{SCIENCE}.fits.gz"), "--json")
    assert code == 0
    assert [one["dp_id"] for one in told["files"]] == [SCIENCE]


def test_search(run: Run) -> None:
    criteria = ("--instrument", "EFOSC2", "--target", "J0636-3113", "--radius", "5arcmin", "--date", "2022-01-27")
    code, told = run("search", *criteria, "--json")
    assert (code, told["schema"]) == (0, "dfs.archive.search/1")
    assert [row["dp_id"] for row in told["rows"]] == [SCIENCE]
    again = run("query", told["adql"], "--json")[1]
    assert len(again["rows"]) == 1
    assert SCIENCE in run("search", *criteria)[1]
    assert run("search", *criteria, "--show", "python")[1].startswith("obs.archive.search('raw', ")
    assert run("search", "--target", "nothing")[0] == 1
    assert run("search", "--date", "someday")[0] == 2


def test_query_in_every_format(run: Run, tmp_path: Path) -> None:
    adql = "SELECT dp_id, ra, exposure FROM dbo.raw WHERE dp_cat = 'SCIENCE' ORDER BY dp_id"
    told = run("query", adql, "--format", "json")[1]
    assert list(told) == ["schema", "columns", "rows", "overflow"]
    assert {"name", "datatype", "unit", "ucd"} <= set(told["columns"][1])
    wanted = [row[0] for row in told["rows"]]
    assert len(wanted) == 4
    for suffix in ("vot", "fits", "csv", "parquet"):
        path = tmp_path / f"table.{suffix}"
        assert run("query", adql, "-o", str(path))[0] == 0
        found = votable.parse_single_table(path).to_table() if suffix == "vot" else Table.read(path)
        assert [str(one) for one in found["dp_id"]] == wanted, suffix
    assert run("query", adql, "--maxrec", "2", "--json")[1]["overflow"] is True
    assert run("query", "SELECT nothing FROM dbo.raw", "--json")[0] == 2
    assert run("query", adql, "--format", "postcard")[0] == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["table.csv", "table.fits", "table.parquet", "table.vot"]


def test_query_with_a_table_of_ones_own(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("name,ra,dec\na,99.0108,-31.2191\nb,10,10\n")
    adql = (
        "SELECT u.name, r.dp_id FROM tap_upload.mine AS u JOIN dbo.raw AS r "
        "ON 1 = CONTAINS(POINT(r.ra, r.dec), CIRCLE(u.ra, u.dec, 0.01))"
    )
    told = run("query", adql, "--upload", f"mine={tmp_path / 'mine.csv'}", "--json")[1]
    assert told["rows"] == [["a", SCIENCE]]
    assert run("query", adql, "--upload", "mine")[0] == 2


def test_get_with_calibrations(run: Run, tmp_path: Path) -> None:
    code, told = run("get", SCIENCE, "--calibrations", "raw", "--output-dir", str(tmp_path), "--json")
    assert code == 0
    assert told["files"][0]["dp_id"] == SCIENCE
    assert len(told["files"]) == len(list(tmp_path.iterdir())) == 8
    for one in told["files"]:
        assert Path(one["path"]).name == f"{one['dp_id']}.fits.gz"
        assert fits.getheader(one["path"])["ARCFILE"] == f"{one['dp_id']}.fits"


def test_a_delivery_is_asked_for_listed_and_completed(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "night"
    code, told = run("request", SCIENCE, "--calibrations", "raw", "--title", "my white dwarf", "--json")
    assert code == 0
    delivery = told["delivery"]
    assert delivery["id"] in [one["id"] for one in run("requests", "--json")[1]["deliveries"]]
    assert run("fetch", delivery["id"], "--output-dir", str(folder), "--json")[0] == 0
    names = {one.name for one in folder.iterdir()}
    assert names == {"README.txt", *(one["name"] for one in delivery["items"])}
    bias = folder / "EFOSC.2022-01-26T19:02:38.210.fits.gz"
    bias.unlink()
    untouched = (folder / f"{SCIENCE}.fits.gz").stat().st_mtime_ns
    assert run("fetch", delivery["id"], "--output-dir", str(folder))[0] == 0
    assert bias.is_file()
    assert (folder / f"{SCIENCE}.fits.gz").stat().st_mtime_ns == untouched
    assert run("fetch", "no-such-delivery")[0] == 1


def test_the_index_is_built_anew(run: Run, root: Path) -> None:
    before = {one["name"]: one["rows"] for one in run("rebuild-index", "--json")[1]["tables"]}
    assert (before["dbo.raw"], before["ist.efosc"]) == (11, 11)
    told = run("rebuild-index", "--reread", "--json")[1]
    assert {one["name"]: one["rows"] for one in told["tables"]} == before


def test_replicas_are_filled(root: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("replicate")[0] == 2
    monkeypatch.setenv("DFS_REPLICAS", str(tmp_path / "second"))
    assert run("replicate", "--json")[1]["copied"] == 11
    assert run("replicate", "--json")[1]["copied"] == 0
    with Observatory.open(root) as observatory:
        assert observatory.archive.verify().findings == ()


def test_what_is_public_is_exported(run: Run, tmp_path: Path) -> None:
    told = run("export", "--hats", "--table", "dbo.raw", str(tmp_path / "hats"), "--json")[1]
    assert told["rows"] + told["without_position"] == 11
    assert list((tmp_path / "hats").rglob("*.parquet"))
