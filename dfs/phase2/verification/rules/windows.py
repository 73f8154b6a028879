"""Rules on when a block may be observed: absolute windows (in which it starts) and sidereal ones (that hold it whole)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from dfs.model.phase2 import Fix, Severity, SiderealWindow, TimeWindow
from dfs.phase2.documents import write_windows
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.views import BlockView

__all__: list[str] = []

_TIME = "%Y-%m-%dT%H:%M"


@rule("window-order", "block", "ESO's P2 API")
def window_order(view: BlockView) -> Iterator[Problem]:
    """A window ends after it begins."""
    for at, one in enumerate(view.block.absolute):
        if one.start >= one.end:
            other = TimeWindow(one.end, one.start)
            fix = Fix("exchange them", _absolute([other])[0]) if one.start > one.end else None
            message = f"the window ends {one.end:{_TIME}}, when it has not begun ({one.start:{_TIME}})"
            yield Problem(f"absolute[{at}]", message, "from before to", fix)


@rule("window-outside-run", "block", "assumed: a run is observed while it is valid")
def window_outside_run(view: BlockView) -> Iterator[Problem]:
    """Windows lie within the validity of the run."""
    first, last = view.run.valid_from, view.run.valid_to
    for at, one in enumerate(view.block.absolute):
        if one.start >= one.end or (first <= one.start and one.end <= last):
            continue
        accepted = f"{first:{_TIME}} to {last:{_TIME}} UTC"
        cut = TimeWindow(max(one.start, first), min(one.end, last))
        if cut.start < cut.end:
            fix = Fix("keep what lies in the run", _absolute([cut])[0])
            yield Problem(f"absolute[{at}]", f"{_spelled(one)} is not all within the run", accepted, fix)
        else:
            when = "after the run ends" if one.start >= last else "before the run begins"
            yield Problem(f"absolute[{at}]", f"{_spelled(one)} lies {when}", accepted, Fix("remove it", None))


@rule("windows-overlap", "block", "ESO's P2 API")
def windows_overlap(view: BlockView) -> Iterator[Problem]:
    """Absolute windows do not overlap."""
    windows = sorted(one for one in view.block.absolute if one.start < one.end)
    if any(one.end > other.start for one, other in pairwise(windows)):
        merged: list[TimeWindow] = []
        for one in windows:
            if merged and one.start <= merged[-1].end:
                merged[-1] = TimeWindow(merged[-1].start, max(one.end, merged[-1].end))
            else:
                merged.append(one)
        yield Problem("absolute", "windows overlap", "windows apart", Fix("join them", _absolute(merged)))


@rule("sidereal-order", "block", "ESO's P2 API")
def sidereal_order(view: BlockView) -> Iterator[Problem]:
    """Sidereal windows lie between 00:00 and 24:00 and end after they begin."""
    for at, one in enumerate(view.block.sidereal):
        if not 0 <= one.start_min < one.end_min <= 1440:
            yield Problem(f"sidereal[{at}]", f"{_clock(one)} is no sidereal window", "00:00 to 24:00, from before to")


@rule("sidereal-overlap", "block", "ESO's P2 API")
def sidereal_overlap(view: BlockView) -> Iterator[Problem]:
    """Sidereal windows do not overlap."""
    windows = sorted(one for one in view.block.sidereal if one.start_min < one.end_min)
    if any(one.end_min > other.start_min for one, other in pairwise(windows)):
        merged: list[SiderealWindow] = []
        for one in windows:
            if merged and one.start_min <= merged[-1].end_min:
                merged[-1] = SiderealWindow(merged[-1].start_min, max(one.end_min, merged[-1].end_min))
            else:
                merged.append(one)
        yield Problem("sidereal", "sidereal windows overlap", "windows apart", Fix("join them", _sidereal(merged)))


@rule("sidereal-too-short", "block", "ESO, service mode: constraint sets (sidereal windows hold the whole OB)")
def sidereal_too_short(view: BlockView) -> Iterator[Problem]:
    """The execution time fits into one of the sidereal windows."""
    if not view.block.sidereal or view.execution_s <= 0:
        return
    longest = max(one.end_min - one.start_min for one in _joined_at_midnight(view.block.sidereal))
    needed = view.execution_s / 60 * 1.00273790935  # sidereal minutes
    if needed > longest:
        message = f"the block takes {needed:.0f} min, its longest sidereal window is {longest} min"
        yield Problem("sidereal", message, f"a window of at least {needed:.0f} min")


@rule("calibration-windows", "block", "ESO's P2 API: a calibration block has no time constraints", Severity.WARNING)
def calibration_windows(view: BlockView) -> Iterator[Problem]:
    """A calibration block has no time windows."""
    if view.block.kind == "CB":
        for path, windows in (("absolute", view.block.absolute), ("sidereal", view.block.sidereal)):
            if windows:
                yield Problem(path, "a calibration block has no time windows", "none", Fix("remove them", []))


def _joined_at_midnight(windows: Sequence[SiderealWindow]) -> list[SiderealWindow]:
    """Return the windows; one that ends at 24:00 goes on in the one that begins at 00:00."""
    evening = next((one for one in windows if one.end_min == 1440), None)
    morning = next((one for one in windows if one.start_min == 0), None)
    if evening is None or morning is None or evening == morning:
        return list(windows)
    return [*windows, SiderealWindow(evening.start_min, 1440 + morning.end_min)]


def _absolute(windows: Sequence[TimeWindow]) -> list[dict[str, Any]]:
    return write_windows(windows, ())["absolute"]


def _sidereal(windows: Sequence[SiderealWindow]) -> list[dict[str, Any]]:
    return write_windows((), windows)["sidereal"]


def _spelled(one: TimeWindow) -> str:
    return f"the window {one.start:{_TIME}} to {one.end:{_TIME}}"


def _clock(one: SiderealWindow) -> str:
    return f"{one.start_min // 60:02d}:{one.start_min % 60:02d} to {one.end_min // 60:02d}:{one.end_min % 60:02d}"
