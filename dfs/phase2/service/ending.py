"""What time does: blocks whose last window is over fail, runs end."""

from __future__ import annotations

from datetime import datetime

from dfs.access.observing import Deed, allows
from dfs.clock import isoformat
from dfs.phase2.api import Document
from dfs.phase2.lifecycle import Event, transitions
from dfs.phase2.service.desk import Desk
from dfs.phase2.service.look import Look
from dfs.phase2.service.records import Item, Run
from dfs.phase2.service.shown import run_document
from dfs.phase2.service.work import Work

__all__ = ["Ending"]


class Ending(Desk):
    """Expiry and the end of runs: for operators, and for a job that runs every night."""

    def keep_time(self) -> list[int]:
        """Do what is due now in every run that the user manages; return the numbers of the items that failed or were terminated."""
        with self._look() as look:
            open_runs = [
                one.run_id for one in look.runs() if one.state != "ended" and allows(look.who, Deed.MANAGE, one.prog_id)
            ]
        return [item for run_id in open_runs for item in self._due(run_id)]

    def end_run(self, run_id: int) -> Document:
        """End a run before its time: what was not executed is terminated."""
        with self._change(Event.TERMINATE.value) as work:
            run = work.run(run_id, Deed.MANAGE)
            _end(work, run)
            return run_document(work, run)

    def _due(self, run_id: int) -> list[int]:
        with self._look() as look:
            look.read_whole(run_id)
            run, now = look.run(run_id), self._clock.now()
            if not _is_over(run, now) and not _late(look, run, now):
                return []
        with self._change(Event.EXPIRE.value) as work:
            work.read_whole(run_id)
            run = work.run(run_id, Deed.MANAGE)
            if _is_over(run, work.now):  # asked anew: an operator may have extended it
                return _end(work, run)
            late = _late(work, run, work.now)
            for one in late:
                work.happen(one, Event.EXPIRE)
            return [one.id for one in late]


def _is_over(run: Run, now: datetime) -> bool:
    return run.valid_to <= isoformat(now)


def _late(look: Look, run: Run, now: datetime) -> list[Item]:
    """Return the blocks that wait to be executed and have no window left; in visitor mode windows expire nothing."""
    waiting = transitions(run.mode).get(Event.EXPIRE, {})
    if not waiting:
        return []
    minute = f"{now:%Y-%m-%dT%H:%M}"
    found = []
    for one in look.descendants(look.item(run.root)):
        windows = look.of(one, "absolute").body if one.is_block and one.status in waiting else []
        if windows and all(window["to"] <= minute for window in windows):
            found.append(one)
    return found


def _end(work: Work, run: Run) -> list[int]:
    work.read_whole(run.run_id)
    ending = transitions(run.mode)[Event.TERMINATE]
    ended = [one for one in work.descendants(work.item(run.root)) if one.status in ending]
    for one in ended:
        work.happen(one, Event.TERMINATE)
    work.set_state(run, "ended", "end")
    return [one.id for one in ended]
