"""Rows of raw frames, value by value, for real frames; and how many there are."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.coordinates import BarycentricMeanEcliptic, SkyCoord
from sqlalchemy import insert, update

from dfs.archive.tables import raw
from dfs.archive.tables.making import columns_of
from dfs.instruments.eso import known_instrument, known_instruments
from dfs.observatory import Observatory
from dfs.store.tables import files, programmes, restrictions

from .conftest import tables_of, truth_of

Rows = dict[str, list[dict[str, Any]]]

# EFOSC.2022-01-28T04:54:24.341, as its header has it and ESO's archive would show it; None where a header cannot tell.
IMAGE = {
    "access_estsize": 1148,
    "access_url": "/dataPortal/file/EFOSC.2022-01-28T04:54:24.341",
    "datalink_url": "/datalink/links?ID=ivo://eso.org/ID?EFOSC.2022-01-28T04:54:24.341",
    "date_obs": "2022-01-28T04:54:24.340",
    "dec": -1.01059,
    "dec_pnt": -1.01059,
    "det_chip1id": "ccd40",
    "det_chop_ncycles": None,
    "det_dit": 180.005741,
    "det_expid": 19631,
    "det_ndit": 1,
    "dp_cat": "SCIENCE",
    "dp_id": "EFOSC.2022-01-28T04:54:24.341",
    "dp_tech": "IMAGE",
    "dp_type": "OBJECT",
    "exp_start": "2022-01-28T04:54:24.340Z",
    "exposure": 180.0057,
    "filter_path": "g#782",
    "grat_path": None,
    "gris_path": None,
    "ins_mode": "DEFAULT",
    "instrument": "EFOSC2",
    "last_mod_date": "2022-02-01T00:00:00.000Z",
    "mjd_obs": 59607.20444839,
    "ob_id": 1000158489,
    "ob_name": "Q1010-0100-img",
    "object": "Q1010-0100",
    "obs_mode": None,
    "origfile": "EFOSC_ImaJit028_0001.fits",
    "period": 108,
    "pi_coi": None,
    "prog_id": "108.22F6.001",
    "prog_title": None,
    "prog_type": None,
    "ra": 152.565583,
    "ra_pnt": 152.565583,
    "release_date": "2023-02-01T00:00:00.000Z",
    "s_region": "POSITION J2000 152.565583 -1.01059",
    "slit_path": None,
    "target": "Q1010-0100",
    "tel_airm_end": 1.219,
    "tel_airm_start": 1.226,
    "tel_alt": 54.594,
    "tel_ambi_fwhm_end": 0.99,
    "tel_ambi_fwhm_start": 1.19,
    "tel_ambi_pres_end": 769.6,
    "tel_ambi_pres_start": 769.7,
    "tel_ambi_rhum": 53.0,
    "tel_az": 221.474,
    "telescope": "ESO-NTT",
    "tpl_expno": 1,
    "tpl_id": "EFOSC_img_obs_ImageJit",
    "tpl_name": "Imaging in Jitter mode",
    "tpl_nexp": 5,
    "tpl_seqno": 2,
    "tpl_start": "2022-01-28T04:54:01",
}
IMAGE_MORE = {
    "det_binx": 2,
    "det_biny": 2,
    "det_read_curname": "read L port Fast",
    "dimm_fwhm_avg": 1.09,
    "exptime": 180.0057,
    "lst": 31266.343,
    "night_flag": 1,
    "ob_container_id": 1000152902,
    "ob_container_type": "U",
    "ob_start": "2022-01-28T04:51:31",
    "tel_ambi_temp": 14.4,
    "tel_ambi_winddir": 109.0,
    "tel_ambi_windsp": 3.9,
    "utc": 17657.0,
    "ins_filt1_name": "g#782",
    "ins_gris1_name": "Free",
    "det_read_speed": "fastL",
    "det_out1_conad": 1.1,
    "det_win1_nx": 1030,
}
INFRARED = {
    "instrument": "ISAAC",
    "telescope": "ESO-VLT-U1",
    "prog_id": "077.D-0683(B)",
    "period": 77,
    "exposure": 100.0,  # 25 integrations of 4 s; EXPTIME gives one
    "det_dit": 4.0,
    "det_ndit": 25,
    "filter_path": "NB_2.25",
    "grat_path": "MR",
    "dp_tech": "IMAGE,JITTER",
    "date_obs": "2006-04-13T06:32:38.9441",
    "exp_start": "2006-04-13T06:32:38.944Z",
    "s_region": "POSITION J2000 265.20907 -30.86916",
    "ins_mode": "SWI1",
    "det_chop_ncycles": 1,
}


def one(rows: list[dict[str, Any]], dp_id: str) -> dict[str, Any]:
    return next(row for row in rows if row["dp_id"] == dp_id)


@pytest.mark.real
def test_an_image_of_efosc2_column_by_column(real_rows: Rows) -> None:
    row = one(real_rows["dbo.raw"], "EFOSC.2022-01-28T04:54:24.341")
    assert {name: row[name] for name in IMAGE} == IMAGE
    place = SkyCoord(row["ra"], row["dec"], unit="deg", frame="fk5")
    ecliptic = place.transform_to(BarycentricMeanEcliptic())
    assert (row["gal_lon"], row["gal_lat"]) == pytest.approx((place.galactic.l.deg, place.galactic.b.deg), abs=5e-6)
    assert (row["ecl_lon"], row["ecl_lat"]) == pytest.approx((ecliptic.lon.deg, ecliptic.lat.deg), abs=2e-5)
    assert (row["lambda_min"], row["lambda_max"]) == pytest.approx((458.0, 528.0))
    assert set(row) - set(IMAGE) == {
        *("gal_lon", "gal_lat", "ecl_lon", "ecl_lat", "lambda_min", "lambda_max"),
        *("_file", "_protected_by", "_protected_until"),
    }


@pytest.mark.real
def test_its_own_table_has_more(real_rows: Rows) -> None:
    dp_id = "EFOSC.2022-01-28T04:54:24.341"
    row = one(real_rows["ist.efosc"], dp_id)
    assert {name: row[name] for name in (*IMAGE, *IMAGE_MORE)} == {**IMAGE, **IMAGE_MORE}
    same = one(real_rows["dbo.raw"], dp_id)
    assert {name: row[name] for name in same} == same


@pytest.mark.real
def test_a_spectrum_has_grism_slit_and_band(real_rows: Rows) -> None:
    row = one(real_rows["dbo.raw"], "EFOSC.2022-01-27T04:46:29.093")
    assert (row["gris_path"], row["slit_path"], row["filter_path"]) == ("Gr#3", "slit#1.2", None)
    assert (row["lambda_min"], row["lambda_max"]) == (305.0, 610.0)


@pytest.mark.real
def test_an_infrared_frame(real_rows: Rows) -> None:
    row = one(real_rows["dbo.raw"], "ISAAC.2006-04-13T06:32:38.944")
    assert {name: row[name] for name in INFRARED} == INFRARED
    more = one(real_rows["ist.isaac"], row["dp_id"])
    assert (more["ins_opti1_name"], more["ins_opti2_name"], more["night_flag"]) == ("mask_S2", "S2", 1)


@pytest.mark.real
def test_by_day_calibrations_are_no_night_frames(real_rows: Rows) -> None:
    flags = {row["dp_id"]: row["night_flag"] for row in real_rows["ist.efosc"]}
    assert flags["EFOSC.2022-01-26T19:02:38.210"] == 0  # 16 h local time
    assert flags["EFOSC.2022-01-28T00:08:16.282"] == 1  # sky flat, minutes after sunset


@pytest.mark.real
def test_every_raw_frame_is_once_in_raw_and_once_in_one_table_of_an_instrument(
    real_archive: Observatory, real_rows: Rows
) -> None:
    archived = sorted(one.dp_id for one in real_archive.archive.list(kind="raw"))
    assert sorted(row["dp_id"] for row in real_rows["dbo.raw"]) == archived
    of_instruments = [row["dp_id"] for name, rows in real_rows.items() if name.startswith("ist.") for row in rows]
    assert sorted(of_instruments) == archived
    products = {one.dp_id for one in real_archive.archive.list(kind="product")}
    assert {row["dp_id"] for row in real_rows["ivoa.ObsCore"]} == products


@pytest.mark.real
@pytest.mark.parametrize("name", ["query_main_sgra.csv", "query_inst_sinfoni_sgra.csv"])
def test_positions_are_as_in_esos_answers(test_data: Path, name: str) -> None:
    """ESO's ecl_lon is 180 deg minus the ecliptic longitude; ours is the longitude."""
    with (test_data / "archive/astroquery_eso" / name).open() as file:
        answer = list(csv.DictReader(file))
    truth = truth_of(*({"RA": float(row["ra"]), "DEC": float(row["dec"])} for row in answer))
    table = raw.instrument_table("other")
    wanted = ("gal_lon", "gal_lat", "ecl_lat", "ecl_lon", "s_region", "ra_pnt")
    columns = [column for column in table.schema.columns if column.name in wanted]
    made = dict(
        zip((column.name for column in columns), columns_of(columns, table.origins, truth, raw._MAKERS), strict=True)
    )
    for column in ("gal_lon", "gal_lat", "ecl_lat", "ra_pnt"):
        told = np.array([float(row[column]) for row in answer])
        assert np.abs(made[column].to_numpy() - told).max() < 5e-6
    mirrored = (180.0 - made["ecl_lon"].to_numpy()) % 360.0
    assert np.abs(mirrored - np.array([float(row["ecl_lon"]) for row in answer])).max() < 5e-6
    ours = [text.split() for text in made["s_region"].to_pylist()]
    told_regions = [row["s_region"].split() for row in answer]
    assert [words[:2] for words in ours] == [words[:2] for words in told_regions]
    differences = np.array([words[2:] for words in ours], float) - np.array(
        [words[2:] for words in told_regions], float
    )
    assert np.abs(differences).max() < 1e-9


