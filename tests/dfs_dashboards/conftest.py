"""One host of pages for the whole session, on an observatory with a few drawn frames, and a browser that reaches nothing else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from dfs.clock import FixedClock
from dfs.observatory import Observatory

PATIENCE_S = 90.0
NIGHT = datetime(2022, 1, 27, 1)  # noqa: DTZ001 - UTC, as in headers
TARGETS = {"SIM-STAR 1": (99.05, -31.22), "SIM-STAR 2": (152.5, -1.0), "SIM-GALAXY": (10.2, -25.4)}


@dataclass
class Host:
    """Pages that are served."""

    root: Path
    line: dict[str, object]
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return self.line["pages"]["archive"]

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        return code


@contextmanager
def served(root: Path, *options: str) -> Iterator[Host]:
    """Run ``dfs dashboards`` on the observatory in `root` until the block ends."""
    command = [sys.executable, "-m", "dfs", "--root", str(root), "dashboards", "--port", "0", *options]
    with (root.parent / "pages.log").open("a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ)
    line = process.stdout.readline()
    assert line, (root.parent / "pages.log").read_text()
    host = Host(root, json.loads(line), process)
    try:
        yield host
    finally:
        host.stop()


@pytest.fixture(scope="session")
def hosting() -> Callable[..., AbstractContextManager[Host]]:
    """Run ``dfs dashboards`` on an observatory until the block ends."""
    return served


def frame(path: Path, number: int) -> Path:
    """Write raw frame `number` of the night: biases, then objects; each third of another programme."""
    start = (NIGHT + timedelta(minutes=number)).isoformat(timespec="milliseconds")
    target = [None, *TARGETS][number % 4]
    header = fits.Header()
    header["INSTRUME"], header["TELESCOP"], header["ORIGIN"] = "EFOSC", "ESO-NTT", "ESO"
    header["OBJECT"] = target or "BIAS"
    if target:
        header["RA"], header["DEC"] = TARGETS[target]
        header["CTYPE1"], header["CTYPE2"] = "RA---TAN", "DEC--TAN"
        header["CRPIX1"] = header["CRPIX2"] = 32.5
        header["CRVAL1"], header["CRVAL2"] = TARGETS[target]
        header["CD1_1"], header["CD2_2"] = -1e-3, 1e-3
        header["RADESYS"], header["EQUINOX"] = "FK5", 2000.0
    header["EXPTIME"] = 0.0 if target is None else 30.0 * (number + 1)
    header["MJD-OBS"] = 59606.0 + (1 + number / 60) / 24
    header["DATE-OBS"] = start
    header["HIERARCH ESO DPR CATG"] = "SCIENCE" if target else "CALIB"
    header["HIERARCH ESO DPR TYPE"] = "OBJECT" if target else "BIAS"
    header["HIERARCH ESO DPR TECH"] = "IMAGE"
    header["HIERARCH ESO OBS PROG ID"] = "108.22F6.001" if number % 3 else "60.A-9022(C)"
    header["HIERARCH ESO OBS TARG NAME"] = header["OBJECT"]
    header["HIERARCH ESO INS FILT1 NAME"] = "V#641" if number % 2 else "B#639"
    header["ARCFILE"] = f"EFOSC.{start}.fits"
    pixels = np.random.default_rng(number).normal(200, 5, (64, 64)).astype(np.uint16)
    fits.PrimaryHDU(pixels, header).writeto(path)
    return path


@pytest.fixture(scope="session")
def archive_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an observatory with 24 frames: 12 archived long ago, 12 a month before now."""
    folder = tmp_path_factory.mktemp("pages")
    frames = [frame(folder / f"frame{number}.fits", number) for number in range(24)]
    root = folder / "observatory"
    now = datetime.now().astimezone()
    for archived, part in ((now - timedelta(days=800), frames[:12]), (now - timedelta(days=30), frames[12:])):
        with Observatory.open(root, clock=FixedClock(archived)) as observatory:
            for path in part:
                observatory.archive.ingest(path)
    return root


@pytest.fixture(scope="session")
def host(archive_root: Path) -> Iterator[Host]:
    """The pages, for everybody who only looks."""
    with served(archive_root) as running:
        yield running


@dataclass
class Visit:
    """A page in a browser, and what it asked the network for."""

    page: object
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        return [one for one in self.asked if not one.startswith(("http://127.0.0.1:", "data:", "blob:"))]

    def part(self, name: str, nth: int = 0):
        return self.page.locator(f'[data-testid="{name}"]').nth(nth)

    def state(self) -> str:
        return self.page.evaluate("document.body.dataset.dfsState")

    def settle(self) -> str:
        """Wait until the page is at rest and return its state."""
        try:
            self.page.wait_for_function("document.body.dataset.dfsState !== 'busy'", timeout=PATIENCE_S * 1000)
        except Exception as error:
            shown = self.page.evaluate("[...(window.dfsShown ?? []), document.body.innerText.slice(0, 200)]")
            raise AssertionError(f"still busy; parts shown: {shown}; errors: {self.errors}") from error
        return self.state()


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window; skip where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium: make system")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield made
        made.close()


@contextmanager
def visiting(browser, url: str) -> Iterator[Visit]:
    """Open a page; every request outside this machine is refused and counted."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    seen = Visit(page)

    def let(route) -> None:
        seen.asked.append(route.request.url)
        route.continue_() if not seen.outside else route.abort()

    page.route("**/*", let)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.goto(url, timeout=PATIENCE_S * 1000)
    seen.settle()
    try:
        yield seen
    finally:
        context.close()


@pytest.fixture
def visit(browser, host: Host) -> Callable[..., AbstractContextManager[Visit]]:
    """Open the page with a query string until the block ends."""
    return lambda query="": visiting(browser, f"{host.url}{query}")


@pytest.fixture(scope="module")
def opened(browser, host: Host) -> Iterator[Visit]:
    """One page for all tests that only use it."""
    with visiting(browser, host.url) as seen:
        yield seen


@pytest.fixture
def seen(opened: Visit) -> Iterator[Visit]:
    """The page as it is at the start; at the end nothing has gone wrong in it, and nothing was asked outside."""
    for name in ("collection-raw", "reset-form", "mark-reset", "tab-preview"):
        if opened.part(name).is_visible():
            opened.part(name).click()
            opened.settle()
    yield opened
    if opened.page.locator("dialog[open]").count():
        opened.part("code-close").click()
    assert opened.outside == []
    assert opened.errors == []
