"""A served observatory for phase 2: people, runs in service and visitor mode, and the clock in the middle of their period."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from dfs.observatory import Observatory

PASSWORD = "tutorial-of-phase-2"  # noqa: S105
NOW = datetime(2022, 11, 15, 12, tzinfo=UTC)
PEOPLE = {"52052": (), "other": (), "delegate": (), "support": ("support",), "operator": ("operator",)}
LIMITS = {"seeing": 0.8, "fli": "n", "skyTransparency": "Clear"}
RUNS = {
    "service": {"progId": "110.23XY.001", "instrument": "FORS2", "mode": "SM", "allocatedTime": 360_000},
    "second": {"progId": "110.23XY.004", "instrument": "FORS2", "mode": "SM", "allocatedTime": 36_000},
    "visitor": {"progId": "110.23XY.002", "instrument": "FORS2", "mode": "VM"},
    "too": {"progId": "110.23XY.003", "instrument": "FORS2", "mode": "SM", "isToO": True, "allocatedTime": 36_000},
    "visitor2": {"progId": "110.23XY.005", "instrument": "FORS2", "mode": "VM"},
    "foreign": {"progId": "110.24AB.001", "instrument": "FORS2", "mode": "SM", "allocatedTime": 36_000},
}


@dataclass
class World:
    """The served observatory."""

    root: Path
    url: str
    runs: dict[str, dict[str, Any]]
    log: Path
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def api(self) -> str:
        return f"{self.url}/p2/api/v1"

    def token(self, who: str = "52052") -> str:
        if who not in self.tokens:
            answer = httpx.post(f"{self.url}/p2/api/login", data={"username": who, "password": PASSWORD})
            self.tokens[who] = answer.json()["access_token"]
        return self.tokens[who]

    def client(self, who: str = "52052", **options: Any) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token(who)}"}
        # without certificates, which take longer to read than a test takes
        return httpx.Client(base_url=self.api, headers=headers, timeout=60, verify=False, **options)  # noqa: S501

    def move_clock(self, at: str) -> None:
        with Observatory.open(self.root) as observatory:
            observatory.set_clock(datetime.fromisoformat(at))

    def root_of(self, run: str) -> int:
        return int(self.runs[run]["containerId"])


def make_world(root: Path) -> dict[str, dict[str, Any]]:
    """Make the observatory in `root`; return its runs."""
    root.mkdir(parents=True)
    (root / "dfs.toml").write_text("test_instance = true\n")
    with Observatory.open(root) as observatory:
        observatory.set_clock(NOW)
        for name, roles in PEOPLE.items():
            observatory.accounts.add(name, PASSWORD, email=f"{name}@example.org", full_name=f"Some {name}", roles=roles)
        for name, relation, scope in (
            ("52052", "pi", "110.23XY"),
            ("other", "pi", "110.24AB"),
            ("delegate", "phase2-delegate", "110.23XY.001"),
        ):
            observatory.relations.relate(name, relation, scope)
        common = {"period": 110, "observingConstraints": LIMITS, "pi": {"firstName": "Some", "lastName": "PI"}}
        desk = observatory.phase2_desk
        return {name: desk.create_run({**common, "title": name, **one}) for name, one in RUNS.items()}


@contextmanager
def served(root: Path) -> Iterator[World]:
    """Make the observatory in `root` and serve it until the block ends; the server's log tells of no traceback."""
    runs = make_world(root)
    log = root.with_suffix(".log")
    command = [sys.executable, "-m", "dfs", "--root", str(root), "serve", "--port", "0"]
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ)
    line = process.stdout.readline()
    if not line:
        process.wait(60)
        process.stdout.close()
        raise AssertionError(log.read_text())
    try:
        yield World(root, json.loads(line)["url"], runs, log)
    finally:
        process.terminate()
        assert process.wait(60) == 0
        process.stdout.close()
    assert "Traceback" not in log.read_text(), log.read_text()
