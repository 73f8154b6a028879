"""Shared fixtures: where the real frames are, and an empty observatory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A landing is judged on the same examples each time; at home every run looks for new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Folder of real data made by others (``DFS_TEST_DATA``); skip when it is not there."""
    folder = Path(os.environ.get("DFS_TEST_DATA", REPOSITORY / "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no real data: set DFS_TEST_DATA ({folder} is not there)")
    return folder


@pytest.fixture(scope="session")
def real_frames(test_data: Path) -> Path:
    """Folder with the eleven raw EFOSC2 frames of run 108.22F6.001."""
    folder = test_data / "raw" / "EFOSC2_2022"
    if not folder.is_dir():
        pytest.skip(f"no real frames in {folder}")
    return folder


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests away from the settings and the observatory of whoever runs them."""
    for name in [
        name for name in os.environ if name.startswith("DFS_") and name not in {"DFS_TEST_DATA", "DFS_REQUIRE_REAL"}
    ]:
        monkeypatch.delenv(name)
    for name in ("CONFIG", "DATA"):  # folders that are there: astropy warns of others
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path_factory.mktemp(f"{name.lower()}-home")))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Turn a skipped real-data test into a failure where the real data must be there (``DFS_REQUIRE_REAL=1``)."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and item.get_closest_marker("real") and os.environ.get("DFS_REQUIRE_REAL") == "1":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: a real-data test was skipped although the data are there: {report.longrepr}"
