"""The index shows every committed row, hides what was replaced, and can be built anew at any time."""

from __future__ import annotations

import json
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from dfs.archive.index.manifest import current
from dfs.errors import DataError
from dfs.model.schema import ColumnSchema

if TYPE_CHECKING:
    from dfs.archive.index import Snapshot


def place(name: str, ra: float = 10.0, **more: Any) -> dict[str, Any]:
    return {"name": name, "ra": ra, "dec": -5.0, "mjd": 59000.0, "instrument": "EFOSC2", "grade": 1, **more}


def names(snapshot: Snapshot, table: str = "sky.places") -> list[str]:
    return sorted(row["name"] for batch in snapshot.tables[table].rows() for row in batch.to_pylist())


def test_a_committed_row_is_in_the_next_snapshot(truth):
    truth.put(place("a"), place("b", grade=2))
    with truth.index() as index:
        assert names(index.snapshot()) == ["a", "b"]
        for number in range(5):
            truth.put(place(f"c{number}"))
            assert f"c{number}" in names(index.snapshot())
        assert names(index.snapshot(), "sky.notes") == ["a", "c0", "c1", "c2", "c3", "c4"]


def test_a_snapshot_keeps_its_state(truth):
    truth.put(place("a"))
    with truth.index() as index:
        before = index.snapshot()
        truth.put(place("b"), place("a", ra=20.0))
        assert [row["ra"] for batch in before.tables["sky.places"].rows() for row in batch.to_pylist()] == [10.0]
        assert names(index.snapshot()) == ["a", "b"]


def test_nothing_is_made_when_nothing_changed(truth):
    truth.put(place("a"))
    with truth.index() as index:
        first = index.snapshot()
        asked = len(truth.source.asked)
        assert all(index.snapshot() is first for _ in range(10))
        assert len(truth.source.asked) == asked


def test_only_changed_files_are_made_anew(truth):
    truth.put(*(place(f"a{number}") for number in range(20)))
    with truth.index() as index:
        index.snapshot()
        truth.put(place("a3", ra=30.0), place("z"))
        index.snapshot()
        assert truth.source.asked[-1] == ["a3", "z"]


def test_a_file_that_was_removed_leaves_no_row(truth):
    truth.put(place("a"), place("b"))
    with truth.index() as index:
        index.snapshot()
        truth.remove("a")
        assert names(index.snapshot()) == ["b"]
        assert names(index.snapshot(), "sky.notes") == ["b"]


def test_a_change_of_a_programme_concerns_all_its_files(truth):
    truth.put(
        *(place(f"a{number}", programme="P1", until="2030-01-01T00:00:00.000") for number in range(3)), place("b")
    )
    with truth.index() as index:
        index.snapshot()
        truth.rename_programme("P1", "2020-01-01T00:00:00.000")
        rows = [row for batch in index.snapshot().tables["sky.places"].rows() for row in batch.to_pylist()]
        assert {row["_protected_until"] for row in rows} == {None, "2020-01-01T00:00:00.000"}
        assert len(rows) == 4


def test_rebuilding_gives_the_identical_tables(truth):
    truth.put(*(place(f"a{number}", ra=number * 17.0 % 360) for number in range(30)))
    with truth.index() as index:
        index.snapshot()
        truth.put(place("a3", ra=200.0), place("z"), place("null", ra=None, s_region="CIRCLE ICRS 5 5 1"))
        truth.remove("a7")
        changed = index.snapshot()
        assert changed.tables["sky.places"].delta is not None
        before = changed.fingerprint()
        manifest = index.rebuild()
        built = index.snapshot()
        assert built.generation.manifest.generation == manifest.generation
        assert built.tables["sky.places"].delta is None
        assert built.fingerprint() == before
    shutil.rmtree(truth.folder)
    with truth.index() as index:
        assert index.snapshot().fingerprint() == before


def test_the_fingerprint_tells_of_one_value(truth):
    truth.put(place("a"), place("b"))
    with truth.index() as index:
        before = index.snapshot().fingerprint()
        truth.put(place("b", flux=1.0))
        after = index.snapshot().fingerprint()
        assert after["sky.places"] != before["sky.places"]
        assert after["sky.notes"] == before["sky.notes"]


def test_another_process_sees_a_new_generation_and_the_old_one_goes_with_its_last_reader(truth):
    truth.put(place("a"))
    with truth.index() as one, truth.index() as other:
        old = one.snapshot().generation.folder
        other.snapshot()
        other.rebuild()
        assert old.is_dir()  # `one` reads it
        assert names(one.snapshot()) == ["a"]
        assert one.snapshot().generation.folder != old
    with truth.index() as index:
        index.rebuild()
        assert len(list(truth.folder.glob("g*-*"))) == 1


