"""Quality parameters as tables: one for each instrument and kind of product."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from astropy.io.votable.ucd import parse_ucd
from sqlalchemy import insert, update

from dfs.observatory import Observatory
from dfs.qc import QcRow
from dfs.qc.tables import QcTables
from dfs.store.tables import files, restrictions


@pytest.fixture
def observatory(tmp_path: Path) -> Iterator[Observatory]:
    with Observatory.open(tmp_path / "observatory") as opened:
        yield opened


def product(observatory: Observatory, name: str, category: str = "MASTER_BIAS") -> str:
    row: dict[str, Any] = dict.fromkeys(("mjd_obs", "target", "exposure_s"))
    row |= {
        "dp_id": name,
        "version": 1,
        "path": name,
        "bytes": 1,
        "sha256": "0" * 64,
        "content_sha256": "0" * 64,
        "datasum": [],
    }
    row |= {
        "category": category,
        "kind": "product",
        "instrument": "EFOSC2",
        "programme": "108.22F6.001",
        "state": "online",
    }
    row |= {
        "archived": "2022-02-01T00:00:00.000",
        "release_date": "2022-02-01T00:00:00.000",
        "metadata_protected": False,
    }
    with observatory.database.write() as connection:
        connection.execute(insert(files).values(**row))
    return name


def value(
    name: str, parameter: str, number: float | None, *, detector: str = "ccd40", unit: str = "adu", **setup: Any
) -> QcRow:
    return QcRow(
        "EFOSC2", "2022-01-26", 59605.5, setup or {"binning": "2x2"}, detector, parameter, number, 0.5, unit, "median", None, None, None, name
    )  # fmt: skip


def rows(observatory: Observatory, dp_ids: list[str] | None = None) -> dict[str, list[dict[str, Any]]]:
    source = QcTables()
    found: dict[str, list[dict[str, Any]]] = {}
    with observatory.database.read() as connection:
        shapes = {table.name: table for table in source.tables(connection)}
        for name, batch in source.rows(connection, dp_ids):
            names = [column.name for column in shapes[name].columns]
            assert batch.schema.names == [*names, "_file", "_protected_by", "_protected_until"]
            found[name] = batch.to_pylist()
    return found


def test_a_row_is_a_product_and_a_column_a_parameter(observatory: Observatory) -> None:
    bias, flat = (
        product(observatory, "A_MASTER_BIAS_v1"),
        product(observatory, "B_MASTER_FLAT_LSS_v1", "MASTER_FLAT_LSS"),
    )
    observatory.qc.record(
        [value(bias, "ron_adu", 7.5), value(bias, "bias_level_adu", 221.0), value(flat, "flat_level_adu", None)]
    )
    found = rows(observatory)
    assert found.keys() == {"qc1.efosc2_bias", "qc1.efosc2_flat_lss"}
    (row,) = found["qc1.efosc2_bias"]
    wanted = {
        "dp_id": bias,
        "civil_date": "2022-01-26",
        "mjd_obs": 59605.5,
        "det_chip": "ccd40",
        "prog_id": "108.22F6.001",
    }
    wanted |= {"setup_binning": "2x2", "ron_adu": 7.5, "ron_adu_err": 0.5, "bias_level_adu": 221.0, "_file": bias}
    assert {name: row[name] for name in wanted} == wanted
    assert found["qc1.efosc2_flat_lss"][0]["flat_level_adu"] is None


def test_detectors_and_setups_have_rows_of_their_own(observatory: Observatory) -> None:
    first, second = product(observatory, "A_MASTER_BIAS_v1"), product(observatory, "B_MASTER_BIAS_v1")
    observatory.qc.record([value(first, "ron_adu", 1.0), value(first, "ron_adu", 2.0, detector="ccd41")])
    observatory.qc.record([value(second, "gain", 3.0, unit="electron / adu", grism="Gr#3")])
    found = rows(observatory)["qc1.efosc2_bias"]
    assert [(row["dp_id"], row["det_chip"], row["ron_adu"], row["gain"]) for row in found] == [
        (first, "ccd40", 1.0, None),
        (first, "ccd41", 2.0, None),
        (second, "ccd40", None, 3.0),
    ]
    assert [row["setup_grism"] for row in found] == [None, None, "Gr#3"]
    assert [row["dp_id"] for row in rows(observatory, [second])["qc1.efosc2_bias"]] == [second]


def test_columns_tell_what_they_are(observatory: Observatory) -> None:
    name = product(observatory, "A_MASTER_BIAS_v1")
    observatory.qc.record(
        [
            value(name, "ron_adu", 1.0),
            value(name, "gain", 3.0, unit="electron / adu"),
            value(name, "x_percent", 1.0, unit="%"),
        ]
    )
    with observatory.database.read() as connection:
        (table,) = QcTables().tables(connection)
    told = {column.name: (column.unit, column.description) for column in table.columns}
    assert told["ron_adu"] == ("adu", "Read-out noise of one pixel")
    assert told["gain"][0] == "electron/adu"
    assert told["x_percent"][0] == ""
    for column in table.columns:
        parse_ucd(column.ucd, check_controlled_vocabulary=True)
        assert column.description


def test_protected_and_quarantined_products(observatory: Observatory) -> None:
    hidden, damaged = product(observatory, "A_MASTER_BIAS_v1"), product(observatory, "B_MASTER_BIAS_v1")
    observatory.qc.record([value(hidden, "ron_adu", 1.0), value(damaged, "ron_adu", 2.0)])
    with observatory.database.write() as connection:
        connection.execute(update(files).where(files.c.dp_id == damaged).values(state="quarantined"))
        connection.execute(update(files).where(files.c.dp_id == hidden).values(metadata_protected=True))
        connection.execute(
            insert(restrictions).values(dp_id=hidden, programme="108.22F6.001", release_date="2099-01-01T00:00:00.000")
        )
    (row,) = rows(observatory)["qc1.efosc2_bias"]
    assert (row["_protected_by"], row["_protected_until"]) == ("EFOSC2/108.22F6.001", "2099-01-01T00:00:00.000")


def test_without_values_there_are_no_tables(observatory: Observatory) -> None:
    assert rows(observatory) == {}
