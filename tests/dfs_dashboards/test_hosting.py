"""The host of the pages: tells where it is, serves what is there, ends its kernels, refuses what would be unsafe."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from dfs.errors import ServiceError, UsageError

PATIENCE_S = 60.0


def kernels_of(process: int) -> list[int]:
    """Process numbers of a host's kernels, by the eyes of the system."""
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(process)], capture_output=True, text=True, check=False
    )
    return [int(line.split()[0]) for line in found.stdout.splitlines() if "ipykernel" in line]


def until(condition) -> bool:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_it_says_where_it_is_and_ends_with_its_kernels(hosting, archive_root: Path, tmp_path: Path):
    file = tmp_path / "ready.json"
    with hosting(archive_root, "--ready-file", str(file)) as host:
        assert host.line["event"] == "ready"
        assert host.line["pid"] == host.process.pid
        assert json.loads(file.read_text()) == host.line
        assert httpx.get(f"{host.line['url']}health").json() == {"status": "ok"}
        assert until(lambda: kernels_of(host.process.pid))
        kernels = kernels_of(host.process.pid)
        assert host.stop(signal.SIGTERM) == 0
        assert not file.exists()
        assert until(lambda: not any(Path(f"/proc/{one}").exists() for one in kernels))


def test_pages_load_from_their_own_server_only(host):
    answer = httpx.get(host.url, timeout=PATIENCE_S)
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "cdn" not in answer.text
    assert "https://" not in answer.text.replace("https://www.w3.org", "")
    assert "Traceback" not in answer.text


def test_fonts_and_bokeh_come_from_here(host):
    base = host.line["url"]
    assert httpx.get(f"{base}pages/static/bokeh/bokeh.min.js").headers["content-type"].endswith("javascript")
    assert httpx.get(f"{base}voila/templates/dfs/static/fonts/inter-latin.woff2").content[:4] == b"wOF2"


def test_lab_opens_to_whoever_has_its_token(host):
    log = (host.root.parent / "pages.log").read_text()
    token = re.findall(re.escape(host.line["lab"]) + r"\?token=([\w-]+)", log)[-1]
    closed = httpx.get(host.line["lab"], follow_redirects=True, timeout=PATIENCE_S)
    assert "/login" in str(closed.url)
    assert token not in closed.text + str(closed.url)
    opened = httpx.get(host.line["lab"], params={"token": token}, follow_redirects=True, timeout=PATIENCE_S)
    assert opened.status_code == 200
    assert "<title>JupyterLab</title>" in opened.text


@pytest.mark.parametrize(
    "place",
    [
        "pages/nosuch",
        "pages/../etc/passwd",
        "voila/files/archive.ipynb",
        "voila/tree",
        "pages/static/bokeh/..%2f..%2fx",
    ],
)
def test_nothing_else_is_served(host, place):
    answer = httpx.get(f"{host.line['url']}{place}")
    assert answer.status_code in {400, 403, 404}
    assert "Traceback" not in answer.text


def test_the_base_leads_to_a_page(host):
    assert httpx.get(str(host.line["url"])).headers["location"] == host.url


def test_more_pages_than_allowed_are_refused_in_words_until_one_is_left(hosting, archive_root: Path):
    with hosting(archive_root, "--open-pages", "1", "--idle", "3", "--warm", "0") as host:
        assert httpx.get(host.url, timeout=PATIENCE_S).status_code == 200
        refused = httpx.get(host.url, timeout=PATIENCE_S)
        assert refused.status_code == 503
        assert "in use" in refused.text
        assert until(lambda: kernels_of(host.process.pid) == [])
        assert until(lambda: httpx.get(host.url, timeout=PATIENCE_S).status_code == 200)


def test_your_own_observatory_is_not_shown_to_the_world(tmp_path: Path):
    from dfs_dashboards.hosting import serve_pages

    with pytest.raises(UsageError, match="everybody"):
        serve_pages(root=tmp_path, host="192.0.2.1", on_ready=lambda *_: None)


def test_a_taken_port_is_told_in_one_line(tmp_path: Path, host, monkeypatch):
    from dfs_dashboards.hosting import serve_pages

    monkeypatch.setattr(os, "environ", os.environ.copy())
    port = int(str(host.line["url"]).rstrip("/").rpartition(":")[2])
    with pytest.raises(ServiceError, match="cannot listen"):
        serve_pages(root=tmp_path, port=port, on_ready=lambda *_: None)


def test_without_the_extra_it_says_what_to_install(tmp_path: Path):
    code = "import sys; sys.modules['voila'] = None; from dfs.cli import main; sys.exit(main(['--root', sys.argv[1], 'dashboards']))"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "vlt-dfs[pages]" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
