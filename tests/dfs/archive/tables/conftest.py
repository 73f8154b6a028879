"""Headers as batches of truth, and an archive of real files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dfs.archive.tables import ArchiveTables
from dfs.archive.tables.truth import Truth
from dfs.clock import FixedClock
from dfs.observatory import Observatory

ARCHIVED = "2022-02-01T00:00:00.000"


def file_row(dp_id: str, header: Mapping[str, Any], **columns: Any) -> dict[str, Any]:
    """Return what the truth tells of a file beside its header."""
    return {
        "dp_id": dp_id,
        "version": 1,
        "path": f"2022-01-27/{dp_id}.fits",
        "bytes": 2_130_000,
        "sha256": "0" * 64,
        "category": None,
        "kind": "raw",
        "instrument": None,
        "mjd_obs": None,
        "target": None,
        "programme": header.get("ESO OBS PROG ID"),
        "exposure_s": None,
        "archived": ARCHIVED,
        "release_date": ARCHIVED,
        "metadata_protected": False,
        "programme_title": None,
        "programme_pi_coi": None,
        "programme_type": None,
        **columns,
    }


def truth_of(*headers: Mapping[str, Any], **columns: Any) -> Truth:
    rows = [file_row(f"TEST.{number:04d}", header, **columns) for number, header in enumerate(headers)]
    return Truth(rows, headers)


def tables_of(observatory: Observatory, dp_ids: list[str] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table as dictionaries."""
    source = ArchiveTables(observatory.files)
    found: dict[str, list[dict[str, Any]]] = {}
    with observatory.database.read() as connection:
        shapes = {table.name: table for table in source.tables(connection)}
        for name, batch in source.rows(connection, dp_ids):
            assert batch.num_rows
            _check(batch, [column.name for column in shapes[name].columns])
            found.setdefault(name, []).extend(batch.to_pylist())
    return found


def _check(batch: pa.RecordBatch, columns: list[str]) -> None:
    assert batch.schema.names == [*columns, "_file", "_protected_by", "_protected_until"]
    batch.validate(full=True)


@pytest.fixture
def observatory(tmp_path: Path) -> Iterator[Observatory]:
    clock = FixedClock(datetime.fromisoformat("2022-02-01T00:00:00+00:00"))
    with Observatory.open(tmp_path / "observatory", clock=clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def real_archive(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """Eleven raw frames of EFOSC2, one of ISAAC, one product of ESO's: a spectrum of XSHOOTER."""
    clock = FixedClock(datetime.fromisoformat("2022-02-01T00:00:00+00:00"))
    with Observatory.open(tmp_path_factory.mktemp("real") / "observatory", clock=clock) as opened:
        for path in sorted(test_data.glob("raw/*/*.fits.gz")):
            opened.archive.ingest(path)
        opened.archive.ingest(test_data / "products/ADP/XShooter_XQ100.fits.gz", kind="product")
        yield opened


@pytest.fixture(scope="session")
def real_rows(real_archive: Observatory) -> dict[str, list[dict[str, Any]]]:
    return tables_of(real_archive)


@pytest.fixture
def write_fits(tmp_path: Path) -> Callable[..., Path]:
    """Write a FITS file of given cards and extensions."""
    from astropy.io import fits

    def write(name: str, cards: Mapping[str, Any], data: Any = None, *extensions: Any) -> Path:
        primary = fits.PrimaryHDU(data)
        for keyword, value in cards.items():
            primary.header[f"HIERARCH {keyword}" if len(keyword) > 8 else keyword] = value
        path = tmp_path / name
        fits.HDUList([primary, *extensions]).writeto(path)
        return path

    return write
