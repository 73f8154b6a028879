"""Ways of pyvo and STILTS from a search to pixels: discovery, links, cut-outs, cones, matches."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import pyvo
import requests
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import Table

# pyvo leaves it to the garbage collector to close what it opened
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)
needs_stilts = pytest.mark.skipif(shutil.which("stilts") is None, reason="STILTS is not installed (make system)")
FIELD = SkyCoord(152.5656, -1.0106, unit="deg")
IMAGE = "EFOSC.2026-01-19T04:51:55.019_SCIENCE_IMAGE_v1"


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        yield opened


def test_images_from_discovery_to_a_cut_out(url: str, session: requests.Session) -> None:
    """SIA2, then the DataLink of a record, then the SODA service that it describes."""
    images = pyvo.dal.sia2.SIA2Service(f"{url}/sia2", session=session).search(
        pos=(FIELD, 0.01 * u.deg), data_type="image"
    )
    (record,) = images
    assert record["dp_id"] == IMAGE
    links = record.getdatalink()
    assert {"#this", "#preview", "#cutout"} <= set(links["semantics"])
    cut = next(links.bysemantics("#cutout", include_narrower=False)).process(
        circle=(*(FIELD.ra.deg, FIELD.dec.deg), 0.002) * u.deg
    )
    with fits.open(BytesIO(cut.read())) as part:
        side = 2 * 0.002 / 6.688889e-05
        assert part[0].data.shape == pytest.approx((side, side), abs=2)


def test_spectra_are_found_as_spectra(url: str, session: requests.Session) -> None:
    service = pyvo.dal.SSAService(f"{url}/ssa", session=session)
    found = service.search(pos=SkyCoord(92.6123, -31.0872, unit="deg"), diameter=0.1 * u.deg)
    assert [one.title.split()[0] for one in found] == ["SIM-J0610-3105"]


def test_cones_of_tables_and_catalogues(url: str, session: requests.Session) -> None:
    for table, number in (("dbo.raw", 5), ("safcat.DEMO_FIELD_V1", 20), ("ivoa.ObsCore", 3)):
        found = pyvo.dal.SCSService(f"{url}/scs/{table}", session=session).search(pos=FIELD, radius=0.01 * u.deg)
        assert len(found) == number, table


def test_links_lead_to_preview_and_calibrations(url: str, session: requests.Session) -> None:
    service = pyvo.dal.TAPService(f"{url}/tap_obs", session=session)
    found = service.search("SELECT datalink_url FROM dbo.raw WHERE object = 'SIM-F1010-0100'")
    links = pyvo.dal.adhoc.DatalinkResults.from_result_url(found["datalink_url"][0], session=session)
    assert next(links.bysemantics("#this", include_narrower=False))["content_type"] == "application/fits"
    calibrations = [one for one in links if "calSelector_raw2raw" in one["semantics"]]
    assert len(calibrations) == 1
    tree = pyvo.dal.adhoc.DatalinkResults.from_result_url(calibrations[0]["access_url"], session=session)
    assert "BIAS" in {str(one).partition("_")[0] for one in tree["eso_category"]}
    preview = session.get(next(links.bysemantics("#preview", include_narrower=False))["access_url"])
    assert preview.content.startswith(b"\x89PNG")


def test_tables_of_an_account(url: str) -> None:
    """A session with a token sees what its account may see, in jobs too."""
    with requests.Session() as mine:
        token = mine.post(
            f"{url}/auth/token", data={"username": "52053", "password": "tutorial", "grant_type": "password"}
        )
        mine.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        service = pyvo.dal.TAPService(f"{url}/tap", session=mine)
        for run in (service.run_sync, service.run_async):
            assert len(run("SELECT dp_id FROM ist.sphere")) == 2


def test_a_thousand_positions(url: str, session: requests.Session) -> None:
    """Every position is matched with what lies within an arc second of it, and with nothing else."""
    random = np.random.default_rng(7)
    lon = np.append(random.uniform(0.0, 360.0, 999), FIELD.ra.deg + 1 / 3600)
    lat = np.append(random.uniform(-60.0, 60.0, 999), FIELD.dec.deg + 1 / 3600)
    service = pyvo.dal.TAPService(f"{url}/tap_cat", session=session)
    found = service.run_sync(
        "SELECT u.n, s.source_id FROM TAP_UPLOAD.mine AS u JOIN safcat.DEMO_FIELD_V1 AS s "
        "ON 1 = CONTAINS(POINT(s.raj2000, s.dej2000), CIRCLE(u.lon, u.lat, 1e-4))",
        uploads={"mine": Table({"n": np.arange(1000), "lon": lon, "lat": lat})},
    )
    assert [(row["n"], row["SOURCE_ID"]) for row in found] == [(999, 11)]


@needs_stilts
def test_stilts_asks_for_many_cones(url: str, tmp_path: Path) -> None:
    """``coneskymatch``: one cone search for each row of a table."""
    positions = tmp_path / "positions.csv"
    positions.write_text(f"name,lon,lat\nfield,{FIELD.ra.deg},{FIELD.dec.deg}\nnothing,10.0,10.0\n")
    for kind, address in (("cone", f"{url}/scs/safcat.DEMO_FIELD_V1?"), ("sia2", f"{url}/sia2/query")):
        done = stilts(
            *("coneskymatch", f"in={positions}", "ifmt=csv", "ra=lon", "dec=lat", "sr=0.01", f"servicetype={kind}"),
            *(f"serviceurl={address}", "find=all", "omode=count"),
        )
        assert f"rows: {20 if kind == 'cone' else 1}" in done, done


@needs_stilts
def test_stilts_matches_a_table_in_one_query(url: str, tmp_path: Path) -> None:
    """``tapskymatch``: the table goes up, the pairs come back."""
    positions = tmp_path / "positions.csv"
    positions.write_text(f"name,lon,lat\nfield,{FIELD.ra.deg},{FIELD.dec.deg}\nnothing,10.0,10.0\n")
    done = stilts(
        *("tapskymatch", f"in={positions}", "ifmt=csv", "inlon=lon", "inlat=lat", f"tapurl={url}/tap_cat"),
        *("taptable=safcat.DEMO_FIELD_V1", "taplon=raj2000", "taplat=dej2000", "sr=1.1", "find=best", "ofmt=csv"),
    )
    rows = done.strip().splitlines()
    assert len(rows) == 2, done
    assert rows[1].startswith("field,")


def stilts(*arguments: str) -> str:
    done = subprocess.run(["stilts", *arguments], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
