"""Pages of a server: who signed in is known again when a page is loaded anew, on either page, and never by its address."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dfs.observatory import Observatory

PASSWORD = "a-long-enough-secret"  # noqa: S105 - of a test
PATIENCE_MS = 90_000


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory):
    """Addresses of the pages of a server that knows Ada."""
    root = tmp_path_factory.mktemp("server") / "observatory"
    with Observatory.open(root) as observatory:
        observatory.accounts.add("ada", PASSWORD, email="ada@example.org", full_name="Ada Tester")
    command = [sys.executable, "-m", "dfs", "--root", str(root), "up", "--port", "0", "--server-port", "0"]
    with (Path(root).parent / "up.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ)
    line = process.stdout.readline()
    assert line, (Path(root).parent / "up.log").read_text()
    yield json.loads(line)["pages"]
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    process.stdout.close()


def settled(page) -> None:
    page.wait_for_function("document.body.dataset.dfsState !== 'busy'", timeout=PATIENCE_MS)


def test_a_page_loaded_anew_knows_who_signed_in(browser, addresses):
    context = browser.new_context()
    page = context.new_page()
    page.goto(addresses["p2"], timeout=PATIENCE_MS)
    settled(page)
    assert "Sign in" in page.locator('[data-testid="runs-note"]').inner_text()
    page.locator('[data-testid="sign-in"]').click()
    page.locator('[data-testid="sign-in-name"]').fill("ada")
    page.locator('[data-testid="sign-in-password"]').fill(PASSWORD)
    page.locator('[data-testid="sign-in-submit"]').click()
    settled(page)
    who = "document.querySelector('[data-testid=who]')?.textContent"
    for address in ("p2", "archive"):
        page.goto(addresses[address], timeout=PATIENCE_MS)
        page.wait_for_function(f"{who} === 'ada'", timeout=PATIENCE_MS)
        assert "?" not in page.url
    settled(page)
    page.locator('[data-testid="sign-out"]').click()
    page.wait_for_function(f"{who} === 'anonymous'", timeout=PATIENCE_MS)
    assert page.evaluate("sessionStorage.length") == 0
    other = context.new_page()  # another tab has a storage of its own
    other.goto(addresses["p2"], timeout=PATIENCE_MS)
    settled(other)
    assert other.locator('[data-testid="who"]').inner_text() == "anonymous"
    context.close()
