"""Listing and classifying 2,000 frames against astropy and dfits, and 50,000 in bounded memory.

Usage: python benchmarks/headers.py [FOLDER]   (FOLDER for the files; default: a temporary one, 140 MB)

The frames have 268 cards in the primary header and four extensions, 69 kB each, as ESO's raw frames of several detectors have.
Files are read once before anything is timed, so the figures are those of a warm page cache; best of five.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from astropy.io import fits

FILES = 2_000
CARDS = 268
MANY = 50_000
KINDS = (
    ("CALIB", "DARK", "IMAGE", 0.0),
    ("CALIB", "FLAT", "SPECTRUM", 10.3),
    ("CALIB", "WAVE", "SPECTRUM", 1.6),
    ("SCIENCE", "OBJECT", "SPECTRUM", 600.0),
    ("SCIENCE", "STD", "SPECTRUM", 15.0),
)


def primary_header(index: int) -> fits.Header:
    category, kind, technique, exposure = KINDS[index % len(KINDS)]
    header = fits.PrimaryHDU().header
    header["INSTRUME"] = "EFOSC"
    header["OBJECT"] = f"TARGET {index % 37}"
    header["EXPTIME"] = exposure + index * 1e-4 * (exposure > 0)
    header["MJD-OBS"] = 59605.5 + index * 0.0004
    header["DATE-OBS"] = (
        f"2022-01-26T{index // 3600 % 24:02d}:{index // 60 % 60:02d}:{index % 60:02d}.{index % 1000:03d}"
    )
    groups = {"ADA": 3, "DET": 70, "INS": 60, "OBS": 20, "OCS": 20, "TEL": 60}
    values = {
        "DPR CATG": category,
        "DPR TYPE": kind,
        "DPR TECH": technique,
        "DET WIN1 BINX": 2,
        "DET WIN1 BINY": 2,
        "DET WIN1 NX": 1030,
        "DET WIN1 NY": 1030,
        "DET WIN1 STRX": 1,
        "DET WIN1 STRY": 1,
        "DET READ SPEED": "fastL",
        "INS GRIS1 NAME": "Gr#3",
        "INS SLIT1 NAME": "slit#1.2",
        "INS FILT1 NAME": "Free",
        "TPL START": f"2022-01-26T19:{index // 10 % 60:02d}:00",
    }
    for word, count in groups.items():
        for number in range(count):
            values[f"{word} SENSOR{number} VAL"] = round(20 + 0.001 * index + number, 4)
    for keyword, value in list(values.items())[: CARDS - len(header) - 2]:
        header[f"HIERARCH ESO {keyword}"] = (value, "as the instrument said it")
    header["ARCFILE"] = f"EFOSC.{header['DATE-OBS']}.fits"
    while len(header) < CARDS:
        header.add_comment("filler")
    return header


def write_frames(folder: Path) -> None:
    data = np.zeros((48, 64), dtype=np.int16)
    for index in range(FILES):
        hdus = [fits.PrimaryHDU(header=primary_header(index))]
        hdus += [fits.ImageHDU(data, name=f"CHIP{number}") for number in range(1, 5)]
        fits.HDUList(hdus).writeto(folder / f"EFOSC.{index:05d}.fits")


def best(work: Callable[[], object], times: int = 5) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def ours(folder: Path) -> int:
    from dfs.frames import scan

    records = scan(folder)
    assert len(records) == FILES  # noqa: S101
    assert all(record.frame_class for record in records)  # noqa: S101
    return len(records)


def astropys(folder: Path) -> None:
    keywords = (
        "INSTRUME",
        "OBJECT",
        "EXPTIME",
        "MJD-OBS",
        "ESO DPR CATG",
        "ESO DPR TYPE",
        "ESO DPR TECH",
        "ESO TPL START",
    )
    for path in sorted(folder.iterdir()):
        header = fits.getheader(path)
        _ = [header.get(keyword) for keyword in keywords]


def dfits(folder: Path) -> None:
    with Path(os.devnull).open("w") as nowhere:
        subprocess.run(["dfits", *sorted(map(str, folder.iterdir()))], stdout=nowhere, check=True)


def memory_of_many(folder: Path) -> tuple[float, float, float]:
    """Return seconds, and MB of growth by going through them one by one and by keeping all records."""
    many = folder.parent / "many"
    names = sorted(folder.iterdir())
    for index in range(MANY):
        place = many / f"night{index // 5000:02d}"
        place.mkdir(parents=True, exist_ok=True)
        os.link(names[index % FILES], place / f"EFOSC.{index:06d}.fits")
    script = (
        "import resource, sys, time\n"
        "from dfs.frames import iterate, scan\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
        "before, start = peak(), time.perf_counter()\n"
        "count = sum(1 for _ in iterate(sys.argv[1]))\n"
        "seconds, streamed = time.perf_counter() - start, peak() - before\n"
        "kept = scan(sys.argv[1]); assert len(kept) == count\n"
        "print(seconds, streamed, peak() - before)"
    )
    answer = subprocess.run([sys.executable, "-c", script, str(many)], capture_output=True, text=True, check=True)
    seconds, streamed, kept = map(float, answer.stdout.split())
    return seconds, streamed, kept


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as place:
        folder = Path(place) / "night"
        folder.mkdir()
        write_frames(folder)
        sizes = [path.stat().st_size for path in folder.iterdir()]
        print(f"{len(sizes)} files of {max(sizes) / 1000:.0f} kB, {CARDS} cards in the primary header")
        mine = best(lambda: ours(folder))
        print(f"{'what':<44} {'s':>7} {'files/s':>9} {'peer/ours':>9}")
        rows = [
            ("dfs: listed, classified, sorted", mine),
            ("astropy.io.fits.getheader, 8 keywords", best(lambda: astropys(folder), 2)),
        ]
        if shutil.which("dfits"):
            rows.append(("dfits, every card printed", best(lambda: dfits(folder))))
        for name, seconds in rows:
            print(f"{name:<44} {seconds:7.3f} {FILES / seconds:9.0f} {seconds / mine:9.2f}")
        seconds, streamed, kept = memory_of_many(folder)
        print(f"{MANY} files: {seconds:.2f} s, {streamed:.0f} MB more one by one, {kept:.0f} MB with all records kept")
        print(f"peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
