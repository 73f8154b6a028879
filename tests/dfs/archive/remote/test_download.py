"""Downloads from a server that breaks off, lies, or is busy."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dfs.archive.remote import Session, services_of
from dfs.archive.remote.download import fetch
from dfs.errors import AccessError, ConflictError, DataError, NotFoundError, ServiceError
from dfs.progress import Silent

CONTENT = bytes(range(256)) * 4000
DIGEST = b64encode(hashlib.sha256(CONTENT).digest()).decode()


class Flaky(ThreadingHTTPServer):
    """Serves one file as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.breaks: list[int] = []  # after so many bytes, once each
        self.status: list[int] = []  # instead of the file, once each
        self.digest = DIGEST
        self.disposition = 'attachment; filename="DP.1.fits"'
        self.asked: list[dict[str, str]] = []


class Answer(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        self.server.asked.append(dict(self.headers))
        if self.server.status:
            self.send_response(self.server.status.pop(0))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int(self.headers["Range"].split("=")[1].rstrip("-")) if "Range" in self.headers else 0
        if start >= len(CONTENT):
            self.send_response(416)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        for name, value in {
            "Content-Length": str(len(CONTENT) - start),
            "ETag": '"one"',
            "Repr-Digest": f"sha-256=:{self.server.digest}:",
            "Content-Disposition": self.server.disposition,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        end = self.server.breaks.pop(0) if self.server.breaks else len(CONTENT)
        self.wfile.write(CONTENT[start:end])

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def flaky() -> Iterator[Flaky]:
    with Flaky() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def get(server: Flaky, folder: Path) -> Path:
    base = f"http://127.0.0.1:{server.server_port}"
    session = Session(services_of(base), pause_s=0.0)
    return fetch(session, f"{base}/files/DP.1", "DP.1", folder, Silent(), pause_s=0.0)


def test_what_broke_off_is_continued(flaky: Flaky, tmp_path: Path) -> None:
    flaky.breaks = [300_000, 700_000]
    assert get(flaky, tmp_path).read_bytes() == CONTENT
    assert [asked.get("Range") for asked in flaky.asked] == [None, "bytes=300000-", "bytes=700000-"]
    assert flaky.asked[1]["If-Range"] == '"one"'
    assert [one.name for one in tmp_path.iterdir()] == ["DP.1.fits"]


def test_a_later_call_goes_on_where_the_first_gave_up(flaky: Flaky, tmp_path: Path) -> None:
    flaky.breaks = [100_000 * n for n in range(1, 6)]
    with pytest.raises(ServiceError):
        get(flaky, tmp_path)
    assert get(flaky, tmp_path).read_bytes() == CONTENT
    assert flaky.asked[-1]["Range"] == "bytes=500000-"


def test_a_busy_server_is_asked_again(flaky: Flaky, tmp_path: Path) -> None:
    flaky.status = [503, 503]
    assert get(flaky, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("status", "error"), [(401, AccessError), (403, AccessError), (404, NotFoundError), (409, ConflictError)]
)
def test_refusals_are_told_as_what_they_are(flaky: Flaky, tmp_path: Path, status: int, error: type[Exception]) -> None:
    flaky.status = [status]
    with pytest.raises(error):
        get(flaky, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_checksum_leaves_nothing(flaky: Flaky, tmp_path: Path) -> None:
    flaky.digest = b64encode(hashlib.sha256(b"other").digest()).decode()
    with pytest.raises(DataError, match="checksum"):
        get(flaky, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_file_of_the_name_stays(flaky: Flaky, tmp_path: Path) -> None:
    (tmp_path / "DP.1.fits").write_bytes(b"mine")
    with pytest.raises(ConflictError):
        get(flaky, tmp_path)
    assert (tmp_path / "DP.1.fits").read_bytes() == b"mine"


def test_what_came_whole_but_found_no_place_is_no_dead_end(flaky: Flaky, tmp_path: Path) -> None:
    (tmp_path / "DP.1.fits").write_bytes(b"mine")
    with pytest.raises(ConflictError):
        get(flaky, tmp_path)
    (tmp_path / "DP.1.fits").unlink()
    assert get(flaky, tmp_path).read_bytes() == CONTENT
    assert [one.name for one in tmp_path.iterdir()] == ["DP.1.fits"]


@pytest.mark.parametrize("name", ["../../evil.fits", "/etc/evil.fits", "..", ".hidden.fits", "a/b.fits"])
def test_a_name_from_outside_stays_in_its_folder(flaky: Flaky, tmp_path: Path, name: str) -> None:
    flaky.disposition = f'attachment; filename="{name}"'
    folder = tmp_path / "out"
    path = get(flaky, folder)
    assert path.parent == folder
    assert path.read_bytes() == CONTENT
    assert not path.name.startswith(".")
