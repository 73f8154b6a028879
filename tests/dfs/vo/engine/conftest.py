"""Random places on a small sky, indexed in part: some rows are in the generation, some came since, some were replaced."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from dfs.access.rows import RowRule
from dfs.access.user import EmbeddedUser
from dfs.clock import FixedClock
from dfs.observatory import Observatory
from dfs.vo.engine import QueryEngine


def _shared() -> ModuleType:
    """Load the fixtures of the index's tests: test folders are no packages."""
    name = "index_fixtures"
    if name not in sys.modules:
        path = Path(__file__).parents[2] / "archive" / "index" / "conftest.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


_CENTRES = [
    (0.02, -30.0),
    (359.98, -30.1),
    (120.0, 89.99),
    (300.0, -89.95),
    (45.0, 41.8103),
    (10.0, 0.0),
    (200.0, 20.0),
]
_PROTECTED = ("EFOSC2/P1", "EFOSC2/P2")
NOW = datetime(2025, 1, 1, tzinfo=UTC)


def random_places(seed: int, count: int, prefix: str = "a") -> list[dict[str, Any]]:
    """Return rows: clustered round awkward places, with small, large and broken regions, with nulls, some protected."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        ra, dec = _CENTRES[rng.integers(len(_CENTRES))]
        spread = 10 ** rng.uniform(-3, 0.7)
        dec = float(np.clip(dec + rng.normal(0, spread), -90, 90))
        ra = float((ra + rng.normal(0, spread) / max(0.01, np.cos(np.radians(dec)))) % 360)
        row: dict[str, Any] = {
            "name": f"{prefix}{number}",
            "ra": ra,
            "dec": dec,
            "mjd": float(np.round(rng.uniform(59000, 59100), 1)),
            "instrument": str(rng.choice(["EFOSC2", "FORS2", "UVES"])),
            "grade": int(rng.integers(4)),
            "flux": float(rng.normal()),
            "s_region": _region(rng, ra, dec),
        }
        for name, share in (("ra", 0.03), ("mjd", 0.05), ("instrument", 0.05), ("grade", 0.05)):
            if rng.uniform() < share:
                row[name] = None
        if rng.uniform() < 0.2:
            row |= {
                "programme": str(rng.choice(_PROTECTED)),
                "until": str(rng.choice(["2024-06-01T00:00:00.000", "2026-01-01T00:00:00.000"])),
            }
        rows.append(row)
    return rows


def _region(rng: np.random.Generator, ra: float, dec: float) -> str | None:
    kind, size = rng.integers(10), 10 ** rng.uniform(-2.5, 0.3)
    if kind == 0:
        return None
    if kind == 1:
        return "POLYGON ICRS what"
    if kind == 2:
        return f"CIRCLE ICRS {ra!r} {dec!r} {float(rng.uniform(5, 60))!r}"
    if kind < 6:
        return f"CIRCLE ICRS {ra!r} {dec!r} {float(size)!r}"
    if abs(dec) > 80:
        return f"POSITION ICRS {ra!r} {dec!r}"
    wide = size / np.cos(np.radians(dec))
    corners = [(ra - wide, dec - size), (ra + wide, dec - size), (ra + wide, dec + size), (ra - wide, dec + size)]
    return "POLYGON J2000 " + " ".join(f"{float(a % 360)!r} {float(d)!r}" for a, d in corners)


@pytest.fixture(scope="session")
def shared() -> ModuleType:
    """The index's fixtures."""
    return _shared()


@pytest.fixture(scope="session")
def sky(tmp_path_factory: pytest.TempPathFactory, shared: ModuleType) -> Iterator[Any]:
    """A truth of random places of which most are in a generation."""
    folder = tmp_path_factory.mktemp("sky")
    with Observatory.open(folder / "observatory", user=EmbeddedUser("tester")) as observatory:
        truth = shared.Truth(observatory, shared.Places(), folder / "index")
        truth.put(*random_places(1, 1500))
        with truth.index() as index:
            index.snapshot()
            truth.put(*random_places(2, 60), *random_places(3, 40, "b"))
            for number in range(100, 110):
                truth.remove(f"a{number}")
            truth.opened = index
            assert index.snapshot().tables["sky.places"].hidden.size > 0
            yield truth


def rule_of(user: Any, keys: Any, now: str) -> RowRule:
    """Let users named after a programme see it, the tester everything."""
    if user.name == "tester":
        return RowRule(now, everything=True)
    return RowRule(now, frozenset(key for key in keys if key.endswith(user.name)))


@pytest.fixture
def engine(sky: Any) -> QueryEngine:
    """An engine on these places."""
    return QueryEngine(sky.opened, FixedClock(NOW), rule_of)


@pytest.fixture
def truth_of_one(tmp_path: Path, shared: ModuleType) -> Iterator[Any]:
    """A truth of one place."""
    with Observatory.open(tmp_path / "observatory", user=EmbeddedUser("tester")) as observatory:
        truth = shared.Truth(observatory, shared.Places(), tmp_path / "index")
        truth.put({"name": "one", "ra": 1.0, "dec": 2.0, "mjd": 59000.0, "instrument": "UVES", "grade": 1})
        yield truth
