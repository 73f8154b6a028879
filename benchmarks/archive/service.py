"""Services under test: started as processes, asked over HTTP, their processor time and memory read from the system."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

__all__ = ["Service", "start_dfs"]

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PATIENCE_S = 600.0


@dataclass
class Service:
    """A TAP service that runs.

    Attributes
    ----------
    name
        As the tables show it.
    tap
        Its address.
    table
        Name of its table of observations.
    roots
        Processes whose time counts, with all their descendants.
    """

    name: str
    tap: str
    table: str
    roots: Sequence[int]
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=_PATIENCE_S))

    def ask(self, query: str, upload: bytes | None = None, **more: str) -> bytes:
        """Return the answer to a query."""
        data = {"REQUEST": "doQuery", "LANG": "ADQL", "QUERY": query, "MAXREC": "20000000", **more}
        files = None
        if upload is not None:
            data["UPLOAD"] = "u,param:u"
            files = {"u": ("u.xml", upload, "application/x-votable+xml")}
        answer = self.client.post(f"{self.tap}/sync", data=data, files=files, follow_redirects=True)
        answer.raise_for_status()
        return answer.content

    def cpu_s(self) -> float:
        """Return the processor time its processes have used."""
        return sum(_time_of(pid) for pid in _family(self.roots))

    def peak_mb(self) -> float:
        """Return the largest memory of its first process, mapped files among it."""
        status = Path(f"/proc/{self.roots[0]}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def start_dfs(root: Path, ready: Path) -> tuple[Service, subprocess.Popen[bytes], float]:
    """Start ``dfs serve`` on an observatory; return it with its process, and the seconds to its first answer."""
    ready.unlink(missing_ok=True)
    command = [
        str(Path(sys.executable).with_name("dfs")),
        "serve",
        "--root",
        str(root),
        "--port",
        "0",
        "--ready-file",
        str(ready),
    ]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not ready.exists():
        if process.poll() is not None or time.monotonic() - began > _PATIENCE_S:
            raise SystemExit("dfs serve did not start")
        time.sleep(0.01)
    told = json.loads(ready.read_text())
    service = Service("dfs", told["tap"], "ivoa.ObsCore", [told["pid"]])
    service.ask("SELECT TOP 1 dp_id FROM ivoa.ObsCore")
    return service, process, time.monotonic() - began


def _family(roots: Sequence[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = set(), list(roots)
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting += children.get(pid, [])
    return found


def _fields(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _time_of(pid: int) -> float:
    fields = _fields(pid)  # after the name: state, parent ... user, system, and those of children that ended
    return sum(int(one) for one in fields[11:15]) * _TICK_S if fields else 0.0
