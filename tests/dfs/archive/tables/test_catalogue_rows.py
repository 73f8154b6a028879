"""Catalogues: a table for each archived file, columns as its header says, rows as the file has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from dfs.archive.tables import ArchiveTables
from dfs.archive.tables.catalogue_columns import catalogue_columns
from dfs.model.schema import SkyColumns, TableSchema
from dfs.observatory import Observatory

from .conftest import tables_of


def table(count: int = 4, **cards: Any) -> fits.BinTableHDU:
    columns = [
        fits.Column("ID", "J", array=np.arange(count)),
        fits.Column("RAJ2000", "D", unit="deg", array=np.linspace(10, 11, count)),
        fits.Column("DEJ2000", "D", unit="deg", array=np.linspace(-5, -4, count)),
        fits.Column("MAG", "E", unit="mag", array=np.array([np.nan, *np.arange(1.0, count)], np.float32)),
        fits.Column("NIGHTS", "I", null=-99, array=np.array([-99, *range(1, count)], np.int16)),
        fits.Column("NAME", "10A", array=np.array(["", *(f"star {number}" for number in range(1, count))])),
        fits.Column("IS_STAR", "L", array=np.arange(count) % 2 == 0),
        fits.Column("SPECTRUM", "5E", array=np.zeros((count, 5), np.float32)),
    ]
    hdu = fits.BinTableHDU.from_columns(columns, name="PHASE3CATALOG")
    hdu.header.update({"TUCD1": "meta.id;meta.main", "TUCD2": "pos.eq.ra;meta.main", "TUCD3": "pos.eq.dec;meta.main"})
    hdu.header.update({"TCOMM4": "Magnitude in V", **cards})
    return hdu


CARDS = {
    "PRODCATG": "SCIENCE.CATALOG",
    "INSTRUME": "VIMOS",
    "TELESCOP": "ESO-VLT-U3",
    "PROG_ID": "182.A-0886(A)",
    "TITLE": "My Survey",
}


def schemas(observatory: Observatory) -> dict[str, TableSchema]:
    source = ArchiveTables(observatory.files)
    with observatory.database.read() as connection:
        return {one.name: one for one in source.tables(connection) if one.name.startswith("safcat.")}


def test_a_catalogue_becomes_a_table(observatory: Observatory, write_fits: Callable[..., Path]) -> None:
    archived = observatory.archive.ingest(write_fits("cat.fits", CARDS, None, table()), kind="product")
    (schema,) = schemas(observatory).values()
    assert schema.name == "safcat.My_Survey_V1"
    assert schema.sky == SkyColumns("RAJ2000", "DEJ2000")
    assert [(one.name, one.datatype, one.unit) for one in schema.columns] == [
        ("ID", "int", ""),
        ("RAJ2000", "double", "deg"),
        ("DEJ2000", "double", "deg"),
        ("MAG", "float", "mag"),
        ("NIGHTS", "short", ""),
        ("NAME", "char", ""),
        ("IS_STAR", "boolean", ""),
    ]
    assert schema.columns[0].ucd == "meta.id;meta.main"
    assert schema.columns[3].description == "Magnitude in V"
    told = {
        name: schema.extra[name]
        for name in ("cat_id", "title", "version", "number_rows", "number_columns", "document_id")
    }
    assert told == {
        "cat_id": 1,
        "title": "My Survey",
        "version": 1,
        "number_rows": 4,
        "number_columns": 7,
        "document_id": archived.dp_id,
    }
    rows = tables_of(observatory)["safcat.My_Survey_V1"]
    assert [row["ID"] for row in rows] == [0, 1, 2, 3]
    assert (rows[0]["MAG"], rows[0]["NIGHTS"], rows[0]["NAME"], rows[0]["IS_STAR"]) == (None, None, None, True)
    assert (rows[1]["MAG"], rows[1]["NIGHTS"], rows[1]["NAME"], rows[1]["IS_STAR"]) == (1.0, 1, "star 1", False)
    assert {row["_file"] for row in rows} == {archived.dp_id}


def test_what_is_told_of_catalogues_is_there_without_any(
    observatory: Observatory, write_fits: Callable[..., Path]
) -> None:
    source = ArchiveTables(observatory.files)
    with observatory.database.read() as connection:
        told = set().union(*(one.extra for one in source.tables(connection)))
    observatory.archive.ingest(write_fits("cat.fits", CARDS, None, table()), kind="product")
    (schema,) = schemas(observatory).values()
    assert told == set(schema.extra) >= {"cat_id", "title", "version"}


def test_a_catalogue_is_a_product_of_obscore(observatory: Observatory, write_fits: Callable[..., Path]) -> None:
    observatory.archive.ingest(write_fits("cat.fits", CARDS, None, table()), kind="product")
    (row,) = tables_of(observatory)["ivoa.ObsCore"]
    assert (row["dataproduct_type"], row["dataproduct_subtype"], row["calib_level"]) == ("measurements", "catalog", 4)


def test_a_second_file_of_a_title_is_its_second_version(
    observatory: Observatory, write_fits: Callable[..., Path]
) -> None:
    for name, count in (("first.fits", 4), ("second.fits", 6)):
        observatory.archive.ingest(write_fits(name, CARDS, None, table(count)), kind="product")
    found = schemas(observatory)
    assert [(name, one.extra["cat_id"], one.extra["version"]) for name, one in found.items()] == [
        ("safcat.My_Survey_V1", 1, 1),
        ("safcat.My_Survey_V2", 2, 2),
    ]
    rows = tables_of(observatory)
    assert (len(rows["safcat.My_Survey_V1"]), len(rows["safcat.My_Survey_V2"])) == (4, 6)


def test_any_table_may_be_archived_as_a_catalogue(observatory: Observatory, write_fits: Callable[..., Path]) -> None:
    cards = {"INSTRUME": "EFOSC", "OBJECT": "Field", "PRODCATG": "SCIENCE.SRCTBL", "ESO PRO CATG": "SOURCE_TABLE"}
    hdu = table()
    hdu.name = "SOURCES"
    path = write_fits("sources.fits", cards, None, hdu)
    archived = observatory.archive.ingest(path, kind="product", category="CATALOG")
    assert archived.category == "CATALOG"
    assert list(schemas(observatory)) == ["safcat.Field_SOURCES_V1"]


def test_a_lost_catalogue_has_no_rows(
    observatory: Observatory, write_fits: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    archived = observatory.archive.ingest(write_fits("cat.fits", CARDS, None, table()), kind="product")
    archived.path.unlink()
    assert "safcat.My_Survey_V1" not in tables_of(observatory)
    assert "has no rows" in caplog.text


def test_columns_have_names_that_queries_can_write() -> None:
    header = {"TFIELDS": 5, "TFORM1": "E", "TTYPE1": "flux (Jy)", "TFORM2": "E", "TTYPE2": "flux__Jy_", "TFORM3": "J"}
    header |= {"TTYPE3": "2mass", "TFORM4": "1D", "TFORM5": "PE(100)", "TTYPE5": "history", "TUNIT4": "degrees"}
    names = [one.schema.name for one in catalogue_columns(header)]
    assert names == ["flux_Jy", "flux__Jy", "c_2mass", "col4"]
    assert catalogue_columns(header)[3].schema.unit == "deg"


def test_scaled_integers_are_numbers_with_a_point(observatory: Observatory, write_fits: Callable[..., Path]) -> None:
    path = write_fits(
        "cat.fits", CARDS, None, fits.BinTableHDU.from_columns([fits.Column("V", "I", array=np.array([0, 3]))])
    )
    plain = f"{'TFORM1  = ' + chr(39) + 'I       ' + chr(39):<80}".encode()
    scaled = f"{'TSCAL1  = 0.5':<80}{'TZERO1  = 10.0':<80}".encode()  # astropy cannot write such a column
    content = path.read_bytes()
    at = content.index(plain) + 80
    path.write_bytes(
        content[:at]
        + scaled
        + content[at : content.index(b"END ", at)]
        + b"END".ljust(80)
        + content[content.index(b"END ", at) + 240 :]
    )
    observatory.archive.ingest(path, kind="product")
    assert [row["V"] for row in tables_of(observatory)["safcat.My_Survey_V1"]] == [10.0, 11.5]


@pytest.mark.real
def test_a_real_table_of_fors1(observatory: Observatory, test_data: Path, tmp_path: Path) -> None:
    source = test_data / "products/FORS1/F1_PZPI_050103A_VBE_fhis.tfits"
    path = tmp_path / "zeropoints.fits"
    path.write_bytes(source.read_bytes())
    observatory.archive.ingest(path, kind="product", category="CATALOG", first_raw="FORS1.2005-01-03T00:20:00.000")
    (name,) = schemas(observatory)
    rows = tables_of(observatory)[name]
    with fits.open(source) as hdus:
        data = hdus[1].data
        assert [row["RA"] for row in rows] == pytest.approx(list(data["RA"]))
        assert [row["OBJECT"] for row in rows] == [str(one).strip() for one in data["OBJECT"]]
