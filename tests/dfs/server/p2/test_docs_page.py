"""The page that lists and tries every call, in a browser that reaches nothing but the server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ....users.phase2 import PASSWORD, World

PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium: make system")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield made
        made.close()


def test_every_operation_is_on_the_page(world: World) -> None:
    answer = httpx.get(f"{world.url}/docs")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    described = httpx.get(f"{world.url}/openapi.json").json()
    for path, item in described["paths"].items():
        for method in item:
            assert f'data-testid="try {method.upper()} {path}"' in answer.text
    assert "http" not in httpx.get(f"{world.url}/docs/page.js").text
    other = httpx.get(f"{world.url}/")
    assert "script-src" not in other.headers["content-security-policy"]


def test_a_call_is_tried(world: World, new_ob: int, browser: Any) -> None:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{world.url}/docs")

    def attempt(call: str, **values: str) -> str:
        """Fill a form in, send it, return what it shows."""
        form = page.locator(f'form[data-testid="try {call}"]')
        form.locator("xpath=..").evaluate("details => details.open = true")
        for name, value in values.items():
            form.locator(f'[name="{name}"]').fill(value)
        form.locator("button").click()
        form.locator("output p").first.wait_for()
        shown = form.locator("output").inner_text()
        form.locator("output").evaluate("output => output.textContent = ''")
        return str(shown)

    assert attempt("GET /p2/api/v1/obsRuns").startswith("401")
    sign_in = page.locator('[data-testid="docs-sign-in"]')
    sign_in.locator('[name="username"]').fill("52052")
    sign_in.locator('[name="password"]').fill(PASSWORD)
    sign_in.locator("button").click()
    sign_in.locator("output", has_text="signed in as 52052").wait_for()
    assert "110.23XY.001" in attempt("GET /p2/api/v1/obsRuns")
    block = "/p2/api/v1/obsBlocks/{obId}"
    assert "ETag" in attempt(f"GET {block}", obId=str(new_ob))
    saved = attempt(f"PUT {block}", obId=str(new_ob), body='{"name": "tried"}')  # with the version that was just read
    assert saved.startswith("200")
    assert '"name": "tried"' in saved
    stale = attempt(f"DELETE {block}", **{"obId": str(new_ob), "If-Match": '"stale"'})
    assert stale.startswith("412")
    assert "52052 saved it at" in stale
    assert attempt("GET /p2/api/v1/executions/{instrument}", instrument="FORS2", night="2022-11-15").startswith("200")
    assert errors == []
    assert all(one.startswith((world.url, "data:", "blob:")) for one in asked)
    page.close()
