"""A real server, ``dfs serve`` in a process of its own, on an observatory with a few small frames (and the real ones, if they are here)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from dfs.observatory import Observatory

PATIENCE_S = 60.0


@dataclass
class Served:
    """A server that runs."""

    root: Path
    url: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def tap(self) -> str:
        return f"{self.url}/tap"

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **options)

    def query(self, adql: str, **parameters: str) -> httpx.Response:
        return httpx.post(f"{self.tap}/sync", data={"QUERY": adql, "LANG": "ADQL", **parameters}, timeout=60)

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        return code


@contextmanager
def serving(root: Path, *options: str) -> Iterator[Served]:
    """Run ``dfs serve`` on the observatory in `root` until the block ends."""
    log = root.parent / f"{root.name}.log"
    command = [sys.executable, "-m", "dfs", "--root", str(root), "serve", "--port", "0", *options]
    with log.open("a") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ)
    line = process.stdout.readline()
    assert line, log.read_text()
    served = Served(root, json.loads(line)["url"], process, log)
    try:
        yield served
    finally:
        served.stop()


def card(name: str, value: str) -> str:
    return f"{f'{name:<8}= {value:>20}':<80}"


def raw_frame(number: int) -> bytes:
    """Return a small raw frame of EFOSC2 as FITS: one pixel, and the keywords that tables are made of."""
    start = f"2022-01-27T04:{number // 60:02d}:{number % 60:02d}.000"
    eso = {
        "DPR CATG": "'SCIENCE'" if number % 2 else "'CALIB'",
        "DPR TYPE": "'OBJECT'" if number % 2 else "'BIAS'",
        "DPR TECH": "'IMAGE'",
        "OBS PROG ID": "'108.22F6.001'",
        "OBS NAME": "'a <b> & \"c\"'",
    }
    cards = [
        card("SIMPLE", "T"),
        card("BITPIX", "8"),
        card("NAXIS", "0"),
        card("INSTRUME", "'EFOSC'"),
        card("TELESCOP", "'ESO-NTT'"),
        card("OBJECT", f"'field {number}'"),
        card("RA", f"{98.6 + number / 100:.5f}"),
        card("DEC", "-31.22"),
        card("EXPTIME", "10.0"),
        card("DATE-OBS", f"'{start}'"),
        card("MJD-OBS", f"{59606 + (4 * 3600 + number) / 86400:.8f}"),
        card("ARCFILE", f"'EFOSC.{start}.fits'"),
        *(f"{f'HIERARCH ESO {name} = {value}':<80}" for name, value in eso.items()),
        f"{'END':<80}",
    ]
    text = "".join(cards)
    return text.ljust(-(-len(text) // 2880) * 2880).encode()


@pytest.fixture(scope="session")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root of an observatory with 40 small frames, and the real ones where they are."""
    folder = tmp_path_factory.mktemp("served")
    real = Path(os.environ.get("DFS_TEST_DATA", Path(__file__).parents[3] / "../shared/data")).resolve() / "raw"
    with Observatory.open(folder / "observatory") as observatory:
        for number in range(40):
            path = folder / f"frame{number}.fits"
            path.write_bytes(raw_frame(number))
            observatory.archive.ingest(path)
        for name in ("EFOSC2_2022", "ISAAC"):
            for path in sorted((real / name).glob("*.fits.gz"))[-3:]:
                observatory.archive.ingest(path)
    return folder / "observatory"


@pytest.fixture(scope="session")
def server(populated: Path) -> Iterator[Served]:
    """The one server of tests that leave it as it is."""
    with serving(populated) as served:
        yield served


@pytest.fixture
def serve() -> Callable[..., object]:
    """Run further servers."""
    return serving


@pytest.fixture
def until() -> Callable[[Callable[[], bool], str], None]:
    """Wait until something is true."""

    def wait(true: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < deadline, what
            time.sleep(0.02)

    return wait


@pytest.fixture
def endless() -> str:
    """A query that no index helps with, over more pairs than there are seconds in an age."""
    return (
        "SELECT SUM(SIN(a.column_index + b.column_index) * c.column_index) AS s FROM TAP_SCHEMA.columns AS a, "
        "TAP_SCHEMA.columns AS b, TAP_SCHEMA.columns AS c, TAP_SCHEMA.columns AS d"
    )
