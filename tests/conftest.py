"""Shared fixtures: where the real frames are, and an empty observatory."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from astropy.utils import iers
from hypothesis import settings

# astropy judges positions at moments past its bundled table, however old that has become; nothing is fetched.
iers.conf.auto_max_age = None

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


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server of our own; gives its address, ``postgresql://dfs@127.0.0.1:5432``. Skip when PostgreSQL is not installed."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("initdb")
    folder = Path(found).parent if found else places[-1] if places else None
    if folder is None:
        pytest.skip("PostgreSQL is not installed: make system")
    user = "postgres" if os.getuid() == 0 else None  # initdb refuses to run as root
    if user and user not in {entry.pw_name for entry in pwd.getpwall()}:
        pytest.skip("there is no user postgres to run PostgreSQL as")
    with tempfile.TemporaryDirectory() as name, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        if user:
            shutil.chown(name, user)
        data = ["-D", f"{name}/data"]
        options: dict[str, Any] = {"user": user, "capture_output": True, "cwd": name}
        made = [folder / "initdb", *data, "-A", "trust", "-U", "dfs", "--locale=C", "-E", "UTF8"]
        subprocess.run(made, check=True, **options)
        start = f"-p {port} -c listen_addresses=127.0.0.1 -k {name} -c fsync=off"
        subprocess.run(
            [folder / "pg_ctl", *data, "-w", "-o", start, "-l", f"{name}/log", "start"], check=True, **options
        )
        try:
            yield f"postgresql://dfs@127.0.0.1:{port}"
        finally:
            subprocess.run([folder / "pg_ctl", *data, "-w", "-m", "immediate", "stop"], check=True, **options)


@pytest.fixture(scope="module")
def pgsphere(postgresql: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A connection to a database of the module's own with pgSphere; skip when that is not installed."""
    import psycopg

    name = f"{request.module.__name__.rpartition('.')[2]}_sphere"
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    with psycopg.connect(f"{postgresql}/{name}", autocommit=True) as connection:
        try:
            connection.execute("CREATE EXTENSION pg_sphere")
        except psycopg.Error:
            pytest.skip("pgSphere is not installed: make system")
        yield connection


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
