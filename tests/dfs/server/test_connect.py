"""`dfs.connect` to a running server: the calls of an embedded archive, with the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from astropy.table import Table

import dfs
from dfs.archive.search import Search
from dfs.errors import AccessError, NotFoundError, UsageError
from dfs.observatory import Observatory

CALIBRATION, SCIENCE = "EFOSC.2022-01-27T04:00:02.000", "EFOSC.2022-01-27T04:00:01.000"


@pytest.fixture(scope="module")
def remote(server: Any) -> Any:
    return dfs.connect(server.url)


@pytest.fixture(scope="module")
def embedded(server: Any) -> Iterator[Observatory]:
    with dfs.open(server.root) as observatory:
        yield observatory


def test_searches_give_the_same_rows(remote: Any, embedded: Observatory) -> None:
    criteria: dict[str, Any] = {"instrument": "EFOSC2", "target": "field 7", "radius": "3arcmin", "limit": 5}
    ours, theirs = (one.archive.search(**criteria) for one in (embedded, remote))
    assert list(ours["dp_id"]) == list(theirs["dp_id"])
    assert ours.colnames == theirs.colnames
    assert len(ours) == 5
    assert (ours.meta["adql"], ours.meta["overflow"]) == (theirs.meta["adql"], theirs.meta["overflow"])


def test_facets_and_tables_are_the_same(remote: Any, embedded: Observatory) -> None:
    ours, theirs = (one.archive.facets(Search.of(), ["dp_cat", "instrument"]) for one in (embedded, remote))
    assert {name: sorted(counts) for name, counts in ours.items()} == {
        name: sorted(counts) for name, counts in theirs.items()
    }
    raw, elsewhere = embedded.archive.table["dbo.raw"], remote.archive.table["DBO.RAW"]
    assert [(one.name, one.unit, one.ucd) for one in raw.columns] == [
        (one.name, one.unit, one.ucd) for one in elsewhere.columns
    ]
    assert set(embedded.archive.table) == set(remote.archive.table)


def test_uploads(remote: Any, embedded: Observatory) -> None:
    mine = Table({"name": ["a", "b"], "ra": [98.61, 10.0], "dec": [-31.22, 10.0]})
    adql = (
        "SELECT u.name, COUNT(*) AS n FROM tap_upload.mine AS u JOIN dbo.raw AS r "
        "ON 1 = CONTAINS(POINT(r.ra, r.dec), CIRCLE(u.ra, u.dec, 0.001)) GROUP BY u.name"
    )
    for one in (embedded, remote):
        found = one.archive.query(adql, uploads={"mine": mine})
        assert [(str(row["name"]), int(row["n"])) for row in found] == [("a", 1)]


def test_errors_are_those_of_the_embedded_archive(remote: Any, embedded: Observatory) -> None:
    for one in (embedded, remote):
        with pytest.raises(UsageError, match="objekt"):
            one.archive.query("SELECT objekt FROM dbo.raw")


def test_files_come_out_for_those_who_may_have_them(remote: Any, embedded: Observatory, tmp_path: Path) -> None:
    path = remote.archive.get(CALIBRATION, tmp_path / "theirs")
    assert path.read_bytes() == embedded.archive.get(CALIBRATION, tmp_path / "ours").read_bytes()
    assert embedded.archive.get(SCIENCE, tmp_path / "ours").is_file(), "the owner sees everything"
    with pytest.raises(AccessError):
        remote.archive.get(SCIENCE, tmp_path / "theirs")
    with pytest.raises(NotFoundError):
        remote.archive.get("EFOSC.1999-01-01T00:00:00.000", tmp_path / "theirs")
    assert [one.name for one in (tmp_path / "theirs").iterdir()] == [path.name]


def test_a_wrong_password_is_refused(remote: Any) -> None:
    with pytest.raises(AccessError):
        dfs.connect(remote.services.name, user="nobody", password="wrong")  # noqa: S106 - it is wrong
