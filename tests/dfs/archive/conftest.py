"""Small raw frames made card by card, and work done in forked processes."""

from __future__ import annotations

import hashlib
import json
import os
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dfs.clock import FixedClock
from dfs.observatory import Observatory

START = datetime(2022, 1, 26, 12)  # noqa: DTZ001 - UTC, as in headers


def frame_bytes(number: int, content: bytes = b"", **cards: str) -> bytes:
    """Return a FITS file of 8-bit pixels: frame `number` milliseconds after noon, its pixels being `content`."""
    start = (START + timedelta(milliseconds=number)).isoformat(timespec="milliseconds")
    values = {
        "SIMPLE": "T",
        "BITPIX": "8",
        "NAXIS": "1",
        "NAXIS1": str(len(content)),
        "INSTRUME": "'EFOSC   '",
        "DATE-OBS": f"'{start}'",
        "MJD-OBS": f"{59605.5 + number / 86_400_000:.9f}",
        "HIERARCH ESO DPR CATG": "'CALIB   '",
        "ARCFILE": f"'EFOSC.{start}.fits'",
    } | {name.replace("_", " "): value for name, value in cards.items()}
    header = "".join(f"{f'{name:<8}= {value:>20}':<80}" for name, value in values.items() if value) + f"{'END':<80}"
    return header.ljust(-(-len(header) // 2880) * 2880).encode() + content.ljust(-(-len(content) // 2880) * 2880, b"\0")


def dp_id(number: int) -> str:
    return f"EFOSC.{(START + timedelta(milliseconds=number)).isoformat(timespec='milliseconds')}"


@pytest.fixture
def frame(tmp_path: Path) -> Callable[..., Path]:
    """Write frame `number` to a folder of its own and return its path."""
    folder = tmp_path / "frames"
    folder.mkdir()

    def write(number: int, content: bytes = b"pixels", name: str = "", **cards: str) -> Path:
        path = folder / (name or f"frame{number}.fits")
        path.write_bytes(frame_bytes(number, content, **cards))
        return path

    return write


@pytest.fixture
def observatory(tmp_path: Path) -> Iterator[Observatory]:
    """An empty observatory whose clock stands still."""
    clock = FixedClock(datetime.fromisoformat("2022-02-01T00:00:00+00:00"))
    with Observatory.open(tmp_path / "observatory", clock=clock) as opened:
        yield opened


@pytest.fixture
def forked() -> Callable[[list[Callable[[], Any]]], list[Any]]:
    """Run each function in a process of its own, all at once, and return what they return (JSON) or the error's class."""
    return run_forked


def run_forked(works: list[Callable[[], Any]]) -> list[Any]:
    pipes = []
    for work in works:
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.close(reader)
            os.write(writer, json.dumps(_outcome(work)).encode())
            os._exit(0)
        os.close(writer)
        pipes.append(reader)
    results = []
    for reader in pipes:
        with os.fdopen(reader, "rb") as stream:
            results.append(json.loads(stream.read() or b"null"))
    for _ in works:
        os.wait()
    return results


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - the outcome is what the test looks at
        return {"error": type(error).__name__, "line": str(error), "trace": traceback.format_exc()}


@pytest.fixture
def visible() -> Callable[[Observatory], set[str]]:
    """Files in the volume outside staging and quarantine, by place: seen with the eyes of the file system alone."""

    def look(observatory: Observatory) -> set[str]:
        volume = observatory.settings.volume
        places = {path.relative_to(volume) for path in volume.rglob("*") if path.is_file()}
        return {place.as_posix() for place in places if place.parts[0] not in {"staging", "quarantine"}}

    return look


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
