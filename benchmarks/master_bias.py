"""Ten frames of 2148 x 4096 pixels to a master bias, beside ``ccdproc.combine`` on the same files.

Each side runs as a process of its own, three times; the fastest wall time of the whole process counts, imports included, kernels
compiled before. First the results are compared: the same clip (once, 2.5 sigma of the values about their mean, as ccdproc does
by default with 3) must give the same image. Ours then does more: it brings the frames to one level, measures read-out noise and structure, and
writes data, variance, mask and QC. Exit code 1 when the results differ or the target is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from astropy.io import fits

N_FRAMES, SHAPE = 10, (4096, 2148)
GAIN, RON_E, LEVEL = 1.1, 7.8, 220.0
KAPPA = 2.5  # ten values never lie 3 sigma from their mean
TARGET_RATIO, TARGET_MB = 0.25, 400.0


def draw(folder: Path) -> None:
    """Write ten bias frames with drifting level, cosmic rays and hot columns; headers of a detector with 50 + 50 dark columns."""
    random = np.random.default_rng(20220126)
    pattern = 3 * np.sin(np.arange(SHAPE[0]) / 700)[:, None] + random.normal(0, 0.3, SHAPE[1])[None, :]
    for index in range(N_FRAMES):
        noise = random.standard_normal(SHAPE, dtype=np.float32) * (RON_E / GAIN)
        data = LEVEL + 0.3 * index + pattern + noise
        hit = random.integers(0, data.size, 300)
        data.ravel()[hit] += random.integers(100, 20000, hit.size)
        hdu = fits.PrimaryHDU(np.clip(np.rint(data), 0, 65535).astype(np.uint16))
        hdu.header.update(_header())
        hdu.writeto(folder / f"bias{index:02d}.fits")


def _header() -> dict[str, object]:
    cards: dict[str, object] = {"INSTRUME": "FORS2", "EXPTIME": 0.0, "MJD-OBS": 59605.8}
    eso = {"DPR CATG": "CALIB", "DPR TYPE": "BIAS", "DPR TECH": "IMAGE", "DET WIN1 BINX": 1, "DET WIN1 BINY": 1}
    out1 = {"X": 1, "Y": 1, "NX": 2048, "NY": 4096, "PRSCX": 50, "OVSCX": 50, "PRSCY": 0, "OVSCY": 0}
    out1 |= {"CONAD": GAIN, "GAIN": 1 / GAIN, "RON": RON_E}
    eso |= {f"DET OUT1 {key}": value for key, value in out1.items()}
    return cards | {f"HIERARCH ESO {key}": value for key, value in eso.items()}


def ours(paths: list[Path], output: Path) -> None:
    """Run the recipe from files to file."""
    from dataclasses import replace

    from dfs import instruments
    from dfs.products import read_frame
    from dfs.recipes.bias import RECIPE
    from dfs.recipes.contract import FrameSet
    from dfs.recipes.runner import Run

    fors2 = instruments.load("FORS2")
    detector = replace(fors2.detectors["default"], nx=2048, ny=4096)  # the size the peers were timed with
    frames = FrameSet(
        tuple(read_frame(path, "BIAS") for path in paths), replace(fors2, detectors={"default": detector})
    )
    work = Run(RECIPE, frames, RECIPE.parse({}))
    work.write(work.products(), output)


def stack_only(paths: list[Path], output: Path) -> None:
    """Combine the whole frames as ccdproc does by default, for the comparison of results."""
    from dfs.products import read_frame
    from dfs.recipes.steps.stack import Clip, combine

    frames = [read_frame(path).content for path in paths]
    stack = combine(frames, None, Clip(KAPPA, 1, "mean", "std"))  # type: ignore[arg-type]
    np.save(output / "stack.npy", stack.mean)


def peer(paths: list[Path], output: Path, kappa: float = 3.0) -> None:
    """Combine with ccdproc, at its default limit."""
    import ccdproc

    combined = ccdproc.combine(
        [str(path) for path in paths],
        method="average",
        sigma_clip=True,
        sigma_clip_low_thresh=kappa,
        sigma_clip_high_thresh=kappa,
        unit="adu",
        dtype="float32",
    )
    combined.write(output / "peer.fits", overwrite=True)


def peer_clipping(paths: list[Path], output: Path) -> None:
    """Combine with ccdproc so that something is clipped, for the comparison of results."""
    peer(paths, output, KAPPA)


DO = {"ours": ours, "stack_only": stack_only, "peer": peer, "peer_clipping": peer_clipping}


class Cost(NamedTuple):
    """Wall seconds, processor seconds and peak memory (MB) of a process."""

    wall: float
    cpu: float
    memory: float


def measure(what: str, folder: Path, output: Path) -> Cost:
    """Return the cost of a fresh process that does `what`.

    A child's peak memory begins with its parent's at the fork; so this process draws nothing itself and stays small.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, __file__, "--do", what, "--folder", str(folder), "--output", str(output)]
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{what} failed with {process.returncode}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compare(folder: Path, output: Path) -> int:
    """Print the table and return the exit code."""
    for what in ("peer", "ours", "stack_only", "peer_clipping"):  # compiles kernels, fills the page cache
        measure(what, folder, output)
    ours_image, peer_image = np.load(output / "stack.npy"), fits.getdata(output / "peer.fits")
    difference = float(np.max(np.abs(ours_image - peer_image)))
    runs = {what: [measure(what, folder, output) for _ in range(3)] for what in ("ours", "peer")}
    mine, peers = (
        Cost(min(one.wall for one in many), min(one.cpu for one in many), max(one.memory for one in many))
        for many in runs.values()
    )
    ratio, nothing = mine.wall / peers.wall, float("nan")
    rows = [
        ("same clip, largest difference (ADU)", difference, 1e-3, difference <= 1e-3),
        ("wall time, ours (s)", mine.wall, nothing, True),
        ("wall time, ccdproc.combine (s)", peers.wall, nothing, True),
        ("ratio", ratio, TARGET_RATIO, ratio <= TARGET_RATIO),
        ("processor time, ours (s)", mine.cpu, nothing, True),
        ("processor time, ccdproc.combine (s)", peers.cpu, nothing, True),
        ("peak memory, ours (MB)", mine.memory, TARGET_MB, mine.memory < TARGET_MB),
        ("peak memory, ccdproc.combine (MB)", peers.memory, nothing, True),
    ]
    print(f"{'what':40s} {'value':>12s} {'at most':>10s}  ok")
    for name, value, limit, fine in rows:
        print(f"{name:40s} {value:12.5g} {limit:10.4g}  {'yes' if fine else 'NO'}")
    return 0 if all(row[3] for row in rows) else 1


def main() -> int:
    """Draw the frames and compare, or do one side's work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--do", choices=("draw", *DO))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    if given.do:
        if given.do == "draw":
            draw(given.folder)
            return 0
        DO[given.do](sorted(given.folder.glob("*.fits")), given.output)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder, output = Path(scratch) / "raw", Path(scratch) / "out"
        folder.mkdir()
        output.mkdir()
        measure("draw", folder, output)
        return compare(folder, output)


if __name__ == "__main__":
    sys.exit(main())
