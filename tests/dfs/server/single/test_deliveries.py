"""Deliveries: lists that grant nothing, scripts that fetch and complete, nobody sees another's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from dfs.archive.deliveries import delivery_of
from dfs.server.app import make_app
from dfs.server.process import listen, url_of

RUN = "108.22F6.001"
SCIENCE, SECRET, BIAS = (f"EFOSC.2022-01-27T04:4{n}:29.093" for n in (6, 7, 8))
UNKNOWN = "EFOSC.2001-01-01T00:00:00.000"


def ask(world, user: str | None = "pi", **options: object):
    return world.ask("/deliveries", user, "POST", json={"dp_ids": [SCIENCE, BIAS], **options})


@pytest.fixture
def served(own_world) -> Iterator[str]:
    """The world over real HTTP."""
    with listen("127.0.0.1", 0) as socket:
        server = uvicorn.Server(uvicorn.Config(make_app(own_world.observatory), log_config=None, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield url_of(socket)
        server.should_exit = True
        thread.join()


def test_ask_look_list_withdraw(own_world) -> None:
    world = own_world
    made = ask(world, calibrations="raw", title="two\nframes")
    assert made.status_code == 201
    document = made.json()
    assert made.headers["location"].endswith(f"/deliveries/{document['id']}")
    assert document["title"] == "two frames"
    roles = {(item["dp_id"], item["role"]) for item in document["items"]}
    assert roles == {(SCIENCE, "requested"), (BIAS, "requested"), (SCIENCE, "night log"), (BIAS, "night log")}
    assert document["messages"]  # the frames need calibrations that are not there
    assert delivery_of(document).document("http://testserver") == document
    assert world.ask(f"/deliveries/{document['id']}", "pi").json() == document
    assert [one["id"] for one in world.ask("/deliveries", "pi").json()["deliveries"]] == [document["id"]]
    text = world.ask(f"/deliveries/{document['id']}/README", "pi").text
    for word in (SCIENCE, "EFOSC_LSS027_0001.fits", "J0636-3113", "Not complete"):
        assert word in text
    assert world.ask(f"/deliveries/{document['id']}", "pi", "DELETE").status_code == 204
    assert world.ask(f"/deliveries/{document['id']}", "pi").status_code == 404
    assert world.ask("/deliveries", "pi").json() == {"deliveries": []}
    assert [entry.action for entry in world.observatory.audit.entries(document["id"])] == [
        "request delivery",
        "withdraw delivery",
    ]


def test_by_form_too(own_world) -> None:
    answer = own_world.ask(
        "/deliveries", "pi", "POST", data={"dp_id": [SCIENCE, BIAS], "night_logs": "false", "calibrations": "master"}
    )
    assert answer.status_code == 201
    assert {item["role"] for item in answer.json()["items"]} == {"requested"}


def test_nobody_sees_the_deliveries_of_others(own_world) -> None:
    world = own_world
    mine = ask(world).json()["id"]
    unknown = "0" * 26
    for user in (None, "other", "coi"):
        for method, part in (("GET", ""), ("GET", "/README"), ("GET", "/script"), ("DELETE", "")):
            theirs = world.ask(f"/deliveries/{mine}{part}", user, method)
            absent = world.ask(f"/deliveries/{unknown}{part}", user, method)
            assert (theirs.status_code, theirs.text) == (absent.status_code, absent.text) == (404, absent.text)
        assert world.ask("/deliveries", user).json() == {"deliveries": []}
    for name in ("..", "%2e%2e%2f", "a%00", "x" * 300, "' OR 1=1", f"{mine}%0d%0a"):
        assert world.ask(f"/deliveries/{name}", "pi").status_code in {400, 404} or name == ".."
    assert world.ask("/deliveries", None, "POST", json={"dp_ids": [BIAS]}).status_code == 401


def test_shared_within_a_run_and_no_further(own_world) -> None:
    world = own_world
    shared = ask(world, programme=RUN).json()["id"]
    assert world.ask(f"/deliveries/{shared}", "coi").status_code == 200
    assert [one["id"] for one in world.ask("/deliveries", "coi").json()["deliveries"]] == [shared]
    assert world.ask(f"/deliveries/{shared}", "other").status_code == 404
    assert world.ask(f"/deliveries/{shared}", "coi", "DELETE").status_code == 403
    assert ask(world, programme="109.2345.001").status_code == 403  # not the PI's own
    world.observatory.relations.unrelate("coi", "coi", RUN)
    assert world.ask(f"/deliveries/{shared}", "coi").status_code == 404  # at once


def test_a_delivery_grants_nothing(own_world) -> None:
    world = own_world
    assert ask(world, dp_ids=[SECRET]).status_code == 404
    assert ask(world, dp_ids=[UNKNOWN]).text == ask(world, dp_ids=[SECRET]).text.replace(SECRET, UNKNOWN)
    made = ask(world, "other").json()
    permitted = {item["dp_id"]: item["permitted"] for item in made["items"]}
    assert permitted == {SCIENCE: False, BIAS: True}
    for item in made["items"]:
        path = item["url"].removeprefix("http://testserver")
        assert world.ask(path, "other").status_code == (200 if item["permitted"] else 403)
    secret = world.ask("/deliveries", "other", "POST", json={"dp_ids": [SECRET, BIAS], "title": "mine"}).json()
    world.observatory.relations.unrelate("other", "pi", "109.2345.001")
    after = world.ask(f"/deliveries/{secret['id']}", "other")
    assert SECRET not in after.text  # not even its name, once the right has gone
    assert {item["dp_id"] for item in after.json()["items"]} == {BIAS}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"dp_ids": []},
        {"dp_ids": [1]},
        {"dp_ids": "x"},
        {"dp_ids": [BIAS], "calibrations": "both"},
        {"dp_ids": [BIAS], "title": "x" * 500},
        {"dp_ids": [BIAS], "surprise": 1},
        {"dp_ids": [BIAS], "night_logs": "yes"},
        {"dp_ids": [f"A.{n}" for n in range(1001)]},
        [],
    ],
)
def test_requests_that_cannot_be(world, body: object) -> None:
    assert world.ask("/deliveries", "pi", "POST", json=body).status_code == 400


def test_bodies_that_are_no_json(world) -> None:
    json = {"content-type": "application/json"}
    for content, status in ((b"{", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b" " * 2_000_000, 413)):
        assert world.ask("/deliveries", "pi", "POST", content=content, headers=json).status_code == status


@pytest.mark.parametrize("language", ["bash", "python"])
def test_the_script_fetches_resumes_and_checks(own_world, served: str, tmp_path: Path, language: str) -> None:
    world = own_world
    if language == "bash" and shutil.which("curl") is None:
        pytest.skip("needs curl")
    made = ask(world).json()
    answer = world.ask(f"/deliveries/{made['id']}/script?language={language}", "pi")
    token = world.observatory.tokens.issue("pi").text
    assert token not in answer.text
    script = tmp_path / answer.headers["content-disposition"].partition("filename=")[2]
    script.write_text(answer.text)
    here = tmp_path / "here"
    here.mkdir()

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", str(script)] if language == "bash" else [sys.executable, str(script)]
        known = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DFS_URL": served, "no_proxy": "*"}
        return subprocess.run(
            command, cwd=here, env=known | environment, capture_output=True, text=True, check=False, timeout=120
        )

    without = run()
    assert without.returncode == 1
    assert "not yours" in without.stderr.lower()
    assert (here / f"{BIAS}.fits").read_bytes() == world.content[BIAS]
    assert not (here / f"{SCIENCE}.fits").exists()
    (here / f"{SCIENCE}.fits.part").write_bytes(world.content[SCIENCE][:4000])  # an earlier attempt got so far
    (here / f"{BIAS}.fits").write_bytes(b"damaged by somebody")
    with_token = run(DFS_TOKEN=token)
    assert with_token.returncode == 0, with_token.stderr
    for name in (SCIENCE, BIAS):
        assert (here / f"{name}.fits").read_bytes() == world.content[name]
    assert "Template" in (here / f"{SCIENCE}.NL.txt").read_text()
    assert not list(here.glob("*.part"))
    again = run(DFS_TOKEN=token)
    assert again.returncode == 0
    assert "fetched" not in again.stdout
    (here / f"{SCIENCE}.fits").unlink()
    (here / f"{SCIENCE}.fits.part").write_bytes(b"x" * 4000)  # the beginning of something else
    assert run(DFS_TOKEN=token).returncode == 1
    assert not (here / f"{SCIENCE}.fits").exists()
    assert run(DFS_TOKEN=token).returncode == 0
    assert (here / f"{SCIENCE}.fits").read_bytes() == world.content[SCIENCE]


def test_scripts_hold_nothing_that_a_shell_would_run(own_world) -> None:
    observatory = own_world.observatory.acting(own_world.observatory.user)
    made = observatory.deliveries.request([BIAS], title='"; touch /tmp/x; $(id) `id` \\')
    from dfs.archive.deliveries import readme, script

    text, _ = script(made, 'http://h"$(touch x)`y`\\')
    assert "touch /tmp/x" not in text
    done = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '\\"\\$(touch x)\\`y\\`' in text
    compile(script(made, "http://h'\"", "python")[0], "download.py", "exec")
    assert "$(id)" in readme(made)


def test_in_process(own_world) -> None:
    archive = own_world.observatory.archive
    made = archive.request([SCIENCE], calibrations="raw")
    assert [one.id for one in archive.requests()] == [made.id]
    assert made.owner == own_world.observatory.user.name
