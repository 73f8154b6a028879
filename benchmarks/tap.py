"""Queries over HTTP against DaCHS on PostgreSQL with pgSphere: the same rows, the same queries, in the same run.

Usage: python benchmarks/tap.py [--rows 1000000] [--large 10000000] [--repeats 30] [--cache FOLDER] [--no-peer]

The rows are made once and kept in the cache (1 M: 1.5 GB for us, 1.5 GB for DaCHS; 10 M: ten times that, for us alone).  First both
services must give the same rows; then each query is asked with other constants each time.  Times are medians of whole answers as a client sees
them on a kept connection; processor time is of all processes of a service.  ``--large`` adds the figures of a table ten times as large, and streams all of it.

DaCHS needs Debian's gavodachs2-server and postgresql-15-pgsphere, and root (it is run as the users of its packages); where it cannot be
started, our figures stand alone and the table says so.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).with_name("archive")))

from dachs import start_dachs
from queries import QUERIES, Query, upload_votable
from rows import draw_rows
from service import Service, start_dfs

CLIENTS = 8
THROUGHPUT_S = 6.0
RATIO = 8.0
MOST_LARGER = 2.0
MOST_COLD_S = 3.0
MOST_STREAM_MB = 500
ASYNC_MS = 150


def main() -> None:
    options = _options()
    options.cache.mkdir(parents=True, exist_ok=True)
    _warm(_observatory(options.cache, options.rows))
    ours, process, cold_s = start_dfs(_observatory(options.cache, options.rows), options.cache / "ready.json")
    try:
        peer = None if options.no_peer else start_dachs(options.cache, options.rows)
        small = _measured(ours, peer, options.repeats)
        _line("cold start and first answer", f"{cold_s:.1f} s", "", f"< {MOST_COLD_S:g} s", cold_s < MOST_COLD_S)
        _jobs(ours, peer)
        _throughput(ours, peer)
    finally:
        process.terminate()
        process.wait(30)
    if options.large:
        _large(options, small)


def _options() -> Any:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=0)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "dfs-benchmarks")
    parser.add_argument("--no-peer", action="store_true")
    return parser.parse_args()


def _observatory(cache: Path, count: int) -> Path:
    """Return the folder of an observatory whose index holds `count` drawn rows."""
    from dfs.archive.index import write_generation
    from dfs.archive.index.changes import head
    from dfs.observatory import Observatory

    root = cache / f"observatory-{count}"
    if (root / "drawn").exists():
        return root
    print(f"making {count:,} rows in {root}", flush=True)
    with Observatory.open(root) as observatory:
        snapshot = observatory.index.snapshot()
        tables = list(snapshot.schemas.values())
        with observatory.database.read() as connection:
            watermark = head(connection)
        write_generation(
            root / "index", tables, draw_rows(snapshot.schemas["ivoa.obscore"], count), watermark=watermark
        )
    (root / "drawn").touch()
    return root


def _line(what: str, ours: str, peers: str, target: str, good: bool) -> None:
    print(f"{what:38s} {ours:>22s} {peers:>22s} {target:>18s}  {'ok' if good else 'NOT REACHED'}", flush=True)


def _measured(ours: Service, peer: Service | None, repeats: int) -> dict[str, float]:
    if peer is not None:
        for query in QUERIES:
            _compare(query, ours, peer)
    print(f"{'query':38s} {'dfs p50 / CPU (ms)':>22s} {'DaCHS p50 / CPU (ms)':>22s} {'to reach':>18s}")
    found = {}
    for query in QUERIES:
        mine = _timed(ours, query, repeats)
        theirs = _timed(peer, query, repeats) if peer is not None else None
        found[query.name] = mine[0]
        told = f"{theirs[0]:.1f} / {theirs[1]:.1f}" if theirs else "not run"
        ratio = theirs[0] / mine[0] if theirs else 0.0
        target = f"{RATIO:g}x: {ratio:.1f}x" if theirs else f"{query.target_ms:g} / {query.target_cpu_ms:g}"
        good = ratio >= RATIO if theirs else mine[0] <= query.target_ms and mine[1] <= query.target_cpu_ms
        _line(query.name, f"{mine[0]:.1f} / {mine[1]:.1f}", told, target, good)
    return found


def _timed(service: Service, query: Query, repeats: int) -> tuple[float, float]:
    """Return median time and mean processor time of a query, in ms."""
    rng = np.random.default_rng(11)
    asked = [
        (query.make(rng, service.table), upload_votable(rng) if query.upload else None) for _ in range(repeats + 3)
    ]
    for text, upload in asked[:3]:
        service.ask(text, upload)
    times, before = [], service.cpu_s()
    for text, upload in asked[3:]:
        began = time.perf_counter()
        service.ask(text, upload)
        times.append(time.perf_counter() - began)
    return float(np.median(times)) * 1e3, (service.cpu_s() - before) / repeats * 1e3


def _compare(query: Query, ours: Service, peer: Service) -> None:
    """End the run when two services give different rows."""
    rng = np.random.default_rng(5)
    count = 0
    for _ in range(5 if query.compared else 1):
        state = rng.bit_generator.state
        answers = []
        for service in (ours, peer):
            rng.bit_generator.state = state
            text = query.make(rng, service.table)
            answers.append(_rows(service.ask(text, upload_votable(rng) if query.upload else None)))
        same = sorted(answers[0]) == sorted(answers[1]) if query.compared else len(answers[0]) == len(answers[1])
        count += len(answers[0])
        if not same:
            raise SystemExit(f"{query.name}: the services give different rows ({len(answers[0])}, {len(answers[1])})")
    print(f"{query.name}: same {'rows' if query.compared else 'number of rows'} ({count})", flush=True)


def _rows(votable: bytes) -> list[str]:
    """Return what identifies the rows of an answer: names and whole numbers, positions to a micro-degree."""
    from astropy.io.votable import parse_single_table

    table = parse_single_table(BytesIO(votable)).to_table()
    kept = [name for name in ("dp_id", "instrument_name", "n", "s_ra", "s_dec") if name in table.colnames]
    return (
        [" ".join(f"{one:.6f}" if isinstance(one, float) else str(one) for one in row) for row in table[kept]]
        if kept
        else []
    )


def _jobs(ours: Service, peer: Service | None) -> None:
    import pyvo

    def once(service: Service) -> float:
        tap = pyvo.dal.TAPService(service.tap)
        began = time.perf_counter()
        tap.run_async(f"SELECT TOP 1 dp_id FROM {service.table}")
        return (time.perf_counter() - began) * 1e3

    mine = float(np.median([once(ours) for _ in range(6)]))
    theirs = float(np.median([once(peer) for _ in range(3)])) if peer is not None else 0.0
    _line(
        "async job through pyvo",
        f"{mine:.0f} ms",
        f"{theirs:.0f} ms" if peer else "not run",
        f"{ASYNC_MS} ms",
        mine <= ASYNC_MS,
    )


def _throughput(ours: Service, peer: Service | None) -> None:
    for query in QUERIES[:4]:
        mine = _per_second(ours, query)
        theirs = _per_second(peer, query) if peer is not None else 0.0
        good = not peer or mine >= RATIO * theirs
        target = f"{RATIO:g}x: {mine / theirs:.1f}x" if theirs else ""
        _line(
            f"{query.name}, {CLIENTS} clients", f"{mine:.0f}/s", f"{theirs:.1f}/s" if peer else "not run", target, good
        )


def _per_second(service: Service, query: Query) -> float:
    """Return how many answers eight clients together get in a second."""
    counts = [0] * CLIENTS
    end = time.monotonic() + THROUGHPUT_S

    def ask(number: int) -> None:
        own = Service(service.name, service.tap, service.table, service.roots)
        rng = np.random.default_rng(100 + number)
        while time.monotonic() < end:
            own.ask(query.make(rng, service.table))
            counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / THROUGHPUT_S


def _warm(root: Path) -> None:
    """Bring the index into the system's cache, so that tables of both sizes are compared and not the disk."""
    for path in sorted((root / "index").rglob("*")):
        if path.is_file():
            with path.open("rb", buffering=0) as file:
                while file.read(1 << 24):
                    pass


