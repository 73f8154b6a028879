"""What no client of ours sends: each gets a clear sentence, none an error of the server's own."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ....users.phase2 import World

JSON = {"Content-Type": "application/json"}
JPEG = b"\xff\xd8\xff\xe0" + bytes(200)


def told(answer: httpx.Response, status: int) -> str:
    """Return the one text that the client shows, after a look at the form of the answer."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/json"
    text = answer.json()["error"]
    assert text
    assert "\n" not in text
    assert "Traceback" not in text
    return str(text)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "no JSON"),
        (b"[]", "accepted: an object"),
        (b'"text"', "accepted: an object"),
        (b"null", "accepted: an object"),
        (b"", "accepted: an object"),
        (b'{"userPriority": NaN}', "NaN is no number"),
        (b'{"constraints": {"airmass": 1e999}}', "beyond every number"),
        (b'{"userPriority": 99999999999999999999}', "too large"),
        (b'{"target": ' * 50_000, "nested too deeply"),
        (b'{"name": "a\\u0000b"}', "U+0000"),
        (b'{"name": "\\ud800"}', "surrogate"),
        (b'{"name": 5}', "name: 5 is of the wrong type; accepted: text"),
        (b'{"name": ""}', "name: "),
        (b'{"target": "NGC 1365"}', "target: "),
        (b'{"target": {"ra": 53.4}}', "target.ra: "),
        (b'{"target": {"ra": "25:00:00"}}', "0 <= HH <= 23"),
        (b'{"target": {"dec": "-91:00:00"}}', "-90 <= DD <= 90"),
        (b'{"target": {"properMotionRa": "fast"}}', "properMotionRa"),
        (b'{"constraints": {"airmass": 0.5}}', "airmass"),
        (b'{"constraints": {"airmass": "high"}}', "airmass"),
        (b'{"constraints": {"skyTransparency": "Foggy"}}', "Photometric"),
        (b'{"constraints": {"nosuch": 1}}', "nosuch"),
        (b'{"userPriority": -1}', "userPriority"),
        (b'{"userPriority": true}', "userPriority"),
        (b'{"obId": "text"}', "obId"),
        (b'{"obId": 7}', "obId"),
        (b'{"obsDescription": {"userComments": ["a"]}}', "userComments"),
    ],
    ids=range(27),
)
def test_blocks_that_are_none(pi: httpx.Client, new_ob: int, content: bytes, said: str) -> None:
    before = pi.get(f"/obsBlocks/{new_ob}")
    answer = pi.put(f"/obsBlocks/{new_ob}", content=content, headers={**JSON, "If-Match": before.headers["etag"]})
    assert said in told(answer, 400)
    assert pi.get(f"/obsBlocks/{new_ob}").json() == before.json()


@pytest.mark.parametrize("number", ["abc", "-5", "1.5", "1e3", "0x10", "%00", "1%20", "٣"])
def test_numbers_that_are_none(pi: httpx.Client, number: str) -> None:
    assert told(pi.get(f"/obsBlocks/{number}"), 400)


@pytest.mark.parametrize("number", ["0", "99999999", "2147483648", "9" * 18])
def test_numbers_of_nothing(pi: httpx.Client, number: str) -> None:
    for path in (
        f"/obsBlocks/{number}",
        f"/containers/{number}",
        f"/obsRuns/{number}",
        f"/ext/items/{number}/findings",
    ):
        assert told(pi.get(path), 404)


def test_a_container_is_no_block(world: World, pi: httpx.Client, new_ob: int) -> None:
    """On that ESO's client relies: it asks for the execution time of a block first."""
    assert "no block" in told(pi.post(f"/obsBlocks/{world.root_of('service')}/executionTime", content=b"null"), 404)
    assert "no container" in told(pi.get(f"/containers/{new_ob}"), 404)


