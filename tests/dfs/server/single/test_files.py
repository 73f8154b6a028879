"""Downloads over HTTP: the right bytes to the right people, in whatever parts, and never others."""

from __future__ import annotations

import base64
import hashlib
import os
import threading
from urllib.parse import quote

import pytest

SCIENCE, SECRET, BIAS = (f"EFOSC.2022-01-27T04:4{n}:29.093" for n in (6, 7, 8))
UNKNOWN = "EFOSC.2001-01-01T00:00:00.000"
PATHS = ("/files/", "/dataPortal/file/")


@pytest.mark.parametrize("path", PATHS)
def test_who_gets_which_file(world, path: str) -> None:
    denied = 401 if path == "/dataPortal/file/" else 403
    expected = {
        (SCIENCE, None): 401,
        (SCIENCE, "other"): denied,
        (SCIENCE, "pi"): 200,
        (SCIENCE, "coi"): 200,
        (SCIENCE, "night"): 200,
        (SECRET, None): 404,
        (SECRET, "pi"): 404,
        (SECRET, "other"): 200,
        (BIAS, None): 200,
    }
    for (dp_id, user), status in expected.items():
        for method in ("GET", "HEAD"):
            answer = world.ask(path + dp_id, user, method)
            assert answer.status_code == status, (dp_id, user, method)
            if status == 200:
                assert answer.content == (world.content[dp_id] if method == "GET" else b"")
                assert answer.headers["content-length"] == str(len(world.content[dp_id]))
            elif method == "GET":
                assert world.content[dp_id][:80] not in answer.content
            if status == 401:
                assert answer.headers["www-authenticate"].startswith("Bearer")


def test_hidden_and_absent_are_the_same_answer(world) -> None:
    for address in (
        "/files/{}",
        "/dataPortal/file/{}",
        "/previews/{}",
        "/hdr?DpId={}",
        "/headers/{}",
        "/night-logs/{}",
    ):
        for user in (None, "pi"):
            hidden, absent = (world.ask(address.format(one), user) for one in (SECRET, UNKNOWN))
            assert hidden.status_code == absent.status_code == 404
            assert hidden.text.replace(SECRET, UNKNOWN) == absent.text
            assert {name: value for name, value in hidden.headers.items() if name != "date"} == {
                name: value for name, value in absent.headers.items() if name != "date"
            }


def test_headers_of_a_download(world) -> None:
    answer = world.ask("/files/" + BIAS)
    digest = hashlib.sha256(world.content[BIAS]).digest()
    assert answer.headers["content-disposition"] == f"attachment; filename={BIAS}.fits"
    assert answer.headers["etag"] == f'"{digest.hex()}"'
    assert answer.headers["digest"] == f"sha-256={base64.b64encode(digest).decode()}"
    assert answer.headers["repr-digest"] == answer.headers["content-digest"]
    assert answer.headers["content-type"] == "application/fits"
    assert answer.headers["accept-ranges"] == "bytes"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("text", ["bytes=0-99", "bytes=2880-", "bytes=-100", "bytes=100-100"])
def test_parts(world, text: str) -> None:
    whole = world.content[BIAS]
    first, _, last = text.removeprefix("bytes=").partition("-")
    wanted = whole[-int(last) :] if not first else whole[int(first) : int(last) + 1 if last else None]
    answer = world.ask("/files/" + BIAS, headers={"Range": text})
    assert (answer.status_code, answer.content) == (206, wanted)
    start = len(whole) - int(last) if first == "" else int(first)
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(wanted) - 1}/{len(whole)}"
    assert "content-digest" not in answer.headers
    assert answer.headers["repr-digest"] == world.ask("/files/" + BIAS).headers["repr-digest"]


