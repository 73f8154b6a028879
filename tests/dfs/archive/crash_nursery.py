"""Raises processes that ingest without pause, and kills each at a given moment.  A script of test_crash.py, not a test.

Reads lines ``seed count milliseconds``: a life that ends so many milliseconds after its process has acknowledged `count` files
(0: after its beginning).  Answers each with one JSON line, the files acknowledged.  Everything is imported once; a life is a
fork.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
import traceback
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dfs.frames.headers
import dfs.products.dp_id  # noqa: F401 - what an ingest would import, once for all lives
from dfs import instruments
from dfs.archive.ingest import Ingest
from dfs.observatory import Observatory

instruments.load("EFOSC2")
START = datetime(2022, 1, 26, 12)  # noqa: DTZ001 - UTC, as in headers


def commit_row_first(self: Ingest, transfer: Any, arrivals: Any, also: Any) -> Any:
    """Commit the rows before the files are in place: the wrong order, which the test must find out."""
    from dfs.archive import rows

    with self._database.write() as connection:
        entered = self._enter_all(connection, arrivals)
    transfer.publish((one.staged, Path(row["path"]).name) for one, row, is_new in entered if is_new)
    return tuple(rows.of_row(row, self._store) for _, row, _ in entered)


def frame(number: int, draw: random.Random) -> bytes:
    start = (START + timedelta(milliseconds=number)).isoformat(timespec="milliseconds")
    pixels = draw.randbytes(2880 * draw.randint(1, 20))
    cards = ["SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 1", f"NAXIS1  = {len(pixels)}", "INSTRUME= 'EFOSC   '"]
    cards += [f"MJD-OBS = {59605.5 + number / 86_400_000:.9f}", f"ARCFILE = 'EFOSC.{start}.fits'", "END"]
    return "".join(f"{card:<80}" for card in cards).ljust(2880).encode() + pixels


def live(root: Path, seed: int, pipe: int) -> None:
    """Ingest one frame after the other, for ever; acknowledge each by its DP ID and checksum."""
    draw = random.Random(seed)
    with Observatory.open(root) as observatory:
        for number in range(seed * 10_000, (seed + 1) * 10_000):
            source = root.parent / "frames" / f"{number}.fits"
            content = frame(number, draw)
            source.write_bytes(content)
            archived = observatory.archive.ingest(source)
            os.write(pipe, f"{archived.dp_id} {hashlib.sha256(content).hexdigest()}\n".encode())


def one_life(root: Path, seed: int, count: int, milliseconds: float) -> list[list[str]]:
    """Let a process live for so long and return what it acknowledged."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            live(root, seed, writer)
        except BaseException:  # noqa: BLE001 - a child must not go on as its parent
            traceback.print_exc()
        os._exit(1)
    os.close(writer)
    with os.fdopen(reader, encoding="ascii") as stream:
        text = "".join(stream.readline() for _ in range(count))
        time.sleep(milliseconds / 1000)
        os.kill(child, signal.SIGKILL)
        text += stream.read()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise SystemExit("the process ended by itself before it was killed: see its error above")
    return [line.split() for line in text.split("\n")[:-1]]  # a torn last line was not acknowledged


def main() -> None:
    root, order = Path(sys.argv[1]), sys.argv[2]
    (root.parent / "frames").mkdir()
    Observatory.open(root).close()  # the lives are too short to make one
    if order == "row first":
        Ingest._commit = commit_row_first
    for line in sys.stdin:
        seed, count, milliseconds = line.split()
        print(json.dumps(one_life(root, int(seed), int(count), float(milliseconds))), flush=True)  # noqa: T201 - the answer


main()
