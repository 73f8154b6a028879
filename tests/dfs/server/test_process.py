"""The process: how it begins, how it ends, and what survives."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest


def test_ready_line_and_file_and_a_tidy_end(populated: Path, serve: Callable, tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    with serve(populated, "--ready-file", str(file)) as served:
        line = json.loads(file.read_text())
        assert list(line) == ["event", "url", "tap", "p2", "health", "pid"]
        assert (line["event"], line["pid"], line["url"]) == ("ready", served.process.pid, served.url)
        assert httpx.get(line["health"]).json() == {"status": "ok"}
        assert served.stop(signal.SIGTERM) == 0
        assert not file.exists()
    with serve(populated) as served:
        assert served.stop(signal.SIGINT) == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "{taken}"], "cannot listen"),
        (["--port", "0", "--host", "no-such-host.invalid"], "unknown host"),
        (["--port", "0", "--ready-file", "/proc/none/ready"], "cannot write the ready file"),
        (["--port", "0", "--public-url", "ftp://x"], "public_url"),
        (["--port", "70000"], "70000"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(populated: Path, options: list[str], said: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        options = [one.format(taken=taken.getsockname()[1]) for one in options]
        command = [sys.executable, "-m", "dfs", "--root", str(populated), "serve", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in {1, 2}
    assert done.stdout == ""
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_jobs_survive_the_server_being_killed(populated: Path, serve: Callable, endless: str, until: Any) -> None:
    with serve(populated) as served, served.client() as client:
        running = post_job(client, endless)
        until(lambda: phase(client, running) == "EXECUTING", "the job runs")
        done = post_job(client, "SELECT TOP 1 dp_id FROM dbo.raw")
        until(lambda: phase(client, done) == "COMPLETED", "the job is done")
        served.stop(signal.SIGKILL)
    with serve(populated) as served, served.client() as client:
        path = f"/tap/async/{done.rpartition('/')[2]}"
        assert client.get(f"{path}/results/result").status_code == 200
        assert client.delete(path).status_code == 303
        path = f"/tap/async/{running.rpartition('/')[2]}"
        until(lambda: phase(client, path) == "EXECUTING", "the job runs again")
        assert client.post(f"{path}/phase", data={"PHASE": "ABORT"}).status_code == 303
        assert phase(client, path) == "ABORTED"


def test_a_client_that_leaves_stops_its_query(populated: Path, serve: Callable, endless: str) -> None:
    with serve(populated) as served:
        for _ in range(20):  # many more than may run at once
            with pytest.raises(httpx.ReadTimeout):
                httpx.get(f"{served.tap}/sync", params={"QUERY": endless}, timeout=0.05)
        assert served.query("SELECT TOP 1 dp_id FROM dbo.raw").status_code == 200


def test_a_password_in_an_address_is_not_logged(populated: Path, serve: Callable) -> None:
    with serve(populated, "-v") as served:
        httpx.get(f"{served.url}/auth/token", params={"username": "ana", "password": "open-sesame"})
        httpx.get(f"{served.url}/health", params={"x": "open-sesame"})
    log = served.log.read_text()
    assert "'/health' 200" in log
    assert "open-sesame" not in log


def post_job(client: httpx.Client, query: str) -> str:
    made = client.post("/tap/async", data={"QUERY": query, "PHASE": "RUN"})
    assert made.status_code == 303
    return made.headers["location"]


def phase(client: httpx.Client, job: str) -> str:
    return client.get(f"{job}/phase").text