def test_two_builders_at_once_leave_one_whole_generation(truth):
    truth.put(*(place(f"a{number}") for number in range(10)))
    indices = [truth.index() for _ in range(3)]
    threads = [threading.Thread(target=index.rebuild) for index in indices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index in indices:
        assert len(names(index.snapshot())) == 10
        index.close()


def test_many_changes_build_anew_at_once(truth):
    truth.put(place("a"))
    with truth.index() as index:
        first = index.snapshot().generation.manifest.generation
        truth.put(*(place(f"b{number}") for number in range(600)))
        snapshot = index.snapshot()
        assert snapshot.generation.manifest.generation != first
        assert len(names(snapshot)) == 601


def test_a_server_builds_behind_the_scenes(truth):
    truth.put(*(place(f"a{number}") for number in range(3000)))
    with truth.index(behind=True) as index:
        first = index.snapshot().generation.manifest.generation
        truth.put(*(place(f"b{number}") for number in range(550)))
        snapshot = index.snapshot()
        assert snapshot.generation.manifest.generation == first
        assert len(names(snapshot)) == 3550
        index.close()
        assert current(truth.folder).generation != first


def test_a_damaged_manifest_is_told_and_the_index_built_anew(truth, caplog):
    truth.put(place("a"))
    with truth.index() as index:
        index.snapshot()
    (truth.folder / "manifest.json").write_text('{"format": 1, "tables": [}')
    with truth.index() as index:
        assert names(index.snapshot()) == ["a"]
    assert "manifest is damaged" in caplog.text


def test_no_digit_of_the_manifest_changes_unnoticed(truth, caplog):
    truth.put(place("a"), place("b"))
    with truth.index() as index:
        index.snapshot()
    manifest = truth.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"watermark": ', '"watermark": 9'))
    truth.put(place("c"))
    with truth.index() as index:
        assert names(index.snapshot()) == ["a", "b", "c"]
    assert "manifest is damaged" in caplog.text


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [_flip, Path.unlink, lambda path: os.truncate(path, 10)], ids=["bit", "gone", "cut"])
def test_a_damaged_file_of_the_index_is_noticed_before_a_row_is_read(truth, harm, caplog):
    truth.put(*(place(f"a{number}") for number in range(20)))
    with truth.index() as index:
        index.snapshot()
        files = list(current(truth.folder).files)
    for name in files:
        damaged = current(truth.folder).generation
        harm(truth.folder / damaged / name) if name in current(truth.folder).files else None
        with truth.index() as index:
            assert len(names(index.snapshot())) == 20
            assert index.check() == []
        assert current(truth.folder).generation != damaged
    assert "the index is damaged" in caplog.text


def test_a_check_finds_what_was_damaged_since(truth):
    truth.put(place("a"))
    with truth.index() as index:
        before = index.snapshot()
        _flip(truth.folder / before.generation.manifest.generation / "t000" / "rows.arrow")
        assert index.check() == ["t000/rows.arrow"]
        after = index.snapshot()
        assert after.generation.manifest.generation != before.generation.manifest.generation
        assert names(after) == ["a"]


def test_a_removed_generation_is_built_anew(truth):
    truth.put(place("a"))
    with truth.index() as index:
        shutil.rmtree(truth.folder / index.snapshot().generation.manifest.generation)
    with truth.index() as index:
        assert names(index.snapshot()) == ["a"]
        shutil.rmtree(truth.folder)
        assert names(index.snapshot()) == ["a"]


def test_an_index_of_another_format_is_built_anew(truth):
    truth.put(place("a"))
    with truth.index() as index:
        index.snapshot()
    manifest = truth.folder / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 0}))
    with truth.index() as index:
        assert names(index.snapshot()) == ["a"]


def test_a_small_table_gets_a_column_without_building_anew(truth):
    truth.put(place("a"), place("b"))
    with truth.index() as index:
        first = index.snapshot().generation.manifest.generation
        grown = replace(
            truth.source.declared[0], columns=(*truth.source.declared[0].columns, ColumnSchema("extra", "int", "New"))
        )
        truth.source.declared[0] = grown
        truth.put(place("b", extra=5), place("c", extra=6))
        snapshot = index.snapshot()
        assert snapshot.generation.manifest.generation == first
        rows = pa.Table.from_batches(list(snapshot.tables["sky.places"].rows())).sort_by("name").to_pylist()
        assert [(row["name"], row["extra"]) for row in rows] == [("a", None), ("b", 5), ("c", 6)]
        truth.put(place("a", extra=4))
        rows = pa.Table.from_batches(list(index.snapshot().tables["sky.places"].rows())).sort_by("name").to_pylist()
        assert [row["extra"] for row in rows] == [4, 5, 6]


def test_a_column_of_another_type_builds_anew(truth):
    truth.put(place("a"))
    with truth.index() as index:
        first = index.snapshot().generation.manifest.generation
        columns = tuple(
            replace(one, datatype="double") if one.name == "flux" else one for one in truth.source.declared[0].columns
        )
        truth.source.declared[0] = replace(truth.source.declared[0], columns=columns)
        truth.put(place("b", flux=1.5))
        snapshot = index.snapshot()
        assert snapshot.generation.manifest.generation != first
        assert names(snapshot) == ["a", "b"]


def test_a_source_that_breaks_its_declaration_is_told_and_leaves_the_generation(truth):
    truth.put(place("a"))
    with truth.index() as index:
        before = index.snapshot().generation.manifest.generation
        truth.put(place("b"))
        original = truth.source.rows
        truth.source.rows = lambda *_: iter([("sky.Places", pa.record_batch({"name": ["b"]}))])
        with pytest.raises(DataError, match="lacks column"):
            index.rebuild()
        assert current(truth.folder).generation == before
        assert [one.name for one in truth.folder.glob("g*-*")] == [before]
        truth.source.rows = original
        assert names(index.snapshot()) == ["a", "b"]


def test_many_threads_share_an_index(truth):
    truth.put(place("a"))
    found: list[int] = []
    with truth.index() as index:

        def look() -> None:
            found.extend(len(names(index.snapshot())) for _ in range(30))

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(10):
            truth.put(place(f"b{number}"))
            assert len(names(index.snapshot())) == number + 2
        for thread in threads:
            thread.join()
    assert len(found) == 120
    assert set(found) <= set(range(1, 12))
