"""The archive as its users meet it: a served observatory with the demonstration's people and a row in every table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .night import make_observatory


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root of the observatory."""
    folder = tmp_path_factory.mktemp("users") / "demo"
    make_observatory(folder)
    return folder


@pytest.fixture(scope="session")
def url(root: Path) -> Iterator[str]:
    """Address of ``dfs serve`` on it."""
    command = [sys.executable, "-m", "dfs", "--root", str(root), "serve", "--port", "0"]
    log = root.with_suffix(".log")
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ)
    line = process.stdout.readline()
    assert line, log.read_text()
    yield json.loads(line)["url"]
    process.terminate()
    assert process.wait(60) == 0
    process.stdout.close()
    assert "Traceback" not in log.read_text()
