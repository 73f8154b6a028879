"""DataLink, SODA and calibration selection, asked by the clients that people use: pyvo, astroquery, STILTS."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
import requests
import uvicorn
from astropy import units as u
from astropy.io import fits
from astropy.io.votable import parse
from astropy.wcs import WCS
from astropy.wcs.utils import skycoord_to_pixel
from pyvo.dal.adhoc import DatalinkResults, DatalinkService

from dfs.clock import FixedClock
from dfs.observatory import Observatory
from dfs.server.app import make_app
from dfs.server.process import listen, url_of

RUN, SECRET_RUN = "108.22F6.001", "109.2345.001"
NIGHT = "EFOSC.2022-01-27T0"
RAW, SECRET = f"{NIGHT}4:46:29.093", f"{NIGHT}5:00:00.000"
BIASES = [f"EFOSC.2022-01-26T19:0{n}:00.000" for n in range(3)]
RA, DEC = 99.25, -31.2
ESO = "http://archive.eso.org/rdf/datalink/eso#"


def frame(path: Path, dp_id: str, dpr: tuple[str, str, str], run: str = RUN, **cards: object) -> Path:
    start = dp_id.partition(".")[2]
    day, hours = int(start[8:10]) - 26, int(start[11:13]) + int(start[14:16]) / 60 + float(start[17:]) / 3600
    header = fits.Header()
    said = {"INSTRUME": "EFOSC", "ARCFILE": f"{dp_id}.fits", "ORIGFILE": "EFOSC_0001.fits", "OBJECT": "J0636-3113"}
    said |= {
        "DATE-OBS": start,
        "MJD-OBS": 59605 + day + hours / 24,
        "EXPTIME": 0.0 if dpr[1] == "BIAS" else 60.0,
        "RA": RA,
        "DEC": DEC,
    }
    said |= {"HIERARCH ESO DPR CATG": dpr[0], "HIERARCH ESO DPR TYPE": dpr[1], "HIERARCH ESO DPR TECH": dpr[2]}
    said |= {"HIERARCH ESO OBS PROG ID": run, "HIERARCH ESO TPL START": start[:13]}
    said |= {"HIERARCH ESO DET WIN1 BINX": 2, "HIERARCH ESO DET WIN1 BINY": 2, "HIERARCH ESO DET READ SPEED": "normal"}
    said |= {
        "HIERARCH ESO INS GRIS1 NAME": "Free",
        "HIERARCH ESO INS SLIT1 NAME": "Free",
        "HIERARCH ESO INS FILT1 NAME": "g782",
    }
    header.update(said | cards)
    fits.PrimaryHDU(np.random.default_rng(len(dp_id)).integers(0, 999, (60, 80), dtype=np.uint16), header).writeto(path)
    return path


def image(path: Path) -> Path:
    cards = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": RA, "CRVAL2": DEC, "CRPIX1": 50.5, "CRPIX2": 40.5}
    cards |= {"CD1_1": -1e-4, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 1e-4, "CUNIT1": "deg", "CUNIT2": "deg"}
    cards |= {
        "INSTRUME": "EFOSC",
        "PRODCATG": "SCIENCE.IMAGE",
        "HIERARCH ESO PRO CATG": "SCIENCE_IMAGE",
        "OBJECT": "J0636-3113",
    }
    cards |= {
        "RA": RA,
        "DEC": DEC,
        "PROG_ID": RUN,
        "MJD-OBS": 59606.2,
        "DATE-OBS": "2022-01-27T04:48:00",
        "FILTER": "g",
    }
    data = np.random.default_rng(1).normal(size=(80, 100)).astype(np.float32)
    fits.PrimaryHDU(data, fits.Header(cards.items())).writeto(path)
    return path


def spectrum(path: Path) -> Path:
    wave = np.linspace(400.0, 900.0, 1001)
    columns = [
        fits.Column(name, "1001D", unit, array=[values])
        for name, unit, values in (("WAVE", "nm", wave), ("FLUX", "adu", wave**2))
    ]
    table = fits.BinTableHDU.from_columns(columns, name="SPECTRUM")
    table.header.update({"NELEM": 1001, "TUCD1": "em.wl", "TUTYP1": "Spectrum.Data.SpectralAxis.Value"})
    cards = {
        "INSTRUME": "EFOSC",
        "PRODCATG": "SCIENCE.SPECTRUM",
        "HIERARCH ESO PRO CATG": "SCIENCE_SPECTRUM",
        "OBJECT": "J0636-3113",
    }
    cards |= {"RA": RA, "DEC": DEC, "PROG_ID": RUN, "MJD-OBS": 59606.2, "WAVELMIN": 400.0, "WAVELMAX": 900.0}
    primary = fits.PrimaryHDU(header=fits.Header(cards.items()))
    fits.HDUList([primary, table]).writeto(path)
    return path


@dataclass
class Served:
    observatory: Observatory
    url: str
    image: str
    spectrum: str

    def links(self, *names: str, user: str | None = None) -> DatalinkResults:
        session = requests.Session()
        session.trust_env = False
        if user:
            session.headers["Authorization"] = f"Bearer {self.observatory.tokens.issue(user).text}"
        service = DatalinkService(f"{self.url}/datalink/links", session=session)
        return service.run_sync([f"ivo://eso.org/ID?{name}" for name in names])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("links")
    clock = FixedClock(
        datetime.fromisoformat("2023-06-01T00:00:00+00:00")
    )  # the frames' own year of protection is over
    with Observatory.open(
        folder / "observatory", clock=FixedClock(datetime.fromisoformat("2022-02-01T00:00:00+00:00"))
    ) as early:
        early.programmes.set(RUN, proprietary_days=30)
        early.programmes.set(SECRET_RUN, proprietary_days=3650, metadata_protected=True)
        early.archive.ingest(frame(folder / "raw.fits", RAW, ("SCIENCE", "OBJECT", "IMAGE")))
        early.archive.ingest(frame(folder / "secret.fits", SECRET, ("SCIENCE", "OBJECT", "IMAGE"), SECRET_RUN))
        for number, name in enumerate(BIASES):
            cards = {"HIERARCH ESO TPL START": "2022-01-26T19", "EXPTIME": 0.0}
            early.archive.ingest(frame(folder / f"bias{number}.fits", name, ("CALIB", "BIAS", "IMAGE"), **cards))
        made = [
            early.archive.ingest(write(folder / f"{write.__name__}.fits"), kind="product", parents=[RAW]).dp_id
            for write in (image, spectrum)
        ]
        (folder / "report.html").write_text("<p>how it was made</p>")
        early.archive.ingest(folder / "report.html", kind="report", category="REPORT", parents=[RAW])
        for name, run in (("pi", RUN), ("other", SECRET_RUN)):
            early.accounts.add(name, None, email=f"{name}@example.org")
            early.relations.relate(name, "pi", run)
    with (
        listen("127.0.0.1", 0) as socket,
        Observatory.open(folder / "observatory", clock=clock, public_url=url_of(socket)) as observatory,
    ):
        server = uvicorn.Server(uvicorn.Config(make_app(observatory), log_config=None, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield Served(observatory, url_of(socket), *made)
        server.should_exit = True
        thread.join()


def test_links_of_a_raw_frame(served: Served) -> None:
    links = served.links(RAW)
    semantics = [row.semantics for row in links]
    assert semantics[0] == "#this"
    assert {f"{ESO}night_log", f"{ESO}calSelector_raw2raw", f"{ESO}calSelector_raw2master", f"{ESO}header"} <= set(
        semantics
    )
    assert [row["eso_category"] for row in links if row.semantics == "#derivation"] == [
        "SCIENCE_IMAGE",
        "SCIENCE_SPECTRUM",
    ]
    this = next(links.bysemantics("#this", include_narrower=False))
    assert this["ID"] == f"ivo://eso.org/ID?{RAW}"
    assert this["eso_origfile"] == "EFOSC_0001.fits"
    assert this.content_type == "application/fits"
    assert requests.get(this.access_url, timeout=10).content == served.observatory.archive.find(RAW).path.read_bytes()
    assert int(this["content_length"]) == served.observatory.archive.find(RAW).bytes
    for row in links:
        if row.access_url and row.service_def in {None, ""}:
            answer = requests.get(row.access_url, timeout=10)
            assert answer.status_code == 200, row.access_url
            assert answer.headers["content-type"].replace(" ", "").startswith(row.content_type), row.access_url


def test_links_of_products(served: Served) -> None:
    links = served.links(served.image)
    assert [row["eso_category"] for row in links if row.semantics == "#auxiliary"] == ["REPORT"]
    parent = next(links.bysemantics("#progenitor", include_narrower=False))
    assert parent.access_url.endswith(RAW)
    assert parent["eso_datalink"].endswith(RAW)
    assert next(links.bysemantics("#cutout", include_narrower=False)).service_def == "soda_1"


def test_many_ids_by_post_and_pyvo_batches(served: Served) -> None:
    names = [served.image, "EFOSC.2001-01-01T00:00:00.000", RAW, served.spectrum]
    given = [f"ivo://eso.org/ID?{name}" for name in names]
    answer = httpx.post(f"{served.url}/datalink/links", data={"ID": given})
    assert answer.headers["content-type"] == "application/x-votable+xml;content=datalink"
    table = parse(BytesIO(answer.content)).get_first_table().to_table()
    found = [str(one) for one in table["ID"]]
    assert list(dict.fromkeys(found)) == given
    assert found == sorted(found, key=given.index)
    import pyvo

    service = pyvo.dal.TAPService(f"{served.url}/tap")
    result = service.run_sync("SELECT obs_publisher_did, access_url, access_format FROM ivoa.ObsCore")
    seen = {links.original_row["obs_publisher_did"]: links for links in result.iter_datalinks()}
    assert set(seen) == {given[0], given[3]}
    for name, links in seen.items():
        assert next(links.bysemantics("#this", include_narrower=False)).access_url.endswith(name.partition("?")[2])


def test_pyvo_cuts_an_image(served: Served) -> None:
    import pyvo

    service = pyvo.dal.TAPService(f"{served.url}/tap")
    row = service.run_sync("SELECT * FROM ivoa.ObsCore WHERE dataproduct_type = 'image'")[0]
    this = next(row.getdatalink().bysemantics("#this", include_narrower=False))
    whole = fits.open(BytesIO(this.getdataset().read()))
    part = fits.open(BytesIO(row.processed(circle=(RA * u.deg, DEC * u.deg, 0.001 * u.deg)).read()))
    y, x = np.mgrid[: part[0].shape[0], : part[0].shape[1]]
    sky = WCS(part[0].header).pixel_to_world(x, y)
    ox, oy = skycoord_to_pixel(sky, WCS(whole[0].header))
    np.testing.assert_array_equal(part[0].data, whole[0].data[np.round(oy).astype(int), np.round(ox).astype(int)])
    assert part[0].shape == (22, 22)


def test_pyvo_cuts_a_spectrum(served: Served) -> None:
    row = served.links(served.spectrum)
    cutout = next(row.bysemantics("#cutout", include_narrower=False))
    part = fits.open(BytesIO(cutout.processed(band=(500 * u.nm, 600 * u.nm)).read()))
    wave = np.asarray(part[1].data["WAVE"])[0]
    assert (wave.min(), wave.max()) == (500.0, 600.0)
    np.testing.assert_array_equal(np.asarray(part[1].data["FLUX"])[0], wave**2)


@pytest.mark.parametrize(
    ("query", "status", "text"),
    [
        ("CIRCLE=10 10 0.1", 204, ""),
        ("CIRCLE=1", 400, "UsageFault: "),
        ("TIME=1 2", 400, "UsageFault: "),
        ("ID=x", 400, "UsageFault: "),
        (f"POS=CIRCLE {RA} {DEC} 0.001", 200, ""),
    ],
)
def test_answers_of_soda(served: Served, query: str, status: int, text: str) -> None:
    for method in ("GET", "POST"):
        url, form = f"{served.url}/soda/sync", f"ID=ivo://eso.org/ID?{served.image}&{query}"
        pairs = [tuple(one.split("=", 1)) for one in form.split("&")]
        answer = requests.request(
            method, url, **({"params": pairs} if method == "GET" else {"data": pairs}), timeout=10
        )
        assert answer.status_code == status
        assert status == 200 or answer.text.startswith(text)
        if status == 200:
            assert answer.headers["content-disposition"] == f"attachment; filename={served.image}_cutout.fits"
            assert int(answer.headers["content-length"]) == len(answer.content)


def test_who_may_not_know_sees_the_same_as_of_nothing(served: Served) -> None:
    absent = "EFOSC.2001-01-01T00:00:00.000"
    for user in (None, "pi"):
        headers = {"Authorization": f"Bearer {served.observatory.tokens.issue(user).text}"} if user else {}
        for address in (
            "/datalink/links?ID=ivo://eso.org/ID?{}",
            "/datalink/links?ID={}",
            "/calselector/v1/associations?dp_id={}&mode=Raw2Raw",
            "/calselector/v1/associations?dp_id={}&mode=Raw2Raw&responseformat=votable",
            "/soda/sync?ID={}&CIRCLE=99 -31 1",
        ):
            hidden, nothing = (httpx.get(served.url + address.format(one), headers=headers) for one in (SECRET, absent))
            assert hidden.status_code == nothing.status_code
            assert hidden.text.replace(SECRET, absent) == nothing.text
    assert "#this" in [row.semantics for row in served.links(SECRET, user="other")]
    row = served.links(SECRET)[0]
    assert row.error_message.startswith("NotFoundFault")


def test_rights_are_told(served: Served, tmp_path: Path) -> None:
    closed = f"{NIGHT}7:00:00.000"
    served.observatory.programmes.set("110.AAAA.001", proprietary_days=365)
    served.observatory.archive.ingest(
        frame(tmp_path / "closed.fits", closed, ("SCIENCE", "OBJECT", "IMAGE"), "110.AAAA.001")
    )
    this = served.links(closed)[0]
    assert (this["link_auth"], bool(this["link_authorized"])) == ("true", False)
    public = served.links(RAW)[0]
    assert (public["link_auth"], bool(public["link_authorized"])) == ("false", True)
    assert (
        httpx.get(f"{served.url}/calselector/v1/associations?dp_id={closed}").status_code == 200
    )  # naming is metadata
    assert httpx.get(f"{served.url}/soda/sync?ID={closed}&CIRCLE=1 1 1").status_code == 401


@pytest.mark.skipif(shutil.which("stilts") is None, reason="needs STILTS")
def test_stilts_finds_no_error_in_links(served: Served, tmp_path: Path) -> None:
    for number, name in enumerate((served.image, served.spectrum, RAW, SECRET)):
        answer = httpx.get(f"{served.url}/datalink/links?ID=ivo://eso.org/ID?{name}")
        path = tmp_path / f"{number}.xml"
        path.write_bytes(answer.content)
        for command in (["datalinklint", f"votable={path}"], ["votlint", f"votable={path}"]):
            done = subprocess.run(["stilts", *command], capture_output=True, text=True, check=False, timeout=120)
            said = [
                line
                for line in (done.stdout + done.stderr).splitlines()
                if line.startswith(("ERROR", "E-", "W", "INFO (l", "WARNING"))
            ]
            assert [line for line in said if not line.startswith("I")] == [], (name, done.stdout, done.stderr)


def test_astroquery_asks_for_calibrations_downloads_and_headers(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from astroquery.eso import Eso

    eso = Eso()
    eso.CALSELECTOR_URL = f"{served.url}/calselector/v1/associations"
    eso.DOWNLOAD_URL = f"{served.url}/dataPortal/file/"
    assert sorted(eso.get_associated_files([RAW])) == BIASES
    assert sorted(eso.get_associated_files([RAW, BIASES[0]], savexml=True, destination=str(tmp_path))) == BIASES[1:]
    assert (tmp_path / f"{RAW}_raw2raw.xml").is_file()
    found = eso.retrieve_data([RAW], destination=str(tmp_path), with_calib="raw", unzip=False)
    assert sorted(Path(one).name for one in found) == sorted(f"{name}.fits" for name in (RAW, *BIASES))
    ask = eso._request
    monkeypatch.setattr(
        eso,
        "_request",
        lambda method, url, **_: ask(method, url.replace("https://archive.eso.org", served.url), cache=False),
    )
    table = eso.get_headers([RAW, BIASES[0]])
    assert table["HIERARCH ESO DPR TYPE"].tolist() == ["OBJECT", "BIAS"]
    assert table["MJD-OBS"][0] == pytest.approx(59606.19894783, abs=1e-6)


def test_calibrations_as_links(served: Served) -> None:
    answer = httpx.get(f"{served.url}/calselector/v1/associations?dp_id={RAW}&mode=raw2raw&responseformat=votable")
    table = parse(BytesIO(answer.content)).get_first_table().to_table()
    this = table[0]
    assert this["semantics"] == "#this"
    assert this["description"].startswith(
        'category="SCIENCE_IMG" complete="false" certified="false" mode="Raw2Raw" messages="'
    )
    rows = [row for row in table if row["semantics"] == "#calibration"]
    assert [row["eso_category"] for row in rows] == ["BIAS"] * 3
    assert [row["access_url"].rpartition("/")[2] for row in rows] == BIASES
    assert all(row["eso_datalink"].endswith(name) for row, name in zip(rows, BIASES, strict=True))
    assert table[-1]["eso_category"] == "ASSOCIATION_TREE"


def test_services_describe_themselves(served: Served) -> None:
    for service in ("datalink", "soda"):
        text = httpx.get(f"{served.url}/{service}/capabilities").text
        assert f"{served.url}/{service}/" in text
        assert httpx.get(f"{served.url}/{service}/availability").status_code == 200


def test_the_same_calls_from_elsewhere(served: Served, tmp_path: Path) -> None:
    """`dfs.connect` to the server gives what the archive gives in process."""
    import dfs

    here = served.observatory.archive
    there = dfs.connect(served.url, token=served.observatory.tokens.issue("pi").text).archive
    assert there.get(RAW, tmp_path).read_bytes() == here.find(RAW).path.read_bytes()
    assert there.calibrations(RAW) == here.calibrations(RAW)
    assert there.header(RAW) == here.header(RAW)
    assert list(there.links(RAW)["semantics"]) == list(here.links(RAW)["semantics"])
    parts = [
        one.cutout(served.image, tmp_path / name, circle=(RA, DEC, 0.001)) for name, one in (("a", here), ("b", there))
    ]
    assert parts[0].read_bytes() == parts[1].read_bytes()
    made = there.request([RAW], calibrations="raw", title="from elsewhere")
    assert [one.name for one in made.items][1:4] == [f"{name}.fits" for name in BIASES]
    assert [one.id for one in there.requests()] == [made.id]
