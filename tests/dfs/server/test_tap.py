"""TAP over HTTP, as the standards have it."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

import httpx
import pytest
from defusedxml import ElementTree

VOTABLE = "{http://www.ivoa.net/xml/VOTable/v1.3}"
UWS = "{http://www.ivoa.net/xml/UWS/v1.0}"
Q = "SELECT dp_id FROM dbo.raw"


def status(document: bytes) -> list[str]:
    root = ElementTree.fromstring(document)
    return [one.get("value") for one in root.iter(f"{VOTABLE}INFO") if one.get("name") == "QUERY_STATUS"]


@pytest.mark.parametrize("service", ["tap", "tap_obs", "tap_cat"])
def test_the_same_under_every_name(server: Any, service: str) -> None:
    found = httpx.get(f"{server.url}/{service}/sync", params={"REQUEST": "doQuery", "LANG": "ADQL", "QUERY": Q})
    assert found.status_code == 200
    assert found.headers["content-type"] == "application/x-votable+xml"
    assert status(found.content) == ["OK"]
    assert f"{server.url}/{service}" in httpx.get(f"{server.url}/{service}/capabilities").text


def test_maxrec_is_clamped_and_overflow_told(server: Any) -> None:
    assert status(server.query(Q, MAXREC="99999999999999999999").content) == ["OK"]
    assert status(server.query(Q, MAXREC="5").content) == ["OK", "OVERFLOW"]
    empty = server.query(Q, MAXREC="0").content
    assert status(empty) == ["OK", "OVERFLOW"]
    assert b"<FIELD" in empty
    assert b"<TR>" not in empty


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("csv", "text/csv"),
        ("application/fits", "application/fits"),
        ("json", "application/json"),
        ("parquet", "application/vnd.apache.parquet"),
        ("votable/b2", "application/x-votable+xml;serialization=binary2"),
        ("html", "text/html"),
    ],
)
def test_formats(server: Any, form: str, kind: str) -> None:
    found = server.query(Q, RESPONSEFORMAT=form)
    assert found.status_code == 200
    assert found.headers["content-type"].startswith(kind)
    assert b"EFOSC.2022-01-27T04:" in found.content or form == "votable/b2"  # base64


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"QUERY": Q, "LANG": "SQL"},
        {"QUERY": Q, "MAXREC": "many"},
        {"QUERY": Q, "RESPONSEFORMAT": "pickle"},
        {"QUERY": "DELETE FROM dbo.raw"},
        {"QUERY": "SELECT * FROM read_csv('/etc/passwd')"},
        {"QUERY": "SELECT * FROM sqlite_master"},
        {"QUERY": "(" * 100_000},
    ],
)
def test_errors_are_dali_documents(server: Any, parameters: dict[str, str]) -> None:
    refused = httpx.post(f"{server.tap}/sync", data=parameters)
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/x-votable+xml"
    assert status(refused.content) == ["ERROR"]
    assert "Traceback" not in refused.text


def test_a_service_descriptor_leads_to_the_links(server: Any) -> None:
    root = ElementTree.fromstring(server.query(Q).content)
    resources = [one for one in root.iter(f"{VOTABLE}RESOURCE") if one.get("utype") == "adhoc:service"]
    values = {one.get("name"): one.get("value") for one in resources[0].iter(f"{VOTABLE}PARAM")}
    assert values["accessURL"] == f"{server.url}/datalink/links"
    assert values["standardID"].startswith("ivo://ivoa.net/std/DataLink")


def test_waiting_wakes_when_the_phase_changes(server: Any) -> None:
    with server.client() as client:
        job = client.post("/tap/async", data={"QUERY": Q}).headers["location"]
        began, seen = time.monotonic(), []

        def wait() -> None:
            answer = httpx.get(job, params={"WAIT": "-1", "PHASE": "PENDING"}, timeout=60)
            seen.append(ElementTree.fromstring(answer.content).findtext(f"{UWS}phase"))

        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        client.post(f"{job}/phase", data={"PHASE": "RUN"})
        waiting.join(20)
        assert seen[0] in {"QUEUED", "EXECUTING", "COMPLETED"}
        for _ in range(20):
            phase = ElementTree.fromstring(client.get(job, params={"WAIT": "10"}).content).findtext(f"{UWS}phase")
            if phase == "COMPLETED":
                break
        assert phase == "COMPLETED"
        assert client.get(job, params={"WAIT": "60"}).status_code == 200  # what has ended is not waited for
        assert time.monotonic() - began < 50
        client.delete(job)


def test_every_address_of_a_job(server: Any, endless: str) -> None:
    with server.client() as client:
        job = client.post("/tap/async", data={"QUERY": endless, "RUNID": "mine"}).headers["location"]
        assert client.get(f"{job}/phase").text == "PENDING"
        assert client.get(f"{job}/owner").text == ""
        assert client.get(f"{job}/quote").text == ""
        assert client.post(f"{job}/executionduration", data={"EXECUTIONDURATION": "10"}).status_code == 303
        assert client.get(f"{job}/executionduration").text == "10"
        client.post(f"{job}/destruction", data={"DESTRUCTION": "2200-01-01T00:00:00Z"})
        assert client.get(f"{job}/destruction").text < "2200"
        assert endless in ElementTree.fromstring(client.get(f"{job}/parameters").content).itertext()
        assert client.get(f"{job}/error").status_code == 404
        assert client.get(f"{job}/results/result").status_code == 404
        for wrong in ({"PHASE": "FLY"}, {}):
            assert client.post(f"{job}/phase", data=wrong).status_code == 400
        assert client.post(f"{job}/destruction", data={"DESTRUCTION": "soon"}).status_code == 400
        client.post(f"{job}/phase", data={"PHASE": "RUN"})
        client.post(f"{job}/phase", data={"PHASE": "ABORT"})
        assert client.get(f"{job}/phase").text == "ABORTED"
        assert client.get(job, params={"ACTION": "DELETE"}).status_code == 200  # asking changes nothing
        assert client.post(job, data={"ACTION": "DELETE"}).status_code == 303
        assert client.get(job).status_code == 404


def test_a_failed_job_tells_why(server: Any) -> None:
    with server.client() as client:
        job = client.post("/tap/async", data={"QUERY": "SELECT nothing FROM dbo.raw", "PHASE": "RUN"}).headers[
            "location"
        ]
        document = ElementTree.fromstring(client.get(job, params={"WAIT": "30"}).content)
        while document.findtext(f"{UWS}phase") in {"QUEUED", "EXECUTING"}:
            document = ElementTree.fromstring(client.get(job, params={"WAIT": "30"}).content)
        assert "nothing" in document.findtext(f"{UWS}errorSummary/{UWS}message")
        assert status(client.get(f"{job}/error").content) == ["ERROR"]
        client.delete(job)


def test_simple_protocols(server: Any) -> None:
    with server.client() as client:
        cone = {"RA": "98.65", "DEC": "-31.22", "SR": "0.0251", "TABLE": "dbo.raw", "RESPONSEFORMAT": "csv"}
        found = client.get("/scs", params=cone)
        assert sum("EFOSC.2022-01-27T04:00" in line for line in found.text.splitlines()) >= 5
        assert (
            "ID_MAIN"
            in client.get("/scs/dbo.raw", params={**cone, "RESPONSEFORMAT": "votable"}).text.split("<DATA>")[0]
        )
        assert client.get("/scs", params={"RA": "x"}).status_code == 400
        assert client.get("/scs", params={**cone, "TABLE": "dbo.none"}).status_code == 404
        images = client.get("/sia2/query", params={"POS": "CIRCLE 98.65 -31.22 1", "MAXREC": "0"})
        assert status(images.content)[0] == "OK"
        assert client.get("/sia2/query", params={"POS": "CIRCLE"}).status_code == 400
        assert status(client.get("/ssa", params={"REQUEST": "queryData", "POS": "98.65,-31.22"}).content)[0] == "OK"
        for service in ("sia2", "ssa", "scs"):
            assert f"{server.url}/{service}" in client.get(f"/{service}/capabilities").text


def test_pages_for_a_browser(server: Any) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    with server.client() as client:
        for path in ("/", "/docs", "/tap/tables"):
            page = client.get(path, headers=browser)
            assert page.headers["content-type"].startswith("text/html")
            assert "default-src 'none'" in page.headers["content-security-policy"]
            own = ['<script src="docs/page.js">'] if path == "/docs" else []
            assert re.findall("<script[^>]*>", page.text) == own
            assert "http" not in page.text.replace(server.url, "").replace("HTTP", "").replace(
                "http://www.ivoa.net", ""
            )
        assert "<code>s_region</code>" in client.get("/tap/tables", headers=browser).text
        assert client.get("/tap/tables").headers["content-type"] == "application/xml"
        assert "/tap/sync" in client.get("/openapi.json").json()["paths"]
