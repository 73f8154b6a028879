"""Exposure times in the editor of a block, in a browser: brightness typed, signal-to-noise answered, a calculation taken over."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dfs.observatory import Observatory
from dfs.phase2.api import Change
from dfs.phase2.examples import document, examples

PATIENCE_MS = 90_000
RUN = "118.23XY.001"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an observatory with a run of one block."""
    folder = tmp_path_factory.mktemp("p2etc") / "observatory"
    now = datetime.now(UTC)
    with Observatory.open(folder) as observatory:
        desk = observatory.phase2_desk
        run = desk.create_run(
            {
                "progId": RUN,
                "instrument": "FORS2",
                "title": "Galaxies",
                "validFrom": f"{now - timedelta(days=2):%Y-%m-%d}T16:00Z",
                "validTo": f"{now + timedelta(days=180):%Y-%m-%d}T16:00Z",
            }
        )
        one = {**document(examples("FORS2")[0]), "name": "Bar", "containerId": run["containerId"]}
        desk.apply(run["runId"], [Change("create-item", -1, one)])
    return folder


@pytest.fixture(scope="module")
def host(root, hosting):
    with hosting(root, "--warm", "1") as running:
        yield running


@contextmanager
def looking(browser, host, item: int):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    asked: list[str] = []
    errors: list[str] = []

    def let(route: Any) -> None:
        inside = route.request.url.startswith(("http://127.0.0.1:", "data:", "blob:"))
        asked.extend([] if inside else [route.request.url])
        route.continue_() if inside else route.abort()

    context.route("**/*", let)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{host.line['pages']['p2']}?run={RUN}&item={item}&tab=templates&side=etc&poll=600")
    rest(page)
    try:
        yield page
    finally:
        assert asked == []
        assert errors == []
        context.close()


def rest(page: Any) -> None:
    page.wait_for_function("document.body.dataset.dfsState !== 'busy'", timeout=PATIENCE_MS)


def part(page: Any, name: str) -> Any:
    return page.locator(f'[data-testid="{name}"]').first


def put(page: Any, name: str, text: str) -> None:
    part(page, name).fill(text)
    part(page, name).press("Enter")
    part(page, name).blur()
    rest(page)


def snr(page: Any) -> float:
    return float(part(page, "exposure-snr").inner_text())


def the_block(root: Path) -> dict[str, Any]:
    with Observatory.open(root) as observatory:
        desk = observatory.phase2_desk
        return desk.tree(desk.runs()[0]["runId"])["root"]["items"][0]


def test_brightness_signal_saturation_and_a_calculation_taken_over(browser, host, root):
    with looking(browser, host, the_block(root)["obId"]) as page:
        assert "brightness" in part(page, "exposure-none").inner_text()
        part(page, "bright-mag").press_sequentially("22")  # live: the field is not left
        page.wait_for_selector('[data-testid="exposure-curve"]')
        rest(page)
        first = snr(page)
        assert "ETC: mag=22" in the_block(root)["obsDescription"]["userComments"]

        field = page.locator('[data-template^="FORS2_lss_obs"] [data-testid$="DET.WIN1.UIT1"]')  # live, while typing
        field.fill("3200")
        page.wait_for_function(
            f"Number(document.querySelector('[data-testid=exposure-snr]').textContent) > {1.5 * first}"
        )
        rest(page)

        put(page, "bright-mag", "9")
        page.wait_for_selector('[data-testid="exposure-full"]')
        assert "longest safe science exposure" in part(page, "exposure-full").inner_text()
        put(page, "bright-mag", "22")
        page.wait_for_function("!document.querySelector('[data-testid=exposure-full]')")

        part(page, "bright-mag").fill("abc")
        page.wait_for_selector("[data-testid=exposures].is-stale")
        assert "abc" in part(page, "bright-wrong").inner_text()
        assert part(page, "bright-mag").get_attribute("aria-invalid") == "true"

        part(page, "bright-mag").fill("22.5")
        with page.context.expect_page() as opening:
            part(page, "exposure-open").click()  # at once
        calculator = opening.value
        calculator.wait_for_load_state("domcontentloaded")
        assert "mag=22.5" in calculator.url
        rest(page)
        assert "/pages/etc?" in calculator.url
        assert "grism=GRIS_300V" in calculator.url
        link = calculator.url.replace("exposure=9600", "exposure=1200")
        calculator.close()
        assert link != calculator.url

        part(page, "exposure-take").click()
        part(page, "ask-source").fill(link)
        part(page, "act-preview").click()
        rest(page)
        assert "400" in part(page, "taken").inner_text()
        part(page, "act-write").click()
        rest(page)
        assert "took over" in part(page, "state").inner_text()
        parameters = {one["name"]: one["value"] for one in the_block(root)["templates"][1]["parameters"]}
        assert parameters["DET.WIN1.UIT1"] == 400.0
        page.screenshot(path=str(root.parent / "exposure.png"))