@pytest.mark.parametrize("index", ["invalid", "0", "6", "-1", "1.0"])
def test_charts_outside_1_to_5(pi: httpx.Client, new_ob: int, index: str) -> None:
    assert "1 to 5" in told(pi.get(f"/obsBlocks/{new_ob}/findingCharts/{index}"), 400)


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ('"../../etc/passwd"', JPEG, 400),
        ('"..\\\\..\\\\boot.ini"', JPEG, 400),
        ('".."', JPEG, 400),
        ('"a/b.jpg"', JPEG, 400),
        ('"' + "x" * 300 + '.jpg"', JPEG, 400),
        ('"chart.jpg"', b"\x89PNG\r\n\x1a\n" + bytes(200), 415),
        ('"chart.jpg"', b"", 415),
        ('"chart.jpg"', b"GIF89a", 415),
        ('"chart.jpg"', JPEG + bytes(5_000_000), 413),
        ('"chart.jpg"', JPEG + bytes(2**20), 413),
    ],
    ids=range(10),
)
def test_charts_that_are_none(pi: httpx.Client, new_ob: int, name: str, content: bytes, status: int) -> None:
    headers = {"Content-Type": "image/jpeg", "Content-Disposition": f"inline; filename={name}"}
    assert told(pi.post(f"/obsBlocks/{new_ob}/findingCharts", content=content, headers=headers), status)
    assert pi.get(f"/obsBlocks/{new_ob}/findingCharts").json() == []