@pytest.mark.parametrize(("instrume", "name", "table"), [
    ("SHOOT", "XSHOOTER", "xshooter"),
    ("XSHOOTER", "XSHOOTER", "xshooter"),
    ("NAOS+CONICA", "NACO", "naco"),
    ("EFOSC", "EFOSC2", "efosc"),
    ("muse", "MUSE", "muse"),
    ("SPECULOOS", "SPECULOOS", "other"),
])  # fmt: skip
def test_the_instrument_comes_from_the_header(instrume: str, name: str, table: str) -> None:
    truth = truth_of({"INSTRUME": instrume})
    assert raw._MAKERS["instrument"](truth) == [name]
    assert known_instrument(name).table == table


def test_known_instruments_have_names_of_their_own() -> None:
    tables = [one.table for one in known_instruments()]
    headers = [header for one in known_instruments() for header in one.headers]
    assert len(set(tables)) == len(tables)
    assert len(set(headers)) == len(headers)


def test_a_small_frame_of_another_instrument(observatory: Observatory, write_fits: Callable[..., Path]) -> None:
    path = write_fits(
        "shoot.fits",
        {
            "INSTRUME": "SHOOT",
            "TELESCOP": "ESO-VLT-U2",
            "DATE-OBS": "2009-05-05T03:38:37.1105",
            "MJD-OBS": 54956.15181841,
            "EXPTIME": 300.0,
            "RA": 187.0,
            "DEC": -12.0,
            "ESO DPR CATG": "SCIENCE",
            "ESO DPR TECH": "ECHELLE,SLIT,STARE",
            "ESO OBS PROG ID": "60.A-9022(C)",
            "ESO INS OPTI3 NAME": "1.0x11",
            "ESO INS OPTI3 TYPE": "SLIT",
        },
        np.zeros((4, 4), np.int16),
    )
    archived = observatory.archive.ingest(path)
    assert archived.dp_id == "XSHOO.2009-05-05T03:38:37.111"
    rows = tables_of(observatory)
    row = rows["ist.xshooter"][0]
    assert row["instrument"] == "XSHOOTER"
    assert row["period"] == 60
    assert row["slit_path"] == "1.0x11"
    assert row["exp_start"] == "2009-05-05T03:38:37.111Z"
    assert "asm.meteo_paranal" not in rows


