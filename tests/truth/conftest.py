"""The table of `make truth`, a night drawn for it, the real frames reduced, and a few lines of numpy to read products with."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from numpy.polynomial import legendre

import dfs_sims

ROWS = pytest.StashKey[list["Row"]]()
HEADINGS = ("what", "ours", "judge", "difference", "tolerance", "ok")


@dataclass(frozen=True)
class Row:
    """One comparison: ours against a judge that shares no code with it."""

    what: str
    ours: float | str
    judge: float | str
    difference: float
    tolerance: float
    test: str

    @property
    def ok(self) -> bool:
        return bool(abs(self.difference) <= self.tolerance)  # NaN is not ok

    def cells(self) -> tuple[str, ...]:
        numbers = (self.ours, self.judge, self.difference, self.tolerance)
        return (
            self.what,
            *(one if isinstance(one, str) else f"{one:.5g}" for one in numbers),
            "ok" if self.ok else "NO",
        )


@dataclass
class Judged:
    """What a test adds its rows to."""

    rows: list[Row]
    test: str

    def __call__(
        self, what: str, ours: float | str, judge: float | str, tolerance: float, difference: float | None = None
    ) -> None:
        """Add a row; `difference` is ours less judge unless given."""
        if difference is None:
            difference = float(ours) - float(judge)
        ours, judge = (one if isinstance(one, str) else float(one) for one in (ours, judge))
        self.rows.append(Row(what, ours, judge, float(difference), float(tolerance), self.test))


@dataclass
class Reduced:
    """A folder reduced through the door: the document it printed, and the truth where there is one."""

    document: dict[str, Any]
    folder: Path
    truth: dict[str, Any] = field(default_factory=dict)

    def paths(self, category: str) -> list[Path]:
        return [Path(one["path"]) for one in self.document["products"] if one["pro_catg"] == category]

    def open(self, category: str, number: int = 0) -> fits.HDUList:
        return _loaded(self.paths(category)[number])

    def spectra(self) -> list[fits.HDUList]:
        return [_loaded(path) for path in self.paths("SCIENCE_SPECTRUM")]

    def exposures(self, header: fits.Header) -> list[dict[str, Any]]:
        """Return what is true of the raw frames a product was made from."""
        names = [
            header[f"ESO PRO REC1 RAW{n}  NAME".replace("  ", " ")] for n in range(1, header["ESO PRO DATANCOM"] + 1)
        ]
        known = {one["dp_id"]: one for one in self.truth["exposures"]}
        return [known[name.removesuffix(".fits")] for name in names]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.truth["exposures"] if one["kind"] == kind]


def _loaded(path: Path) -> fits.HDUList:
    with fits.open(path, memmap=False) as hdus:
        for hdu in hdus:
            hdu.data  # noqa: B018 - read now, the file is closed on leaving
        return hdus


@dataclass
class Solution:
    """A WAVE_SOLUTION as its table and cards describe it, evaluated here: sums of Legendre polynomials on -1...1."""

    hdu: fits.BinTableHDU

    def __call__(self, x: Any, y: Any) -> np.ndarray:
        """Return nm at pixel `x` along the dispersion, `y` along the slit, from 0."""
        table, header = self.hdu.data, self.hdu.header
        nx, ny = header["ESO DRS WAVE NX"], header["ESO DRS WAVE NY"]
        stretch, shift = header["ESO DRS WAVE STRETCH"], header["ESO DRS WAVE SHIFT"]
        matrix = np.zeros((table["degree_y"].max() + 1, table["degree_x"].max() + 1))
        matrix[table["degree_y"], table["degree_x"]] = table["coefficient"]
        u = ((1 - stretch) * (np.asarray(x) - (nx - 1) / 2) - shift) / ((nx - 1) / 2)
        return legendre.legval2d(*np.broadcast_arrays((np.asarray(y) - (ny - 1) / 2) / ((ny - 1) / 2), u), matrix)

    @property
    def calibrated_nm(self) -> tuple[float, float]:
        return self.hdu.header["ESO DRS WAVE CAL MIN"], self.hdu.header["ESO DRS WAVE CAL MAX"]


Door = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Door:
    """Return a function that runs ``dfs ARGUMENTS --json`` as a user would, and returns the document."""
    home = tmp_path_factory.mktemp("home")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DFS_")}
    environment |= {"XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}

    def run(*arguments: str | Path) -> dict[str, Any]:
        command = [sys.executable, "-m", "dfs", *map(str, arguments), "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    return run


@pytest.fixture(scope="session")
def seed() -> int:
    """Return the seed of the night: new in each run, unless DFS_TRUTH_SEED fixes it."""
    return int(os.environ.get("DFS_TRUTH_SEED") or secrets.randbelow(1_000_000))


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory, door: Door, seed: int, pytestconfig: pytest.Config) -> Reduced:
    """Return a simulated night, drawn with a seed nobody has seen and reduced with ``dfs reduce``."""
    folder = tmp_path_factory.mktemp("night")
    pytestconfig.stash[ROWS].append(
        Row("seed of the simulated night", str(seed), "DFS_TRUTH_SEED fixes it", 0.0, 0.0, "")
    )
    dfs_sims.efosc2_night(folder / "raw", seed=seed)
    truth = json.loads((folder / "truth.json").read_text())
    return Reduced(door("--root", folder / "root", "reduce", folder / "raw"), folder, truth)


@pytest.fixture(scope="session")
def real_night(real_frames: Path, tmp_path_factory: pytest.TempPathFactory, door: Door) -> Reduced:
    """Return the eleven real frames, reduced with ``dfs reduce``."""
    folder = tmp_path_factory.mktemp("real")
    return Reduced(door("--root", folder / "root", "reduce", real_frames), folder)


@pytest.fixture(scope="session")
def solution_of() -> type[Solution]:
    return Solution


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Judged:
    """Return a function ``table(what, ours, judge, tolerance)``: each call is a row of the table printed at the end."""
    return Judged(request.config.stash[ROWS], request.node.nodeid)


def pytest_configure(config: pytest.Config) -> None:
    config.stash.setdefault(ROWS, [])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test one of whose rows is not ok, after all of them are in the table."""
    result = yield
    wrong = [row.what for row in item.config.stash.get(ROWS, []) if row.test == item.nodeid and not row.ok]
    if wrong:
        pytest.fail("further from the judge than tolerated: " + "; ".join(wrong), pytrace=False)
    return result


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table."""
    rows = [row.cells() for row in config.stash.get(ROWS, [])]
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)]
    terminalreporter.section("truth")
    for cells in (HEADINGS, *rows):
        text = [
            cells[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)),
        ]
        terminalreporter.write_line("  ".join(text))