def test_a_chart_of_another_content_type(pi: httpx.Client, new_ob: int) -> None:
    headers = {"Content-Type": "image/png", "Content-Disposition": 'inline; filename="chart.png"'}
    assert "image/jpeg" in told(pi.post(f"/obsBlocks/{new_ob}/findingCharts", content=JPEG, headers=headers), 415)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ('"Übersicht.jpg"'.encode(), "Übersicht.jpg"),
        ('"\u00dc.jpg"'.encode("latin-1"), "Ü.jpg"),
        (b"plain.jpg", "plain.jpg"),
        (b'"a; b=c.jpg"', "a; b=c.jpg"),
    ],
    ids=range(4),
)
def test_names_of_charts(pi: httpx.Client, new_ob: int, name: bytes, kept: str) -> None:
    headers = [(b"Content-Type", b"image/jpeg"), (b"Content-Disposition", b"inline; filename=" + name)]
    answer = pi.post(f"/obsBlocks/{new_ob}/findingCharts", content=JPEG, headers=headers)
    assert answer.status_code == 201, answer.text
    assert pi.get(f"/obsBlocks/{new_ob}/findingCharts").json() == [kept]
    sent = pi.get(f"/obsBlocks/{new_ob}/findingCharts/1")
    assert (sent.content, sent.headers["content-type"]) == (JPEG, "image/jpeg")
    assert "filename*=UTF-8''" in sent.headers["content-disposition"]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"one line\n", b"PAF.HDR.START;\n" * 3, b"\0" * 100], ids=range(5)
)
def test_ephemerides_that_are_none(pi: httpx.Client, new_ob: int, content: bytes) -> None:
    version = pi.get(f"/obsBlocks/{new_ob}/ephemeris").headers["etag"]
    headers = {"Content-Type": "text/plain", "If-Match": version, "Content-Disposition": 'inline; filename="e.txt"'}
    answer = pi.put(f"/obsBlocks/{new_ob}/ephemeris", content=content, headers=headers)
    assert answer.status_code in ({400, 415} if content else {204, 400})
    assert answer.status_code == 204 or told(answer, answer.status_code)
    assert pi.get(f"/obsBlocks/{new_ob}/ephemeris").content == b""


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/containers/{root}/items", {"itemType": "Planet", "name": "x"}),
        ("POST", "/containers/{root}/items", {"itemType": "OB"}),
        ("POST", "/containers/{root}/items", {"itemType": "OB", "name": "x" * 501}),
        ("POST", "/containers/{root}/items", {"itemType": ["OB"], "name": "x"}),
        ("POST", "/containers/{root}/items/append", {"itemType": "OB"}),
        ("POST", "/containers/{root}/items/append", {"itemType": "OB", "obId": "12"}),
        ("POST", "/containers/{root}/items/append", {"itemType": "OB", "containerId": 12}),
        ("POST", "/obsBlocks/{ob}/verify", {"submit": "yes"}),
        ("POST", "/obsBlocks/{ob}/verify", [True]),
        ("POST", "/obsBlocks/{ob}/duplicate", {"containerId": "12"}),
        ("POST", "/obsBlocks/{ob}/templates", {"templateName": ""}),
        ("POST", "/obsBlocks/{ob}/templates", {"templateName": "NO_such"}),
        ("POST", "/obsBlocks/{ob}/templates", {}),
        ("POST", "/obsBlocks/{ob}/findingCharts/1/duplicate", {}),
        ("POST", "/visibility", {"night": "2022-13-01", "targets": []}),
        ("POST", "/visibility", {"night": "2022-12-01", "targets": [{"obId": "x"}]}),
        ("POST", "/visibility", {"night": "2022-12-01"}),
        ("POST", "/ext/runs/{run}/apply", {"changes": [{"action": "explode", "subject": 1}]}),
        ("POST", "/ext/runs/{run}/apply", {"changes": [{"action": "create-item", "subject": 1}]}),
        ("POST", "/ext/runs/{run}/apply", {"changes": [{"action": "save-ob", "subject": "x"}]}),
        ("POST", "/ext/runs/{run}/apply", {"changes": [{"action": "save-absolute", "subject": "x"}]}),
        ("POST", "/ext/runs/{run}/apply", {"changes": "all"}),
        ("POST", "/ext/runs/{run}/comments", {"text": ""}),
        ("POST", "/ext/runs", {"progId": 5}),
        ("PUT", "/ext/library/target/x", [1]),
        ("PUT", "/ext/library/no-such-kind/x", {}),
        ("GET", "/ext/library/no-such-kind", None),
        ("GET", "/ext/runs/{run}/history?limit=-1", None),
        ("GET", "/ext/runs/{run}/history?limit=many", None),
        ("GET", "/ext/runs/{run}/changes?since=x", None),
        ("GET", "/ext/runs/{run}/changes?wait=3600", None),
        ("GET", "/obsBlocks/{ob}/executions", None),
        ("GET", "/obsBlocks/{ob}/executions?night=tonight", None),
        ("GET", "/executions/FORS2?night=2022-02-31", None),
        ("GET", "/instrumentPackages/FORS2/116.05/templateSignatures?for=phase3", None),
        ("GET", "/containers/abc/items", None),
    ],
    ids=range(36),
)
def test_requests_that_are_wrong(
    world: World, pi: httpx.Client, new_ob: int, method: str, path: str, body: Any
) -> None:
    path = path.format(root=world.root_of("service"), ob=new_ob, run=world.runs["service"]["runId"])
    answer = pi.request(method, path, json=body) if body is not None else pi.request(method, path)
    assert told(answer, answer.status_code)
    assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize(
    "value", [[], [{}], [[]], [{"templateId": 1}], [{"templateId": "x"}], {}, "x", 5, [None]], ids=repr
)
def test_lists_that_are_none(world: World, pi: httpx.Client, new_ob: int, value: Any) -> None:
    pi.post(f"/obsBlocks/{new_ob}/templates", json={"templateName": "FORS2_lss_acq_slit"})
    for path in (
        f"/obsBlocks/{new_ob}/templates",
        f"/containers/{world.root_of('service')}/items",
        "/executionSequences/FORS2",
    ):
        version = pi.get(path).headers["etag"]
        answer = pi.put(path, json=value, headers={"If-Match": version})
        if answer.status_code != 200 or path.startswith("/obs"):
            assert 400 <= answer.status_code < 500, (path, answer.text)
            assert told(answer, answer.status_code)


def test_a_wrong_value_is_not_repeated_whole(pi: httpx.Client, new_ob: int) -> None:
    for change in ({"target": {"ra": "9" * 30_000}}, {"constraints": {"seeing": "9" * 30_000}}):
        answer = pi.put(f"/obsBlocks/{new_ob}", json=change, headers={"If-Match": "*"})
        assert "9" * 100 in told(answer, 400)
        assert len(answer.text) < 4_000


