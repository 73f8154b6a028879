"""An observatory with nothing in it answers every question: with no rows."""

from __future__ import annotations

from pathlib import Path

import dfs


def test_every_table_of_an_empty_observatory_answers(tmp_path: Path) -> None:
    with dfs.open(tmp_path / "obs") as observatory:
        query = observatory.archive.query
        listed = query("SELECT table_name FROM TAP_SCHEMA.tables WHERE NOT table_name LIKE 'TAP_SCHEMA%'")
        names = [str(name) for name in listed["table_name"]]
        assert "ivoa.ObsCore" in names
        assert [name for name in names if len(query(f"SELECT * FROM {name}"))] == []
        assert {query(f"SELECT COUNT(*) AS n FROM {name}")["n"][0] for name in names} == {0}
        cone = "CONTAINS(POINT('', s_ra, s_dec), CIRCLE('', 1, 2, 3)) = 1"
        assert len(query(f"SELECT * FROM ivoa.ObsCore WHERE {cone} ORDER BY s_ra")) == 0
        region = "INTERSECTS(a.s_region, CIRCLE('', 1, 2, 3)) = 1"
        assert len(query(f"SELECT a.* FROM ivoa.ObsCore AS a, dbo.raw AS b WHERE {region}")) == 0
        assert len(query("SELECT instrument_name, COUNT(*) AS n FROM ivoa.ObsCore GROUP BY instrument_name")) == 0


def test_tables_without_rows_cost_no_files(tmp_path: Path) -> None:
    with dfs.open(tmp_path / "obs") as observatory:
        observatory.archive.query("SELECT COUNT(*) AS n FROM ivoa.ObsCore")
        manifest = observatory.index.snapshot().generation.manifest
    assert manifest.tables == {}
