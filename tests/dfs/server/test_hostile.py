"""What no client of ours sends: each gets a clear answer or none, and the server goes on."""

from __future__ import annotations

import gzip
import random
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

POST = b"POST /tap/sync HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
MEGABYTE = b"x" * 1_000_000
CHUNK = b"f4240\r\n" + MEGABYTE + b"\r\n"


@pytest.fixture
def raw(server: Any) -> Iterator[Any]:
    """Send bytes as they are and return the status of the answer (0: none came)."""
    place = urlsplit(server.url)

    def send(head: bytes, more: Iterable[bytes] = ()) -> int:
        with socket.create_connection((place.hostname, place.port), timeout=30) as wire:
            try:
                wire.sendall(head)
                for piece in more:
                    wire.sendall(piece)
            except OSError:  # the server has hung up, having answered
                pass
            try:
                answer = wire.recv(100)
            except OSError:
                answer = b""
        return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else 0

    yield send
    assert httpx.get(f"{server.url}/health").json() == {"status": "ok"}


def memory_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def test_bodies_without_end(raw: Any, server: Any) -> None:
    before = memory_kb(server.process.pid)
    assert raw(POST + FORM + b"Content-Length: 1000000000\r\n\r\n", [MEGABYTE] * 3) == 413
    chunked = b"Transfer-Encoding: chunked\r\n\r\n"
    assert raw(POST + FORM + chunked, (CHUNK for _ in range(1000))) in {413, 0}
    part = b'--B\r\nContent-Disposition: form-data; name="t"; filename="t"\r\n\r\n'
    multipart = POST + b"Content-Type: multipart/form-data; boundary=B\r\n" + chunked
    assert raw(multipart + b"%x\r\n%b\r\n" % (len(part), part), (CHUNK for _ in range(1000))) in {413, 0}
    assert memory_kb(server.process.pid) - before < 150_000


def test_long_queries_many_parameters_large_heads(raw: Any) -> None:
    query = b"QUERY=" + b"a" * 10_000_000
    assert raw(POST + FORM + b"Content-Length: %d\r\n\r\n" % len(query), [query]) in {413, 0}
    many = b"&".join(b"a%d=1" % number for number in range(5_000))
    assert raw(POST + FORM + b"Content-Length: %d\r\n\r\n" % len(many), [many]) == 400
    assert raw(b"GET /health HTTP/1.1\r\n" + b"".join(b"a%d: 1\r\n" % n for n in range(1000)) + b"\r\n") == 400
    assert raw(b"GET /health HTTP/1.1\r\nA: ", (MEGABYTE for _ in range(50))) in {400, 0}
    assert raw(b"GET /" + MEGABYTE * 5 + b" HTTP/1.1\r\n\r\n") in {400, 0}


@pytest.mark.parametrize(
    "path",
    [
        b"/tap/%2e%2e/health",
        b"/tap/..%2fhealth",
        b"/../../etc/passwd",
        b"/%00",
        b"/a%0d%0aX-Evil: 1",
        b"/tap/async/%2e%2e%2f%2e%2e%2fobservatory.sqlite",
        b"/tap/async/..%5c..",
        b"/%ff%fe",
        b"/tap/tables/a%2fb",
        b"/tap/async/" + b"a" * 1000,
        b"/tap/async/" + b"0" * 32 + b"/results/../result",
        b"//",
    ],
)
def test_paths(raw: Any, path: bytes) -> None:
    assert raw(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") in {400, 404}


def test_what_is_no_http(raw: Any) -> None:
    noise = random.Random(5)
    for _ in range(20):
        assert raw(noise.randbytes(500) + b"\r\n\r\n") in {400, 0}
    assert raw(POST + b"Content-Length: -5\r\n\r\n") == 400
    assert raw(POST + b"Content-Length: 99999999999999999999999\r\n\r\n") in {400, 413}
    assert raw(POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400
    assert raw(POST + b"Content-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nabc") == 400
    assert raw(POST + b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}") == 400


def test_compressed_requests_are_not_opened(raw: Any) -> None:
    bomb = gzip.compress(b"QUERY=" + b"a" * 10_000_000)
    head = POST + FORM + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    assert raw(head + bomb) == 400


def test_a_forged_host_is_not_repeated(server: Any) -> None:
    for host in ('evil"><x', "a b", "evil.example/?", "@evil.example"):
        found = httpx.get(f"{server.tap}/capabilities", headers={"Host": host})
        assert found.status_code in {200, 400}
        assert "evil" not in found.text


def test_nothing_leaks_into_headers(server: Any) -> None:
    found = server.query(
        "SELECT 1 AS one FROM dbo.raw", RESPONSEFORMAT="text/plain\r\nX-Evil: 1", RUNID="a\r\nX-Evil: 1"
    )
    assert "x-evil" not in found.headers
    assert found.status_code == 400


def test_uploads_that_bite(server: Any) -> None:
    bombs = {
        "entities": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><VOTABLE>&b;</VOTABLE>',
        "outside": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><VOTABLE>&a;</VOTABLE>',
        "gzip": gzip.compress(b"a,b\n" + b"1,2\n" * 40_000_000, 1),
        "broken": b"<VOTABLE><RESOURCE>",
        "nothing": b"",
    }
    for content in bombs.values():
        answer = httpx.post(
            f"{server.tap}/sync",
            data={"QUERY": "SELECT * FROM TAP_UPLOAD.t", "UPLOAD": "t,param:t"},
            files={"t": ("t", content)},
            timeout=60,
        )
        assert answer.status_code == 400
        assert "QUERY_STATUS" in answer.text
        assert "root:" not in answer.text


def test_somebody_elses_jobs(populated: Any, serve: Any) -> None:
    with serve(populated) as served, served.client() as client:
        from dfs.observatory import Observatory

        with Observatory.open(populated) as observatory:
            for name in ("ana", "ben"):
                observatory.accounts.add(name, password=f"{name} has a long password", full_name=name)
        ana, ben = (
            {"Authorization": f"Bearer {token}"}
            for token in (
                client.post(
                    "/auth/token",
                    data={"grant_type": "password", "username": name, "password": f"{name} has a long password"},
                ).json()["access_token"]
                for name in ("ana", "ben")
            )
        )
        made = client.post("/tap/async", data={"QUERY": "SELECT TOP 1 dp_id FROM dbo.raw", "PHASE": "RUN"}, headers=ana)
        job = made.headers["location"]
        assert client.get(job, headers=ana).status_code == 200
        assert client.get(f"{job}/owner", headers=ana).text == "ana"
        assert job.rpartition("/")[2] in client.get("/tap/async", headers=ana).text
        for others in (ben, {}):
            none = client.get("/tap/async/" + "0" * 32, headers=others).text
            for path in ("", "/phase", "/parameters", "/results/result", "/error", "/owner"):
                refused = client.get(job + path, headers=others)
                assert refused.status_code == 404
                assert refused.text == none.replace("0" * 32, job.rpartition("/")[2])
            assert client.post(f"{job}/phase", data={"PHASE": "ABORT"}, headers=others).status_code == 404
            assert client.delete(job, headers=others).status_code == 404
            assert job.rpartition("/")[2] not in client.get("/tap/async", headers=others).text
        forged = client.get(job, headers={"Authorization": ana["Authorization"][:-4] + "AAAA"})
        assert forged.status_code == 401
        assert forged.headers["www-authenticate"].startswith("Bearer")
        assert client.delete(job, headers=ana).status_code == 303