def test_windows_that_are_none(pi: httpx.Client, new_ob: int) -> None:
    for kind, values in {
        "absolute": [
            "yesterday",
            "2022-13-01T00:00",
            "9999-12-31T23:59:59+99:00",
            "9999-12-31T23:59-23:00",
            "0001-01-01T00:00+23:00",
            "0999-01-01T00:00",
            "-1",
            "1e9",
            "2022-12-01T00:00\u0000",
        ],
        "sidereal": ["25:00", "1", "aa:bb", "-1:00", "24:01", "12:60", "\u0663:00"],
    }.items():
        path = f"/obsBlocks/{new_ob}/timeConstraints/{kind}"
        version = pi.get(path).headers["etag"]
        for value in values:
            answer = pi.put(path, json=[{"from": value, "to": value}], headers={"If-Match": version})
            assert told(answer, 400), value
        assert pi.get(path).json() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer x.y.z"}, 401),
        ({"Authorization": "Bearer " + "x" * 20_000}, 401),
        ({"Authorization": "Digest x"}, 401),
        ({"Authorization": "Basic eDp5"}, 401),
        ({"Cookie": "dfs_session=x"}, 401),
    ],
    ids=range(7),
)
def test_nobody(world: World, headers: dict[str, str], status: int) -> None:
    with httpx.Client(base_url=world.api, headers=headers) as client:
        for method, path in (
            ("GET", "/obsRuns"),
            ("PUT", "/obsBlocks/1"),
            ("POST", "/ext/keepTime"),
            ("GET", "/ext/runs/1/tree"),
        ):
            answer = client.request(method, path, json={})
            assert told(answer, status)
            assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "etag", ['"x"', "x", 'W/"x"', '"', "", "*, *", "\u00e9".encode("latin-1").decode("latin-1")], ids=range(7)
)
def test_versions_that_are_none(pi: httpx.Client, new_ob: int, etag: str) -> None:
    answer = pi.put(f"/obsBlocks/{new_ob}", json={"userPriority": 2}, headers=[(b"If-Match", etag.encode("latin-1"))])
    assert told(answer, 428 if not etag else 412)


def test_versions_in_other_clothes(pi: httpx.Client, new_ob: int) -> None:
    """Quotes and the mark of weakness are those of HTTP, and proxies change them."""
    for dress in ('"{}"', "{}", 'W/"{}"', 'w/"{}"'):
        version = pi.get(f"/obsBlocks/{new_ob}").headers["etag"].strip('"')
        answer = pi.put(f"/obsBlocks/{new_ob}", json={"userPriority": 2}, headers={"If-Match": dress.format(version)})
        assert answer.status_code == 200, (dress, answer.text)


@pytest.mark.parametrize("kind", ["text/html", "application/xml", "multipart/form-data", "image/jpeg"])
def test_json_of_another_kind(pi: httpx.Client, new_ob: int, kind: str) -> None:
    answer = pi.put(f"/obsBlocks/{new_ob}", content=b"{}", headers={"Content-Type": kind, "If-Match": '"x"'})
    assert "application/json" in told(answer, 415)


def test_bodies_that_are_too_large(pi: httpx.Client, new_ob: int) -> None:
    large = json.dumps({"name": "x" * 3_000_000}).encode()
    assert "1 MiB" in told(pi.put(f"/obsBlocks/{new_ob}", content=large, headers={**JSON, "If-Match": '"x"'}), 413)


