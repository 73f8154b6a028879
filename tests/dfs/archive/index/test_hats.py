"""The export as HATS is read by the `hats` package, and holds the rows that may leave."""

from __future__ import annotations

import hats
import numpy as np
import pyarrow.parquet as pq
import pytest
from hats.io.validation import is_valid_catalog

from dfs.access.rows import RowRule
from dfs.archive.index import hats as export
from dfs.archive.index.hats import export_hats
from dfs.errors import ConflictError, NotFoundError, UsageError

EVERYTHING = RowRule("2025-01-01T00:00:00.000", everything=True)


def sky(count: int) -> list[dict[str, object]]:
    rng = np.random.default_rng(3)
    return [
        {
            "name": f"a{number}",
            "ra": float(rng.normal(40, 3) % 360),
            "dec": float(rng.normal(-20, 3)),
            "mjd": 59000.0,
            "instrument": "UVES",
            "grade": 1,
            "flux": 1.0,
            **({"programme": "EFOSC2/P1", "until": "2030-01-01T00:00:00.000"} if number % 10 == 0 else {}),
        }
        for number in range(count)
    ]


def test_hats_reads_what_was_exported(truth, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "_MOST_ROWS", 60)
    truth.put(*sky(300))
    with truth.index() as index:
        index.snapshot()
        truth.put({**sky(1)[0], "name": "late"}, {**sky(1)[0], "name": "a5"}, {"name": "nowhere", "grade": 2})
        snapshot = index.snapshot()
        done = export_hats(snapshot, "SKY.places", tmp_path / "hats", rule=EVERYTHING)
    assert (done.rows, done.without_position) == (301, 1)
    assert is_valid_catalog(tmp_path / "hats", strict=True)
    catalog = hats.read_hats(tmp_path / "hats")
    assert catalog.catalog_info.total_rows == 301
    assert len(catalog.get_healpix_pixels()) == done.tiles > 5
    read = pq.read_table(tmp_path / "hats" / "dataset")
    expected = [
        row for batch in snapshot.tables["sky.places"].rows() for row in batch.to_pylist() if row["ra"] is not None
    ]
    assert sorted(read.column("name").to_pylist()) == sorted(row["name"] for row in expected)
    assert sum(read.column("dec").to_pylist()) == pytest.approx(sum(row["dec"] for row in expected), abs=1e-9)
    assert not any(name.startswith("_protected") for name in read.column_names)
    for file in (tmp_path / "hats" / "dataset").rglob("Npix=*.parquet"):
        pixels = pq.read_table(file).column("_healpix_29").to_numpy()
        assert np.all(np.diff(pixels) >= 0)


def test_rows_without_a_place_are_counted_as_they_are_now_and_as_far_as_one_may_know(truth, tmp_path):
    hidden = {"programme": "EFOSC2/P1", "until": "2030-01-01T00:00:00.000"}
    truth.put(*sky(20), *({"name": f"n{number}", "grade": 1} for number in range(3)), {"name": "n3", **hidden})
    with truth.index() as index:
        index.snapshot()
        truth.put({**sky(1)[0], "name": "n0"}, {"name": "n1", "grade": 2})
        snapshot = index.snapshot()
        assert export_hats(snapshot, "sky.places", tmp_path / "all", rule=EVERYTHING).without_position == 3
        public = RowRule("2025-01-01T00:00:00.000")
        assert export_hats(snapshot, "sky.places", tmp_path / "public", rule=public).without_position == 2


def test_protected_rows_do_not_leave(truth, tmp_path):
    truth.put(*sky(50))
    with truth.index() as index:
        public = export_hats(
            index.snapshot(), "sky.places", tmp_path / "public", rule=RowRule("2025-01-01T00:00:00.000")
        )
        mine = RowRule("2025-01-01T00:00:00.000", frozenset({"EFOSC2/P1"}))
        assert public.rows == 45
        assert export_hats(index.snapshot(), "sky.places", tmp_path / "mine", rule=mine).rows == 50


def test_what_cannot_be_exported_is_told(truth, tmp_path):
    truth.put(*sky(3))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with truth.index() as index:
        with pytest.raises(NotFoundError, match="no table"):
            export_hats(index.snapshot(), "sky.nothing", tmp_path / "a", rule=EVERYTHING)
        with pytest.raises(UsageError, match="no positions"):
            export_hats(index.snapshot(), "sky.notes", tmp_path / "a", rule=EVERYTHING)
        with pytest.raises(ConflictError, match="not empty"):
            export_hats(index.snapshot(), "sky.places", tmp_path / "full", rule=EVERYTHING)
