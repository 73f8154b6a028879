"""The eleven real EFOSC2 frames to archived science, whole process, beside PyNOT 2.4.4 where it is installed.

Ours does spectra and images with notebooks and reports, in an empty observatory: once with compiled kernels cached, once without.
PyNOT (``pip install PyNOT-redux`` into an environment of its own; ``PYNOT=/path/to/pynot``, and ``xvfb-run`` for its windows)
does the spectra only. On these frames it stops at the standard star, for whose slit there is no flat; its time up to there is
printed. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("DFS_TEST_DATA", REPOSITORY / "../shared/data")).resolve() / "raw" / "EFOSC2_2022"
WARM_S, COLD_S = 25.0, 60.0


def seconds(command: list[str], **options: object) -> tuple[float, int]:
    """Return (wall time, exit code) of `command`."""
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False, **options)  # type: ignore[call-overload]
    return time.perf_counter() - begin, done.returncode


def ours(scratch: Path, *, cold: bool) -> tuple[float, int]:
    """Reduce into an empty observatory; `cold` compiles every kernel anew."""
    environment = dict(os.environ)
    if cold:
        environment["NUMBA_CACHE_DIR"] = str(scratch / "kernels")
    root = tempfile.mkdtemp(dir=scratch)
    program = [sys.executable, "-m", "dfs", "--root", root, "reduce", str(DATA)]
    return seconds(program, env=environment)


def pynot(scratch: Path, program: str) -> tuple[float, int]:
    """Classify and reduce the spectra with PyNOT."""
    raw = scratch / "raw"
    raw.mkdir()
    for path in DATA.glob("*.fits.gz"):
        with gzip.open(path) as packed, (raw / path.stem).open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    options = {"cwd": scratch, "env": os.environ | {"QT_QPA_PLATFORM": "offscreen"}, "stdin": subprocess.DEVNULL}
    seconds([program, "use", "efosc2"], **options)
    first, _ = seconds([program, "init", "spex", "raw"], **options)
    second, code = seconds(["xvfb-run", "-a", program, "spex", "options_spex.yml", "--no-int"], **options)
    return first + second, code


def main() -> int:
    """Print the table; return 1 when a target is missed."""
    if not DATA.is_dir():
        print(f"left out: no real frames in {DATA} (set DFS_TEST_DATA)")
        return 0
    rows = []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        ours(scratch, cold=False)  # fills the caches
        rows.append(("ours, kernels cached", *ours(scratch, cold=False), WARM_S))
        rows.append(("ours, kernels compiled anew", *ours(scratch, cold=True), COLD_S))
        if program := os.environ.get("PYNOT"):
            rows.append(("PyNOT 2.4.4, spectra only", *pynot(scratch, program), None))
    base = rows[0][1]
    print(f"{'what':<30}{'wall s':>8}{'ratio':>8}{'exit':>6}{'target s':>10}  ok")
    missed = False
    for what, wall, code, target in rows:
        ok = target is None or (wall <= target and code == 0)
        missed |= not ok
        print(f"{what:<30}{wall:>8.1f}{wall / base:>8.2f}{code:>6}{target or '-':>10}  {'yes' if ok else 'NO'}")
    if "PYNOT" not in os.environ:
        print("left out: PyNOT (set PYNOT to its program)")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