def test_bodies_without_end(world: World) -> None:
    """Announced or not, nobody's hundreds of megabytes are read."""
    place = urlsplit(world.url)
    head = (
        f"POST /p2/api/v1/obsBlocks/1/findingCharts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.token()}\r\n"
        "Content-Type: image/jpeg\r\n"
    ).encode()
    chunk = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
    for announced, pieces in ((b"Content-Length: 9999999999\r\n\r\n", 3), (b"Transfer-Encoding: chunked\r\n\r\n", 200)):
        with socket.create_connection((place.hostname, place.port), timeout=60) as wire:
            try:
                wire.sendall(head + announced)
                for _ in range(pieces):
                    wire.sendall(chunk)
            except OSError:
                pass
            try:
                answer = wire.recv(100)
            except OSError:
                answer = b""
        assert answer[:12] in {b"HTTP/1.1 413", b""}
    assert httpx.get(f"{world.url}/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/p2/api/v1", 404),
        ("GET", "/p2/api/v1/nosuch", 404),
        ("PATCH", "/p2/api/v1/obsRuns", 405),
        ("DELETE", "/p2/api/v1/obsRuns", 405),
        ("GET", "/p2/api/login", 405),
        ("POST", "/p2/api/login", 400),
        ("GET", "/p2fc/nosuch", 404),
        ("GET", "/p2fc/bkg_image", 401),
        ("GET", "/p2fc//bkg_image?url=x&access_token=y", 401),
        ("POST", "/p2fc//", 401),
        ("HEAD", "/p2fc/bkg_image", 401),
        ("DELETE", "/p2fc/bkg_image", 405),
        ("POST", "/grrmapi/v1/rrm_trigger/abc", 400),
        ("POST", "/grrmapi/v1/rrm_trigger/1", 401),
        ("POST", "/grrmapi/v1/rrm_trigger/1/add_fc", 400),
    ],
    ids=range(15),
)
def test_addresses_that_are_none(world: World, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, world.url + path)
    assert answer.status_code == status, answer.text
    if method != "HEAD":
        assert told(answer, status)


@pytest.mark.parametrize(
    "content",
    [
        b"username=52052",
        b"username=52052&password=wrong",
        b"{}",
        b"username=" + b"x" * 20_000,
        b"\xff=\xfe",
        b"a=1&" * 5000,
    ],
    ids=range(6),
)
def test_sign_ins_that_fail(world: World, content: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = httpx.post(f"{world.url}/p2/api/login", content=content, headers=headers)
    assert told(answer, answer.status_code)
    assert answer.status_code in {400, 401, 413, 429}


def test_urls_that_name_no_block(world: World) -> None:
    for url in (
        "",
        "http://example.org/",
        "http://example.org/obsBlocks/x",
        "http://169.254.169.254/obsBlocks/99999999",
    ):
        answer = httpx.post(f"{world.url}/p2fc/", data={"url": url, "access_token": world.token()})
        assert told(answer, answer.status_code)
        assert answer.status_code in {400, 404}


def test_images_that_cannot_be_drawn(world: World, pi: httpx.Client, new_ob: int) -> None:
    """A FITS header of 16 exabytes, and one without a sky: its sender's fault, told without a path of this machine."""
    version = pi.get(f"/obsBlocks/{new_ob}").headers["etag"]
    target = {"target": {"name": "NGC 1365", "ra": "01:00:00", "dec": "00:00:00"}}
    assert pi.put(f"/obsBlocks/{new_ob}", json=target, headers={"If-Match": version}).status_code == 200
    sky = {"CTYPE1": "'RA---TAN'", "CTYPE2": "'DEC--TAN'", "CRVAL1": 15.0, "CDELT1": 0.0, "CDELT2": 0.0}
    token = pi.headers["authorization"].removeprefix("Bearer ")
    for side, more in ((2_000_000_000, {}), (16, sky)):
        cards = {"SIMPLE": "T", "BITPIX": -64, "NAXIS": 2, "NAXIS1": side, "NAXIS2": side, **more}
        header = "".join(f"{key:<8}= {value:>20}".ljust(80) for key, value in cards.items()) + "END"
        content = header.ljust(2880).encode() + bytes(2880)
        asked = {"url": f"{world.url}/p2/api/v1/obsBlocks/{new_ob}", "access_token": token}
        file = {"bkg_image_fits_file": ("mine.fits", content, "application/fits")}
        answer = httpx.post(f"{world.url}/p2fc/", data=asked, files=file)
        assert "mine.fits cannot be drawn" in told(answer, 415)
        assert "tmp" not in answer.text
