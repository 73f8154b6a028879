"""Execution: what happens at the telescope, and what follows for containers and time links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from dfs.access.observing import Deed, allows
from dfs.clock import isoformat
from dfs.errors import UsageError
from dfs.phase2.api import Document
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import Event, after, after_end, is_service
from dfs.phase2.service.desk import Desk
from dfs.phase2.service.following import follow_end, follow_start, require_turn
from dfs.phase2.service.look import Look
from dfs.phase2.service.records import Item, Run
from dfs.phase2.service.shown import block_document
from dfs.phase2.service.work import Work
from dfs.store.tables import p2_executions, p2_items

__all__ = ["Executing", "night_of"]

_EVENTS = {"start": Event.START, "end": Event.END, "abort": Event.ABORT}
_DETAILS = ("grade", "at", "comment")


class Executing(Desk):
    """Execution."""

    def execute(self, ob_id: int, event: str, details: Mapping[str, Any] | None = None) -> Document:
        """Tell what happened to a block at the telescope; returns the block.

        Parameters
        ----------
        event
            ``start``, ``end``, ``abort``.
        details
            ``grade`` (of an end: A B C D X; of a visitor's also ``?``), ``at`` (ISO 8601, UTC; now), ``comment``.

        Raises
        ------
        StateError
            Its status, its container's, or its turn in a time link does not allow it.
        """
        if event not in _EVENTS:
            raise UsageError(f"there is no event {event!r}", accepted=", ".join(_EVENTS))
        given = dict(details or {})
        wrong = next((key for key in given if key not in _DETAILS), None)
        if wrong is not None:
            raise UsageError(f"no detail {wrong!r}", accepted=", ".join(_DETAILS))
        with self._change(event) as work:
            item = work.block(ob_id, Deed.EXECUTE)
            run = work.run(item.run_id)
            at = _instant(given.get("at")) or work.now
            if event == "start":
                _start(work, run, item, at)
            else:
                _finish(work, run, item, at, _EVENTS[event], given)
            return block_document(work, item)

    def executions(self, ob_id: int, night: str) -> list[Document]:
        """Return the executions of a block in a night (``YYYY-MM-DD``, the date of the local noon before)."""
        with self._look() as look:
            look.block(ob_id)
            return _executions(look, p2_executions.c.ob_id == ob_id, night)

    def night_executions(self, instrument: str, night: str) -> list[Document]:
        """Return the executions of an instrument in a night, of the runs that the user may see."""
        with self._look() as look:
            return _executions(look, p2_executions.c.instrument == instrument.upper(), night)


def night_of(at: datetime) -> str:
    """Return the night of an instant: the date of the noon before, by Chile's standard time (UTC - 4 h; assumed all year)."""
    return f"{at.astimezone(UTC) - timedelta(hours=16):%Y-%m-%d}"


def _start(work: Work, run: Run, item: Item, at: datetime) -> None:
    if run.state == "ended":
        raise StateError(f"run {run.prog_id} has ended")
    after(run.mode, item.status, Event.START, item.label)
    if not run.valid_from <= isoformat(at) < run.valid_to:
        raise StateError(
            f"run {run.prog_id} is valid from {run.valid_from[:16]} to {run.valid_to[:16]}", where=item.label
        )
    windows = work.of(item, "absolute").body
    if windows and all(one["to"] <= f"{at:%Y-%m-%dT%H:%M}" for one in windows):
        raise StateError(
            f"the last time window of {item.label} ended at {windows[-1]['to']}", hint="its user may set another"
        )
    require_turn(work, item)
    work.happen(item, Event.START)
    follow_start(work, item)
    row = {
        "id": work.pending.number(p2_executions.c.id),
        "ob_id": item.id,
        "instrument": run.instrument,
        "night": night_of(at),
        "begun": isoformat(at),
        "ended": None,
        "status": item.status,
        "grade": "?",
        "comment": "",
    }
    work.connection.execute(insert(p2_executions).values(**row))


def _finish(work: Work, run: Run, item: Item, at: datetime, event: Event, given: Mapping[str, Any]) -> None:
    if event is Event.END:
        grade = str(given.get("grade", "?"))
        status = after_end(run.mode, item.status, grade, item.label)
    else:
        grade, status = "X", after(run.mode, item.status, event, item.label)
    begun = select(p2_executions).where(p2_executions.c.ob_id == item.id, p2_executions.c.ended.is_(None))
    execution = work.connection.execute(begun.order_by(p2_executions.c.id.desc())).mappings().first()
    if execution is not None:
        if isoformat(at) < execution["begun"]:
            raise UsageError(f"it began at {execution['begun']}, later than {isoformat(at)}", where="at")
        values = {"ended": isoformat(at), "status": status, "grade": grade, "comment": str(given.get("comment", ""))}
        work.connection.execute(update(p2_executions).where(p2_executions.c.id == execution["id"]).values(**values))
    item.grade = grade
    work.happen(item, event, status, grade=grade)
    if is_service(run.mode):
        follow_end(work, run, item, at)


def _executions(look: Look, condition: Any, night: str) -> list[Document]:
    try:
        datetime.strptime(night, "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, TypeError):
        raise UsageError(f"{night!r} is no night", where="night", accepted="YYYY-MM-DD") from None
    query = (
        select(p2_executions, p2_items.c.run_id)
        .join(p2_items, p2_items.c.id == p2_executions.c.ob_id)
        .where(condition, p2_executions.c.night == night)
        .order_by(p2_executions.c.begun)
    )
    runs = {run.run_id: run for run in look.runs()}
    return [
        {
            "from": f"{row['begun'][:19]}Z",
            "to": f"{row['ended'][:19]}Z" if row["ended"] else None,
            "obId": row["ob_id"],
            "obStatus": row["status"],
            "grade": row["grade"],
            "comment": row["comment"],
        }
        for row in look.connection.execute(query).mappings()
        if allows(look.who, Deed.READ, runs[row["run_id"]].prog_id)
    ]


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(str(value))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{value!r} is no time", where="at", accepted="2026-07-01T16:01:41Z") from None
