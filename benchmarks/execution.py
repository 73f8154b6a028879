"""Execution time of a run of 1,000 observation blocks, with break-downs, and of one block, as after a keystroke in its editor.

python benchmarks/execution.py
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from dfs.model.phase2 import Container, ObservationBlock, ObservingRun, ObTemplate, Parameter, RunTree
from dfs.phase2.execution import execution_time, run_time

BLOCKS = 1000
REPEATS = 5


def block(number):
    acquisition = ObTemplate(
        1,
        "FORS2_lss_acq_slit",
        "acquisition",
        (Parameter("DET.WIN1.UIT1", "number", 20.0), Parameter("INS.SLIT.NAME", "keyword", "lSlit1_0")),
    )
    science = [
        ObTemplate(
            2 + nth,
            "FORS2_lss_obs_off_fast",
            "science",
            (Parameter("DET.WIN1.UIT1", "number", 600.0), Parameter("SEQ.NEXPO", "integer", 2)),
        )
        for nth in range(3)
    ]
    return ObservationBlock(number, 1, 1, f"OB{number}", "FORS2", "116.05", templates=(acquisition, *science))


def best(work):
    """Return the shortest of some runs in seconds, and what came out."""
    times, found = [], None
    for _ in range(REPEATS):
        began = time.perf_counter()
        found = work()
        times.append(time.perf_counter() - began)
    return min(times), found


def main():
    at = datetime(2026, 4, 1, tzinfo=UTC)
    run = ObservingRun(1, "110.23XY.001", "t", "FORS2", "UT1", "116.05", 117, "SM", 1, at, at)
    blocks = tuple(block(number) for number in range(BLOCKS))
    folder = RunTree(run, Container(1, 1, None, "Folder", "run", items=blocks))
    chain = RunTree(run, Container(1, 1, None, "Concatenation", "run", items=blocks))
    one, _ = best(lambda: execution_time(blocks[0]))
    whole, total = best(lambda: run_time(folder))
    linked, _ = best(lambda: run_time(chain))
    print(f"one block               {one * 1e3:8.3f} ms")
    print(f"run of {BLOCKS} blocks      {whole * 1e3:8.1f} ms   ({total.planned_s / 3600:.0f} h)")
    print(f"the same, concatenated  {linked * 1e3:8.1f} ms")


if __name__ == "__main__":
    main()