def test_conditions_and_impossible_parts(world) -> None:
    etag = world.ask("/files/" + BIAS).headers["etag"]
    beyond = world.ask("/files/" + BIAS, headers={"Range": "bytes=999999-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(world.content[BIAS])}")
    assert beyond.content == b""
    unchanged = world.ask("/files/" + BIAS, headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert world.ask("/files/" + BIAS, headers={"If-Match": '"x"'}).status_code == 412
    assert world.ask("/files/" + BIAS, headers={"Range": "bytes=0-1", "If-Range": '"x"'}).status_code == 200
    assert world.ask("/files/" + BIAS, headers={"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    # who may not have the file learns nothing from conditions either
    secret = hashlib.sha256(world.content[SCIENCE]).hexdigest()
    assert world.ask("/files/" + SCIENCE, headers={"If-None-Match": f'"{secret}"'}).status_code == 401


@pytest.mark.parametrize("keep_times", [False, True])
@pytest.mark.parametrize("seen_before", [False, True])
def test_a_changed_file_is_never_served(own_world, keep_times: bool, seen_before: bool) -> None:
    world = own_world
    if seen_before:
        assert world.ask("/files/" + BIAS).status_code == 200
    path = world.observatory.archive.find(BIAS).path
    status = path.stat()
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(5000)
        byte = file.read(1)[0]
        file.seek(5000)
        file.write(bytes([byte ^ 1]))
    if keep_times:
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    for headers in ({}, {"Range": "bytes=0-10"}):
        answer = world.ask("/files/" + BIAS, headers=headers)
        assert answer.status_code == 503
        assert "damaged" in answer.json()["error"]["message"]
    assert not path.exists()
    assert world.observatory.archive.find(BIAS).state == "quarantined"
    assert "quarantine" in {entry.action for entry in world.observatory.audit.entries(BIAS)}


@pytest.mark.usefixtures("with_replica")
def test_a_changed_file_is_healed_from_a_replica(request: pytest.FixtureRequest) -> None:
    world = request.getfixturevalue("own_world")
    path = world.observatory.archive.find(BIAS).path
    path.chmod(0o644)
    path.write_bytes(b"something else")
    answer = world.ask("/files/" + BIAS)
    assert (answer.status_code, answer.content) == (200, world.content[BIAS])
    assert path.read_bytes() == world.content[BIAS]


def test_a_file_changed_while_it_is_sent_ends_there(own_world) -> None:
    world = own_world
    found = world.observatory.downloads.open(BIAS)
    path = world.observatory.archive.find(BIAS).path
    path.chmod(0o644)
    with found, path.open("r+b") as file:
        file.write(b"x")
        file.flush()
        with pytest.raises(Exception, match="changed while it was sent"):
            list(found.chunks())


@pytest.mark.parametrize(
    "name",
    [
        "../../observatory.sqlite",
        "..%2f..%2fobservatory.sqlite",
        "%2e%2e%2fx",
        "a%00b",
        "a%0d%0aSet-Cookie:%20x=1",
        "a" * 1500,
        "EFOSC.2022-01-27T04:46:29.093.fits%20",
        "' OR 1=1 --",
        "ä",
        "%ff%fe",
        "~root",
    ],
)
@pytest.mark.parametrize("path", [*PATHS, "/previews/", "/headers/", "/night-logs/", "/hdr?DpId="])
def test_hostile_names(world, path: str, name: str) -> None:
    answer = world.ask(path + (name if "%" in name else quote(name, safe="/.~")))
    assert answer.status_code in {400, 404}
    assert "set-cookie" not in answer.headers
    assert "Traceback" not in answer.text
    assert "observatory" not in answer.text.replace("observatory.sqlite", "")


def test_many_clients_at_once(world) -> None:
    wrong: list[object] = []

    def fetch(number: int) -> None:
        answer = world.ask("/files/" + BIAS, headers={"Range": f"bytes={number}-{number + 2000}"})
        if answer.content != world.content[BIAS][number : number + 2001]:
            wrong.append((number, answer.status_code))

    threads = [threading.Thread(target=fetch, args=(number * 100,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_preview_is_for_those_who_may_have_the_file(world) -> None:
    assert world.ask("/previews/" + SCIENCE).status_code == 401
    assert world.ask("/previews/" + SCIENCE, "other").status_code == 403
    answer = world.ask("/previews/" + SCIENCE, "pi")
    assert answer.status_code in {200, 404}  # a frame of one axis has nothing to look at
    assert "no file" not in answer.text
