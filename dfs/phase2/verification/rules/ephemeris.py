"""Rules on the ephemeris of a moving target."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from dfs.errors import UsageError
from dfs.model.phase2 import Fix, TimeWindow
from dfs.phase2.documents import write_windows
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.views import BlockView
from dfs.sky.ephemerides import Track, moment_of

__all__: list[str] = []


@rule("ephemeris-format", "block", "ESO's P2 API (its message, as AEONlib quotes it)")
def ephemeris_format(view: BlockView) -> Iterator[Problem]:
    """An ephemeris has at least two records that can be read, in the order of time."""
    if isinstance(view.track, UsageError):
        where = f"{view.track.where}: " if view.track.where != "ephemeris" else ""
        yield Problem("ephemeris", f"{where}{view.track.message}", view.track.accepted)


@rule("ephemeris-run", "block", "assumed: from what an ephemeris is for")
def ephemeris_run(view: BlockView) -> Iterator[Problem]:
    """An ephemeris covers a part of the run."""
    if isinstance(view.track, Track):
        begin, end = _span(view.track)
        if end <= view.run.valid_from or begin >= view.run.valid_to:
            message = f"the ephemeris is for {begin:%Y-%m-%d} to {end:%Y-%m-%d}"
            accepted = f"{view.run.valid_from:%Y-%m-%d} to {view.run.valid_to:%Y-%m-%d}, as the run"
            yield Problem("ephemeris", message, accepted)


@rule("ephemeris-windows", "block", "assumed: from what an ephemeris is for")
def ephemeris_windows(view: BlockView) -> Iterator[Problem]:
    """An ephemeris covers the block's time windows."""
    if not isinstance(view.track, Track):
        return
    begin, end = _span(view.track)
    for at, one in enumerate(view.block.absolute):
        if one.start >= one.end or (begin <= one.start and one.end <= end):
            continue
        cut = TimeWindow(max(one.start, _minute_up(begin)), min(one.end, end))
        fix = Fix("remove it", None)
        if cut.start + timedelta(minutes=1) <= cut.end:
            fix = Fix("keep what the ephemeris covers", write_windows([cut], ())["absolute"][0])
        message = f"the window {one.start:%Y-%m-%dT%H:%M} to {one.end:%Y-%m-%dT%H:%M} goes beyond the ephemeris"
        yield Problem(f"absolute[{at}]", message, f"{begin:%Y-%m-%dT%H:%M} to {end:%Y-%m-%dT%H:%M}", fix)


def _span(track: Track) -> tuple[datetime, datetime]:
    return moment_of(track.mjd[0]), moment_of(track.mjd[-1])


def _minute_up(at: datetime) -> datetime:
    """Return the next whole minute: windows are kept to the minute."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)
