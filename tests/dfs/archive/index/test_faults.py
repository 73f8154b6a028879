"""An index when something else goes wrong at the same moment: a source, a thread, the disk, a builder that died."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from dfs.archive.index.manifest import current
from dfs.errors import ServiceError
from dfs.model.schema import ColumnSchema, TableSchema


def place(name: str, ra: float = 10.0, **more: Any) -> dict[str, Any]:
    return {"name": name, "ra": ra, "dec": -30.0, **more}


def names(index: Any, table: str = "sky.places") -> list[str]:
    rows = index.snapshot().tables[table].rows()
    return sorted(name for batch in rows for name in batch.column("name").to_pylist())


def test_a_file_whose_rows_could_not_be_made_at_first_leaves_none_behind(truth):
    truth.put(place("a"))
    with truth.index() as index:
        index.snapshot()
        truth.put(place("b", grade=1))
        assert names(index, "sky.notes") == ["b"]
        truth.put(place("b", grade=2))  # no note on it any more
        original = truth.source.rows

        def broken(*_: Any) -> Iterator[Any]:
            raise ServiceError("the disk is away for a moment")
            yield

        truth.source.rows = broken
        with pytest.raises(ServiceError):
            index.snapshot()
        truth.source.rows = original
        assert names(index, "sky.notes") == []


def test_a_young_table_changes_the_type_of_a_column(truth):
    truth.put(place("a"))
    with truth.index() as index:
        index.snapshot()
        young = TableSchema(
            "sky.young",
            "Came after the generation",
            (ColumnSchema("name", "char", "Name", arraysize="*"), ColumnSchema("flux", "int", "Flux")),
        )
        truth.source.declared.append(young)
        truth.put(place("b", flux=3))
        assert names(index, "sky.young") == ["b"]
        truth.source.declared[-1] = replace(young, columns=(young.columns[0], ColumnSchema("flux", "double", "Flux")))
        truth.put(place("c", flux=4.5))
        rows = pa.Table.from_batches(list(index.snapshot().tables["sky.young"].rows())).to_pylist()
        assert {row["name"]: row["flux"] for row in rows} == {"a": None, "b": 3.0, "c": 4.5}


@contextmanager
def _files_of_at_most(count: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("count", [4_000, 300_000])
def test_a_disk_that_takes_no_more_is_told_in_a_line_and_leaves_the_generation(truth, count):
    truth.put(*(place(f"a{number}", ra=number % 360) for number in range(300)))
    with truth.index() as index:
        index.snapshot()
        before = current(truth.folder)
        with _files_of_at_most(count), pytest.raises(ServiceError) as caught:
            index.rebuild()
        assert "\n" not in caught.value.line()
        assert current(truth.folder) == before
        assert [one.name for one in truth.folder.glob("g*-*")] == [before.generation]


def test_a_folder_that_a_dying_builder_left_is_removed(truth):
    truth.put(place("a"))
    with truth.index() as index:
        index.rebuild()
        half = truth.folder / "g000000000-dead0000"  # it died while it removed it: the lock went first
        half.mkdir()
        (half / "tables.duckdb").write_bytes(b"x")
        index.rebuild()
        assert not half.exists()


def test_a_build_behind_the_scenes_that_fails_is_logged_and_stops_nobody(truth, caplog, monkeypatch):
    monkeypatch.setattr("dfs.archive.index.index._FEW_FILES", 5)
    truth.put(*(place(f"a{number}") for number in range(100)))
    with truth.index(behind=True) as index:
        index.snapshot()

        def full(*_: Any) -> None:
            raise ServiceError("the disk is full")

        index.rebuild = full
        truth.put(*(place(f"b{number}") for number in range(10)))
        assert len(names(index)) == 110
        index.close()
    assert "the disk is full" in caplog.text