def test_programmes_and_protection_are_joined(observatory: Observatory, write_fits: Callable[..., Path]) -> None:
    cards = {"INSTRUME": "MUSE", "DATE-OBS": "2022-01-01T00:00:00.000", "ESO OBS PROG ID": "108.AAAA.001"}
    archived = observatory.archive.ingest(write_fits("muse.fits", cards, np.zeros((4, 4), np.int16)))
    programme = {
        "id": "108.AAAA.001",
        "title": "A survey",
        "pi_coi": "CURIE, M.",
        "type": "Large",
        "metadata_protected": True,
    }
    with observatory.database.write() as connection:
        connection.execute(insert(programmes).values(**programme))
        connection.execute(update(files).values(metadata_protected=True))
        connection.execute(restrictions.delete())
        connection.execute(
            insert(restrictions).values(
                dp_id=archived.dp_id, programme="108.AAAA.001", release_date="2023-01-01T00:00:00.000"
            )
        )
    row = tables_of(observatory)["ist.muse"][0]
    assert (row["prog_title"], row["pi_coi"], row["prog_type"]) == ("A survey", "CURIE, M.", 4)
    assert row["_file"] == archived.dp_id
    assert row["_protected_by"] == "MUSE/108.AAAA.001"
    assert row["_protected_until"] == "2023-01-01T00:00:00.000"


def test_a_quarantined_file_has_no_rows(observatory: Observatory, write_fits: Callable[..., Path]) -> None:
    cards = {"INSTRUME": "MUSE", "DATE-OBS": "2022-01-01T00:00:00.000"}
    archived = observatory.archive.ingest(write_fits("muse.fits", cards, np.zeros((4, 4), np.int16)))
    assert tables_of(observatory, [archived.dp_id])["dbo.raw"]
    with observatory.database.write() as connection:
        connection.execute(update(files).values(state="quarantined"))
    assert tables_of(observatory) == {}


def test_only_the_files_asked_for_are_read(observatory: Observatory, write_fits: Callable[..., Path]) -> None:
    names = []
    for second in range(3):
        cards = {"INSTRUME": "MUSE", "DATE-OBS": f"2022-01-01T00:00:0{second}.000"}
        names.append(observatory.archive.ingest(write_fits(f"{second}.fits", cards, np.zeros((2, 2), np.int16))).dp_id)
    rows = tables_of(observatory, [names[1], "MUSE.2022-01-01T00:00:59.000"])
    assert [row["dp_id"] for row in rows["dbo.raw"]] == [names[1]]
