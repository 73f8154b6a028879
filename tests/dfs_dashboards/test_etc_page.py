"""The page ``etc`` as somebody uses it, in a browser that reaches nothing but the page's own server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from astropy.table import Table

from dfs.etc.documents.mapping import request_of
from dfs.etc.engine.calculation import calculate
from dfs_widgets.state.etc.readable import readable

PATIENCE_MS = 90_000
ASKED = "instrument=FORS2&mode=lss&grism=300V&slit=1&sed=blackbody:5800&mag=20&exposure=600&seeing=0.8"
QUESTION = {name: value[0] for name, value in parse_qs(ASKED).items()}
SETTLED = "document.body.dataset.dfsState !== 'busy'"


class Seen:
    """The calculator in a browser."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.errors: list[str] = []
        self.asked: list[str] = []

    def part(self, name: str, nth: int = 0):
        return self.page.locator(f'[data-testid="{name}"]').nth(nth)

    def settle(self) -> str:
        try:
            self.page.wait_for_function(SETTLED, timeout=PATIENCE_MS)
        except Exception as error:
            shown = self.page.evaluate("[...(window.dfsShown ?? []), document.body.innerText.slice(0, 300)]")
            raise AssertionError(f"still busy; parts shown: {shown}; errors: {self.errors}") from error
        return self.page.evaluate("document.body.dataset.dfsState")

    def set(self, control: str, value: str) -> str:
        """Type into a control, or choose; return the state once the page is at rest."""
        field = self.part(f"control-{control}")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
        return self.settle()

    def press(self, name: str, nth: int = 0) -> str:
        self.part(name, nth).click()
        return self.settle()

    def figure(self, name: str) -> str:
        return self.part(f"result-{name}").inner_text()

    def query(self) -> dict[str, str]:
        return {name: value[0] for name, value in parse_qs(urlsplit(self.page.url).query).items()}

    def drawn(self, name: str) -> str:
        """The pixels of a plot, as a text that changes when they do."""
        return self.page.evaluate("name => document.querySelector(`[data-testid='plot-${name}']`).toDataURL()", name)

    def begin(self) -> None:
        """Ask the first question, in the panels that are shown first, all wavelengths, nothing kept."""
        self.press("side-compare")
        while self.part("setup").count():
            self.press("setup-remove")
        for name in ("side-figures", "show-input", "reset-zoom"):
            if self.part(name).is_visible():
                self.part(name).click()
        document = json.dumps({"inputs": QUESTION}).encode()
        body = {"name": "first.json", "mimeType": "application/json", "buffer": document}
        self.part("open-file").set_input_files(body)
        assert self.settle() == "ready"

    def saved(self, kind: str, folder: Path) -> Path:
        self.part("save").click()
        with self.page.expect_download(timeout=PATIENCE_MS) as coming:
            self.part(f"save-{kind}").click()
        path = folder / coming.value.suggested_filename
        coming.value.save_as(path)
        self.settle()
        return path


