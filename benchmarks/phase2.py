"""Phase 2 over HTTP, on SQLite: saves and reads of one client with ESO's own client, 50 clients at once, runs of 1,000 blocks whole.

Usage: python benchmarks/phase2.py

Goals: the median save of a block below 15 ms; 50 parallel clients lose nothing; a run of 1,000 blocks is read below 3 s.  The peer of a save
is the disk itself: a file written and synchronised, twice, which no database that survives a power cut does without.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import p2api

from dfs.observatory import Observatory
from dfs.phase2 import enable_p2api, examples
from dfs.phase2.api import Change
from dfs.phase2.remote import RemotePhase2

PASSWORD = "benchmark-of-phase-2"  # noqa: S105
SAVES = 500
CLIENTS = 50
BLOCKS = 1_000


def make(root: Path) -> None:
    with Observatory.open(root) as observatory:
        observatory.accounts.add("52052", PASSWORD, email="pi@example.org", full_name="A PI")
        observatory.relations.relate("52052", "pi", "110.23XY")
        observatory.phase2_desk.create_run({"progId": "110.23XY.001", "instrument": "FORS2"})


@contextmanager
def served(root: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "dfs", "--root", str(root), "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield str(json.loads((process.stdout or sys.stdin).readline())["url"])
    finally:
        process.terminate()
        process.wait()


def median_ms(work: Callable[[], Any], times: int) -> tuple[float, float]:
    """Return median and 95th percentile, in ms, after some calls that do not count."""
    took = []
    for number in range(times + 20):
        start = time.perf_counter()
        work()
        if number >= 20:
            took.append(1e3 * (time.perf_counter() - start))
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


def line(what: str, figure: str, goal: str = "", *, ok: bool = True) -> None:
    print(f"{what:<58}{figure:<34}{goal:<22}{'ok' if ok else 'slow'}")


def synchronise(folder: Path) -> None:
    with (folder / "synchronised").open("wb") as file:
        for _ in range(2):
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())


def one_client(container: int, folder: Path) -> None:
    api = p2api.ApiConnection("demo", "52052", PASSWORD)
    ob, version = api.createOB(container, "one")
    for name in ("FORS2_lss_acq_slit", "FORS2_lss_obs_off_fast"):
        api.createTemplate(ob["obId"], name)

    def save() -> None:
        nonlocal ob, version
        ob["userPriority"] = 1 + ob["userPriority"] % 9
        ob, version = api.saveOB(ob, version)

    median, late = median_ms(save, SAVES)
    line("save of a block (p2api.saveOB)", f"p50 {median:.1f} ms, p95 {late:.1f} ms", "p50 < 15 ms", ok=median < 15)
    disk, _ = median_ms(lambda: synchronise(folder), 50)
    line("  of which the disk: two synchronised writes", f"p50 {disk:.1f} ms")
    median, late = median_ms(lambda: api.getOB(ob["obId"]), SAVES)
    line("read of a block (p2api.getOB)", f"p50 {median:.1f} ms, p95 {late:.1f} ms")
    median, late = median_ms(lambda: api.verifyOB(ob["obId"], submit=False), 100)
    line("verification of a block (p2api.verifyOB)", f"p50 {median:.1f} ms, p95 {late:.1f} ms")


def many_clients(url: str, container: int) -> None:
    with RemotePhase2(url) as desk:
        desk.sign_in("52052", PASSWORD)
        token = desk.token

    def work(number: int) -> tuple[int, int]:
        with RemotePhase2(url, token) as desk:
            made = desk.create_item(container, "OB", f"of client {number}")
            for count in range(10):
                made = desk.save_ob({**made.body, "userPriority": 1 + count % 9}, made.version)
            return made.body["obId"], made.body["userPriority"]

    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        saved = dict(pool.map(work, range(CLIENTS)))
    took = time.perf_counter() - start
    with RemotePhase2(url, token) as desk:
        kept = {number: desk.ob(number).body["userPriority"] for number in saved}
    line(
        f"{CLIENTS} clients at once, 11 saves each", f"{11 * CLIENTS / took:.0f} saves/s", "none lost", ok=kept == saved
    )


def whole_runs(url: str, run: dict[str, Any]) -> None:
    whole = examples.document(examples.examples("FORS2")[0])
    keys = ("itemType", "name", "target", "constraints", "templates", "obsDescription")
    body = {key: whole[key] for key in keys} | {"containerId": run["containerId"]}
    with RemotePhase2(url) as desk:
        desk.sign_in("52052", PASSWORD)
        start = time.perf_counter()
        desk.apply(run["runId"], [Change("create-item", -number - 1, body) for number in range(BLOCKS)])
        line(f"{BLOCKS} blocks with their templates made in one edit", f"{time.perf_counter() - start:.2f} s")
        start = time.perf_counter()
        desk.tree(run["runId"])
        took = time.perf_counter() - start
        line(f"a run of {BLOCKS} blocks read whole", f"{took:.2f} s", "< 3 s", ok=took < 3)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder / "observatory")
        with served(folder / "observatory") as url, enable_p2api(url):
            api = p2api.ApiConnection("demo", "52052", PASSWORD)
            run = api.getRuns()[0][0]
            one_client(run["containerId"], folder)
            many_clients(url, run["containerId"])
            whole_runs(url, run)


if __name__ == "__main__":
    main()
