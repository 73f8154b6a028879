"""The calculator over HTTP: documents in, answers in kind; what can be chosen; what no client of ours sends."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from astropy import units as u

import dfs
from dfs import etc
from dfs.cli import main
from dfs.errors import UsageError
from dfs.etc.documents.answers import document_of
from dfs.etc.documents.links import inputs_of_link, link
from dfs.etc.eso_json import write_eso

SAID = {"mode": "lss", "grism": "300V", "mag": 22, "exposure": 1800}


@pytest.fixture(scope="module")
def result() -> Any:
    return etc.Calculator()("FORS2", **SAID)


@pytest.fixture
def client(server: Any) -> Any:
    with server.client() as client:
        yield client


def test_the_address_alone_is_a_question(client: httpx.Client, result: Any) -> None:
    answer = client.get("/etc/api/FORS2", params=SAID)
    assert answer.status_code == 200
    assert answer.json() == document_of(result)
    kept = inputs_of_link(link(result.request))
    assert client.get("/etc/api/Fors/", params=kept).json() == document_of(result)


def test_our_document_is_answered_with_ours(client: httpx.Client, result: Any) -> None:
    first = client.post("/etc/api/FORS2", json={"inputs": SAID})
    assert first.json() == document_of(result)
    assert client.post("/etc/api/FORS2/", json=first.json()).json() == first.json()
    assert client.post("/etc/api/fors2", json=SAID).json() == first.json()


def test_eso_s_document_is_answered_in_eso_s_form(client: httpx.Client, result: Any) -> None:
    document, _ = write_eso(result.request)
    answer = client.post("/etc/api/Fors/", json=document).json()
    (order,) = answer["data"]["orders"]
    series = order["detectors"][0]["data"]["snr"]["snr"]
    # No Moon is written as a new Moon, which shines by a trace.
    assert series["data"] == pytest.approx(result.snr_per_pixel.tolist(), rel=1e-2)
    assert answer["input"] == document
    assert answer["success"]
    assert client.post("/etc/api/Fors", json=answer).json()["data"] == answer["data"]


def test_a_spectrum_may_come_as_a_file(client: httpx.Client) -> None:
    rows = "# wavelength [nm] flux [erg s-1 cm-2 AA-1]\n" + "".join(
        f"{300 + step} {1e-17 + step * 1e-20}\n" for step in range(900)
    )
    form = {"data": json.dumps({"inputs": {"mode": "lss", "grism": "300V", "exposure": 600}})}
    answer = client.post("/etc/api/FORS2", data=form, files={"file": ("mine.txt", rows)})
    document = answer.json()
    assert answer.status_code == 200, document
    assert len(document["inputs"]["spectrum"]["flux"]) == 900
    assert client.post("/etc/api/FORS2", json=document).json() == document
    bad = client.post("/etc/api/FORS2", data=form, files={"file": ("mine.txt", "1 2\nx y\n")})
    assert bad.status_code == 400
    assert "spectrum" not in bad.json()["error"]["message"].split("line")[0]
    assert client.post("/etc/api/FORS2", data={"a": "b"}, files={"file": ("mine.txt", rows)}).status_code == 400


def test_a_connection_is_called_as_an_observatory(server: Any, result: Any) -> None:
    with dfs.connect(server.url) as there:
        assert document_of(there.etc("FORS2", **SAID)) == document_of(result)
        assert there.etc.of(document_of(result), seeing=1.4).snr < result.snr
        target = etc.Point(([300.0, 1100.0] * u.nm, [1.0, 2.0] * u.Unit("1e-17 erg s-1 cm-2 AA-1")))
        asked = {"target": target, "mode": "lss", "grism": "300V", "exposure": 600 * u.s}
        assert there.etc("FORS2", **asked).snr == etc.Calculator()("FORS2", **asked).snr
        with pytest.raises(UsageError, match="300X") as found:
            there.etc("FORS2", **{**SAID, "grism": "300X"})
        assert "GRIS_300V" in found.value.accepted


def test_eso_itself_is_not_asked() -> None:
    with dfs.connect("eso") as there, pytest.raises(UsageError, match="not asked from here"):
        there.etc("FORS2", **SAID)


def test_what_can_be_chosen_is_told(client: httpx.Client) -> None:
    assert "FORS2" in [one["name"] for one in client.get("/etc/instruments").json()["instruments"]]
    assert "GRIS_300V" in client.get("/etc/instruments/Fors").json()["modes"]["lss"]["grisms"]
    assert client.get("/etc/instruments/NOPE").status_code == 404
    assert "quasar" in client.get("/etc/templates").json()["templates"]
    assert len(client.get("/etc/controls").json()["controls"]) > 30


@pytest.mark.parametrize(
    ("path", "status", "where"),
    [
        ("FORS2?mode=lss&grism=300X&mag=22&exposure=1", 400, "FORS2, mode lss"),
        ("FORS2?sed=file:/etc/hostname&exposure=1", 400, "sed"),
        ("FORS2?slti=2", 400, "inputs"),
        ("FORS2", 400, "mag"),
        ("FORS2?mag=1,5&exposure=1", 400, "mag"),
        ("FORS2?mag=2&mag=3", 400, "link"),
        ("NOPE?mag=2&exposure=1", 404, None),
        ("FORS2?instrument=UVES&mag=2&exposure=1", 400, "instrument"),
        ("FORS2?mag=2&exposure=1&band=Q", 404, "band"),
    ],
)
def test_wrong_addresses(client: httpx.Client, path: str, status: int, where: str | None) -> None:
    answer = client.get(f"/etc/api/{path}")
    assert answer.status_code == status
    assert answer.json()["error"]["where"] == where


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"3",
        b"{",
        b'{"inputs": 3}',
        b'{"inputs": {"mag": {}, "exposure": [1]}}',
        b'{"inputs": {"mag": 1, "exposure": 1, "instrument": {}}}',
        b'{"inputs": {"mag": NaN, "exposure": 1}}',
        b'{"inputs": {"mag": 1e999, "exposure": 1}}',
        b'{"target": 3, "instrumentName": {}}',
        b'{"target": {"sed": {"sedtype": {}}}, "timesnr": {"snr": [1, {}]}}',
        b'{"seeing": {"turbulence_category": [1]}, "timesnr": {"DET.WIN1.UIT1": {"a": 1}}}',
        b'{"inputs": {"sed": "table:aAAAA", "exposure": 1}}',
        b'{"inputs": {"mag": 1, "exposure": 1, "sed": "table", "spectrum": {"wavelength_nm": [1, 2], "flux": [{}, 1]}}}',
        b'{"inputs": {"mag": 1, "exposure": 1, "\\u0000": 2}}',
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"\xff\xfe",
    ],
)
def test_bodies_that_are_no_questions(client: httpx.Client, body: bytes) -> None:
    answer = client.post("/etc/api/FORS2", content=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]


def test_a_body_that_is_too_large(client: httpx.Client) -> None:
    assert client.post("/etc/api/FORS2", content=b" " * (9 << 20)).status_code == 413


def test_it_is_described(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"get", "post"} <= set(paths["/etc/api/{instrument}"])
    assert {"/etc/instruments", "/etc/instruments/{instrument}", "/etc/templates", "/etc/controls"} <= set(paths)
    assert "/etc/api/{instrument}" in client.get("/docs").text


def test_the_command_may_ask_a_server(server: Any, capsys: Any, result: Any) -> None:
    words = ["etc", "FORS2", *(word for name, value in SAID.items() for word in (f"--{name}", str(value)))]
    assert main([*words, "--connect", server.url, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["results"] == document_of(result)["results"]
    assert main([*words, "--connect", server.url, "--grism", "300X", "--json"]) == 2


FORM = {"data": json.dumps({"inputs": {"mag": 20, "exposure": 60}})}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"SIMPLE  =                    T".ljust(80) + b"NAXIS   =  1".ljust(80), "no end"),
        (b"300,5 1\n1000,5 1\n", "two ways"),
        (b"300 1e308\n1000 1e308\n", "a flux of at most"),
        (b"# " + b"[a(" * 60_000 + b"\nx\n", "no numbers"),
        (b"\n" * 4_000_000, "too many rows"),
        (b"\0" * 1000, "no text"),
        (b"\x1f\x8b" + b"\0" * 1000, "cannot be unpacked"),
    ],
)
def test_files_that_hold_no_spectrum(client: httpx.Client, content: bytes, words: str) -> None:
    answer = client.post("/etc/api/FORS2", data=FORM, files={"file": ("a", content)})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert words in error["message"]
    assert error["where"].startswith("file")


def test_a_packed_spectrum_may_come(client: httpx.Client) -> None:
    answer = client.post("/etc/api/FORS2", data=FORM, files={"file": ("a", gzip.compress(b"300 1\n1100 1\n"))})
    assert answer.status_code == 200


@pytest.mark.parametrize("length", [9 << 20, 40 << 20])
def test_the_rest_of_a_large_body_is_taken_so_that_the_answer_arrives(client: httpx.Client, length: int) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(length >> 16):
            yield b" " * (1 << 16)

    for headers in ({"content-length": str(length)}, {}):  # announced, and not
        assert client.post("/etc/api/FORS2", content=pieces(), headers=headers).status_code == 413


def test_messages_do_not_repeat_what_came(client: httpx.Client) -> None:
    for value in ([1] * 100_000, "x" * 1_000_000, {"a": "b" * 100_000}):
        for name in ("at", "sed", "filter", "extended", "ndit", "binning", "mag"):
            answer = client.post("/etc/api/FORS2", json={"inputs": {"mag": 20, "exposure": 60, name: value}})
            assert answer.status_code == 400
            assert len(answer.content) < 2000
    answer = client.post("/etc/api/FORS2", content=b'{"inputs": {"mag": 1, "mag": 2, "exposure": 1}}')
    assert "twice" in answer.json()["error"]["message"]