@contextmanager
def opened(browser, host, query: str = ASKED) -> Iterator[Seen]:
    """Open the page with a query string; nothing may go wrong in it, and nothing be asked elsewhere."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    seen = Seen(page)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))

    def let(route: Any) -> None:
        url = route.request.url
        if url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            route.continue_()
        else:
            seen.asked.append(url)
            route.abort()

    page.route("**/*", let)
    page.goto(f"{host.line['pages']['etc']}?{query}", timeout=PATIENCE_MS)
    seen.settle()
    try:
        yield seen
    finally:
        context.close()


@pytest.fixture(scope="module")
def open_page(browser, host) -> Iterator[Seen]:
    """One page for all tests: opening it costs more than all they do."""
    with opened(browser, host) as seen:
        yield seen


@pytest.fixture
def seen(open_page: Seen) -> Iterator[Seen]:
    """The page as it is at the start; at the end nothing has gone wrong in it, and nothing was asked outside."""
    open_page.begin()
    yield open_page
    assert open_page.errors == []
    assert open_page.asked == []


def answer(**changes: Any):
    return calculate(request_of({**QUESTION, **changes}))


def test_a_keystroke_brings_figures_plots_and_address(seen):
    assert seen.figure("snr") == readable(answer().snr)
    before = seen.drawn("snr")
    assert seen.set("mag", "21.5") == "ready"
    assert seen.figure("snr") == readable(answer(mag=21.5).snr)
    assert seen.drawn("snr") != before
    assert seen.query()["mag"] == "21.5"
    slider = seen.part("slider-seeing")
    slider.evaluate("one => { one.value = '1.4'; one.dispatchEvent(new Event('input', { bubbles: true })); }")
    seen.settle()
    assert seen.part("control-seeing").input_value() == "1.4"
    assert seen.figure("snr") == readable(answer(mag=21.5, seeing=1.4).snr)


def test_what_cannot_be_stands_in_red_beside_its_control(seen):
    good = seen.figure("snr")
    assert seen.set("airmass", "9") == "error"
    assert "1 to 3" in seen.part("problem-airmass").inner_text()
    assert seen.part("control-airmass").get_attribute("aria-invalid") == "true"
    assert "is-stale" in seen.part("answer-panel").get_attribute("class")
    assert seen.figure("snr") == good
    assert seen.set("airmass", "1.2") == "ready"
    assert seen.part("problem-airmass").inner_text() == ""


def test_asking_for_a_signal_to_noise_gives_the_time(seen):
    seen.press("control-asked-snr")
    seen.set("snr", "50")
    assert seen.figure("exposure").split(" ")[0] == readable(answer(exposure=None, snr=50).exposure_s)
    assert not seen.part("control-exposure").is_visible()
    assert seen.query()["snr"] == "50"
    assert "exposure" not in seen.query()


def test_another_instrument_shows_its_own_controls(seen):
    assert seen.set("instrument", "HAWKI") == "ready"
    assert seen.part("control-dit").is_visible()
    assert not seen.part("control-grism").count()
    assert seen.part("control-mag").input_value() == "20"
    assert seen.part("panel-time").is_visible()
    assert seen.set("instrument", "FORS2") == "ready"
    assert seen.part("control-exposure").input_value() == "600"


def test_saturation_is_red_and_says_the_longest_safe_exposure(seen):
    seen.set("mag", "12")
    assert "Longest safe exposure" in seen.part("saturated").inner_text()
    seen.press("show-peak")
    assert seen.part("panel-peak").is_visible()
    assert seen.query()["show"] == "peak"


def test_set_ups_are_kept_compared_taken_and_removed(seen):
    seen.press("keep")
    seen.set("slit", "2")
    table = seen.part("differences").inner_text()
    assert "Slit width" in table
    assert "FORS2 300V" in seen.part("legend-snr").inner_text()
    seen.press("setup-take")
    assert seen.part("control-slit").input_value() == "1"
    while seen.part("setup").count():
        seen.press("setup-remove")
    assert "FORS2 300V" not in seen.part("legend-snr").inner_text()


def test_everything_can_be_taken_along(seen, tmp_path):
    table = Table.read(seen.saved("ecsv", tmp_path), format="ascii.ecsv")
    assert table["snr"].max() == pytest.approx(answer().snr_per_pixel.max(), rel=1e-6)
    document = json.loads(seen.saved("json", tmp_path).read_text())
    assert document["results"]["snr"] == pytest.approx(answer().snr)
    assert "etc.Calculator" in seen.saved("py", tmp_path).read_text()
    assert seen.saved("png", tmp_path).read_bytes()[:4] == b"\x89PNG"
    assert "<path" in seen.saved("svg", tmp_path).read_text()


def test_the_link_brings_the_same_back_and_the_theme_is_no_question(seen, browser, host):
    seen.press("control-moon-fli")
    seen.press("copy-link")
    seen.page.wait_for_selector('[data-testid="copy-link"][data-link]', timeout=PATIENCE_MS)
    link = seen.part("copy-link").get_attribute("data-link")
    with opened(browser, host, urlsplit(link).query + "&theme=dark") as again:
        assert again.figure("snr") == seen.figure("snr")
        assert again.page.evaluate("document.documentElement.dataset.dfsTheme") == "dark"
        assert again.errors == []


def test_a_spectrum_of_ones_own(seen, tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("\n".join(f"{nm} {1 + nm / 1000}" for nm in range(300, 1101, 10)))
    assert seen.set("sed", "spectrum") == "error"
    assert "Choose a file" in seen.part("problem-upload").inner_text()
    seen.part("control-upload").set_input_files(str(path))
    assert seen.settle() == "ready"
    assert seen.part("control-upload-name").inner_text() == "mine.txt"
    assert seen.figure("snr") != ""


def test_plots_are_read_zoomed_and_asked_by_keys_alone(seen):
    canvas = seen.part("plot-snr")
    canvas.focus()
    seen.page.keyboard.press("ArrowRight")
    seen.page.wait_for_function(
        "document.querySelector('[data-testid=legend-snr]').innerText.includes('nm')", timeout=PATIENCE_MS
    )
    whole = seen.drawn("electrons")
    seen.page.keyboard.press("+")
    seen.page.wait_for_function(
        "before => document.querySelector('[data-testid=plot-electrons]').toDataURL() !== before",
        arg=whole,
        timeout=PATIENCE_MS,
    )
    for _ in range(10):
        seen.page.keyboard.press("Shift+ArrowRight")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_function("new URLSearchParams(location.search).has('at')", timeout=PATIENCE_MS)
    seen.settle()
    assert float(seen.query()["at"]) > 500


def test_the_grid_asks_what_is_clicked(seen):
    seen.press("side-grid")
    seen.set("grid_x", "mag")
    seen.set("grid_y", "seeing")
    wanted = seen.part("grid-cell").inner_text()
    seen.press("grid-cell")
    assert (seen.query()["mag"], seen.query()["seeing"]) == ("18", "0.5")
    found, wanted = (float(one.replace("\u202f", "")) for one in (seen.figure("snr"), wanted))
    assert found == pytest.approx(wanted, rel=0.01)


def test_every_control_has_a_name_and_pages_lead_to_each_other(seen):
    unnamed = seen.page.evaluate(
        """[...document.querySelectorAll('.dfs-etc-page :is(input, select, button, canvas)')].filter((one) => one.offsetParent &&
            !(one.labels?.length || one.getAttribute('aria-label') || one.textContent.trim() || one.title)).map((one) => one.outerHTML)"""
    )
    assert unnamed == []
    assert seen.part("page-etc").get_attribute("aria-current") == "page"
    assert urlsplit(seen.part("page-archive").get_attribute("href")).path.endswith("/pages/archive")
