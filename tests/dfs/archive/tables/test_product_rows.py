"""Rows of science products: a real one of ESO's, small ones, and those of our own recipes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from dfs.archive.entries import Submission
from dfs.archive.tables.products import kind_of
from dfs.archive.tables.spectral import band_of
from dfs.observatory import Observatory
from dfs.store.tables import jobs

from .conftest import tables_of

Rows = dict[str, list[dict[str, Any]]]
XQ100 = "ADP.2016-07-15T08:22:40.678"


@pytest.mark.real
def test_a_spectrum_of_esos_in_obscore(real_rows: Rows) -> None:
    row = real_rows["ivoa.ObsCore"][0]
    wanted = {
        "dataproduct_type": "spectrum",
        "dataproduct_subtype": None,
        "calib_level": 2,
        "obs_collection": "189.A-0424",
        "obs_id": "788347",
        "obs_publisher_did": f"ivo://eso.org/ID?{XQ100}",
        "obs_creator_did": "ivo://eso.org/origfile?J2349-3712_nir.fits",
        "obs_title": "XQ-100_J2349-3712_nir",
        "access_url": f"/datalink/links?ID=ivo://eso.org/ID?{XQ100}",
        "access_format": "application/x-votable+xml;content=datalink",
        "access_estsize": 204,
        "target_name": "BR J2349-3712",
        "s_ra": 357.306532,
        "s_dec": -37.21662,
        "s_fov": 0.00025,
        "s_region": "POSITION J2000 357.306532 -37.21662",
        "t_min": 56215.01080095,
        "t_max": 56215.05353924666,
        "t_exptime": 3600.0,
        "em_res_power": 5300.0,
        "em_xel": 9771,
        "o_calib_status": "absolute",
        "o_ucd": "phot.flux.density;em.wl;src.net",
        "facility_name": "ESO-VLT-U2",
        "instrument_name": "XSHOOTER",
        "proposal_id": "189.A-0424(B)",
        "bib_reference": None,
        "dp_id": XQ100,
        "multi_ob": "S",
        "n_obs": 4,
        "obstech": "ECHELLE,SLIT,NODDING",
        "p3orig": "EDP",
    }
    assert {name: row[name] for name in wanted} == wanted
    assert (row["em_min"], row["em_max"]) == pytest.approx((981.7513671875e-9, 1823.4998046875e-9))
    assert row["t_resolution"] == pytest.approx(3692.589, abs=0.01)
    assert row["snr"] == pytest.approx(21.667, abs=1e-3)


@pytest.mark.real
def test_it_is_a_spectrum_to_the_ssa_protocol_too(real_rows: Rows) -> None:
    (row,) = real_rows["dbo.ssa"]
    assert row["access_url"] == f"/dataPortal/file/{XQ100}"
    assert (row["data_model"], row["dataset_length"]) == ("Spectrum-2.0", 9771)
    assert row["flux_unit"] == "erg s**(-1) cm**(-2) nm**(-1)"
    assert row["em_mid"] == pytest.approx(1402.6255859375e-9)
    assert row["em_extent"] == pytest.approx(841.7484375e-9)


@pytest.mark.parametrize(("header", "kind"), [
    ({"PRODCATG": "SCIENCE.IMAGE"}, ("image", None, 2)),
    ({"PRODCATG": "SCIENCE.IMAGE", "IMATYPE": "TILE"}, ("image", "tile", 3)),
    ({"PRODCATG": "SCIENCE.IMAGE", "IMATYPE": "DEEP", "PRODLVL": 2}, ("image", "deep", 2)),
    ({"PRODCATG": "SCIENCE.IMAGE.FLUXMAP"}, ("image", "fluxmap", 2)),
    ({"PRODCATG": "SCIENCE.MEFIMAGE"}, ("image", "pawprint", 2)),
    ({"PRODCATG": "SCIENCE.CUBE.IFS"}, ("cube", "ifs", 2)),
    ({"PRODCATG": "SCIENCE.VISIBILITY.UNCALIBRATED"}, ("visibility", None, 2)),
    ({"PRODCATG": "SCIENCE.SRCTBL"}, ("measurements", "srctbl", 2)),
    ({"PRODCATG": "SCIENCE.CATALOG"}, ("measurements", "catalog", 4)),
    ({"PRODCATG": "SCIENCE.CATALOGTILE"}, ("measurements", "catalogtile", 4)),
    ({"PRODCATG": "ANCILLARY.WEIGHTMAP"}, None),
    ({"PRODCATG": "SCIENCE.IMAGERY"}, None),
    ({}, None),
])  # fmt: skip
def test_kind_and_level_follow_the_category(header: dict[str, Any], kind: object) -> None:
    assert kind_of(header) == kind


def test_wavelengths_in_air_are_published_in_vacuum() -> None:
    header = {"WAVELMIN": 500.0, "WAVELMAX": 600.0}
    in_vacuum = band_of(header, [{"TUCD1": "em.wl"}], "spectrum")
    in_air = band_of(header, [{"TUCD1": "em.wl;obs.atmos"}], "spectrum")
    assert (in_vacuum.low_m, in_vacuum.high_m) == (500e-9, 600e-9)
    assert in_air.low_m == pytest.approx(500.1394e-9, abs=1e-13)
    assert in_air.high_m == pytest.approx(600.1662e-9, abs=1e-13)


def test_an_image_has_the_band_of_its_filter() -> None:
    known = band_of({"INSTRUME": "EFOSC", "ESO INS FILT1 NAME": "g#782"}, [], "image")
    assert (known.low_m, known.high_m) == pytest.approx((458e-9, 528e-9))
    common = band_of({"INSTRUME": "VIRCAM", "FILTER": "Ks"}, [], "image")
    assert common.resolving_power == pytest.approx(8.24, abs=0.01)
    assert band_of({"FILTER": "a name nobody knows"}, [], "image").low_m is None


def image_file(write: Callable[..., Path], name: str, category: str) -> Path:
    cards = {
        "INSTRUME": "HAWKI",
        "TELESCOP": "ESO-VLT-U4",
        "PRODCATG": category,
        "OBJECT": "Field 1",
        "MJD-OBS": 58000.5,
        "MJD-END": 58000.6,
        "EXPTIME": 100.0,
        "PROG_ID": "099.A-0001(A)",
        "OBID1": 11,
        "OBID2": 12,
        "FILTER": "H",
    }
    chip = fits.ImageHDU(np.ones((20, 30), np.float32), name="CHIP1")
    chip.header.update(
        {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 150.0, "CRVAL2": 2.0, "CRPIX1": 15.5, "CRPIX2": 10.5}
    )
    chip.header.update({"CD1_1": -3e-5, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 3e-5})
    return write(name, cards, None, chip)


def test_what_extensions_tell_is_kept_so_that_no_file_is_opened(
    observatory: Observatory, write_fits: Callable[..., Path]
) -> None:
    archived = observatory.archive.ingest(image_file(write_fits, "image.fits", "SCIENCE.IMAGE"), kind="product")
    assert archived.dp_id == "ADP.2022-02-01T00:00:00.000"
    assert archived.category == "SCIENCE_IMAGE"
    archived.path.chmod(0o600)
    archived.path.unlink()
    (row,) = tables_of(observatory)["ivoa.ObsCore"]
    assert row["s_region"].startswith("POLYGON J2000 150.00045")
    assert (row["s_ra"], row["s_dec"]) == pytest.approx((150.0, 2.0), abs=1e-6)
    assert (row["s_xel1"], row["s_xel2"], row["s_pixel_scale"]) == (30, 20, pytest.approx(0.108))
    assert (row["multi_ob"], row["filter"], row["obs_collection"]) == ("M", "H", "HAWKI")


def test_science_made_elsewhere_is_named_once(observatory: Observatory, write_fits: Callable[..., Path]) -> None:
    path = image_file(write_fits, "image.fits", "SCIENCE.IMAGE")
    first, again = (observatory.archive.ingest(path, kind="product") for _ in range(2))
    assert first.dp_id == again.dp_id
    other = observatory.archive.ingest(image_file(write_fits, "other.fits", "SCIENCE.MEFIMAGE"), kind="product")
    assert other.dp_id == "ADP.2022-02-01T00:00:00.001"


@pytest.mark.real
def test_a_product_of_esos_keeps_its_name(real_archive: Observatory, test_data: Path) -> None:
    again = real_archive.archive.ingest(test_data / "products/ADP/XShooter_XQ100.fits.gz", kind="product")
    assert again.dp_id == XQ100
    assert len(real_archive.archive.list(kind="product")) == 1


def test_ancillary_files_stand_beside_their_product(observatory: Observatory, write_fits: Callable[..., Path]) -> None:
    cards = {"INSTRUME": "EFOSC", "DATE-OBS": "2022-01-27T00:00:00.000"}
    raw = observatory.archive.ingest(write_fits("raw.fits", cards, np.zeros((4, 4), np.int16)))
    products = [
        Submission(
            write_fits(
                f"{category}.fits",
                {**cards, "PRODCATG": prodcatg, "ESO PRO CATG": category},
                np.ones((4, 4), np.float32),
            ),
            "product",
            parents=(raw.dp_id,),
        )
        for category, prodcatg in (
            ("SCIENCE_SPECTRUM", "SCIENCE.SPECTRUM"),
            ("SCIENCE_SPECTRUM_2D", "ANCILLARY.2DSPECTRUM"),
        )
    ]

    def job(connection: Any, made: Any) -> None:
        connection.execute(
            jobs.insert().values(
                key="k", recipe="r", version="1", parameters={}, inputs=[], state="done", reports=[],
                products=[one.dp_id for one in made], started="2022-02-01T00:00:00.000",
            )
        )  # fmt: skip

    science, ancillary = observatory.archive.ingest_many(products, also=job)
    rows = tables_of(observatory)
    assert [row["dp_id"] for row in rows["ivoa.ObsCore"]] == [science.dp_id]
    together = {(row["product_id"], row["archive_id"], row["eso_category"]) for row in rows["phase3v2.product_files"]}
    assert together == {
        (science.dp_id, science.dp_id, "SCIENCE.SPECTRUM"),
        (science.dp_id, ancillary.dp_id, "ANCILLARY.2DSPECTRUM"),
    }
    made_from = {(row["product_file"], row["source_file"]) for row in rows["phase3v2.provenance"]}
    assert made_from == {(science.dp_id, raw.dp_id), (ancillary.dp_id, raw.dp_id)}
    assert {row["file_id"] for row in rows["phase3v2.files"]} == {science.dp_id, ancillary.dp_id}


@pytest.mark.truth
@pytest.mark.real
def test_the_products_of_a_real_night(real_frames: Path, tmp_path: Path) -> None:
    with Observatory.open(tmp_path / "observatory") as observatory:
        assert observatory.pipeline.reduce(real_frames).document()["failures"] == []
        rows = tables_of(observatory)
        archived = observatory.archive.list()
    kinds = sorted((row["dataproduct_type"], row["dataproduct_subtype"]) for row in rows["ivoa.ObsCore"])
    assert kinds == [("image", None), ("measurements", "srctbl"), ("spectrum", None)]
    assert len(rows["dbo.ssa"]) == 1
    assert len(rows["phase3v2.files"]) == sum(one.kind == "product" for one in archived)
    sources = {row["source_file"] for row in rows["phase3v2.provenance"]}
    assert {one.dp_id for one in archived if one.kind == "raw"} <= sources
    image = next(row for row in rows["ivoa.ObsCore"] if row["dataproduct_type"] == "image")
    assert image["s_fov"] == pytest.approx(0.0995, abs=0.001)
    assert image["s_pixel_scale"] == pytest.approx(0.2408)
    for row in rows["ivoa.ObsCore"]:
        assert row["obs_collection"] == "EFOSC2"
        assert row["em_min"] < row["em_max"]
        assert row["s_region"]