def _large(options: Any, small: dict[str, float]) -> None:
    _warm(_observatory(options.cache, options.large))
    ours, process, cold_s = start_dfs(_observatory(options.cache, options.large), options.cache / "ready.json")
    try:
        print(f"\n{options.large:,} rows")
        _line("cold start and first answer", f"{cold_s:.1f} s", "", "", good=True)
        for query in QUERIES:
            p50, cpu = _timed(ours, query, options.repeats)
            ratio = p50 / small[query.name]
            _line(query.name, f"{p50:.1f} / {cpu:.1f}", "", f"{MOST_LARGER:g}x: {ratio:.1f}x", ratio <= MOST_LARGER)
    finally:
        process.terminate()
        process.wait(30)
    _stream(options)


def _stream(options: Any) -> None:
    """Read the whole table through a server that has done nothing else: its memory is that of the stream."""
    ours, process, _ = start_dfs(_observatory(options.cache, options.large), options.cache / "ready.json")
    try:
        count, began, end = 0, time.monotonic(), b""
        data = {"REQUEST": "doQuery", "LANG": "ADQL", "QUERY": "SELECT * FROM ivoa.ObsCore", "MAXREC": "20000000"}
        with ours.client.stream("POST", f"{ours.tap}/sync", data=data) as answer:
            for chunk in answer.iter_raw():
                count += len(chunk)
                end = (end + chunk)[-40:]
        peak = ours.peak_mb()
        whole = "" if b"</VOTABLE>" in end else ", cut off"
        said = f"{count / 1e9:.1f} GB in {time.monotonic() - began:.0f} s{whole}"
        good = peak < MOST_STREAM_MB and not whole
        _line("the whole table as VOTable", said, "", f"< {MOST_STREAM_MB} MB: {peak:.0f}", good)
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    main()
