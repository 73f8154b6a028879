"""What the end of a block means for its container: concatenations repeat as a whole, time links set the next window, groups count."""

from __future__ import annotations

from datetime import datetime, timedelta

from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import Event
from dfs.phase2.service.look import Look
from dfs.phase2.service.records import Item, Run
from dfs.phase2.service.shown import schedule_document
from dfs.phase2.service.windows import absolute_windows
from dfs.phase2.service.work import ANY, Work

__all__ = ["follow_end", "follow_start", "require_turn"]

_READY = frozenset("+SM")  # a container whose members may be executed
_FAILED = frozenset("MA")


def require_turn(look: Look, item: Item) -> None:
    """Refuse to start a block whose containers are not accepted, or whose predecessor in a time link is not done."""
    child, parent = item, look.parent(item)
    while parent is not None and parent.is_scheduling:
        if parent.status not in _READY:
            raise StateError(
                f"{parent.label} is in status {parent.status}", where=item.label, accepted="in status + S M"
            )
        if parent.item_type == "TimeLink":
            members = look.children(parent)
            early = [one for one in members[: members.index(child)] if not _is_done(look, one)]
            if early:
                raise StateError(f"{early[0].label} comes before it in {parent.label}", where=item.label)
        child, parent = parent, look.parent(parent)


def follow_start(work: Work, item: Item) -> None:
    """Let the containers of a block be started with it."""
    parent = work.parent(item)
    while parent is not None and parent.is_scheduling:
        work.set_status(parent, "S", "follow")
        parent = work.parent(parent)


def follow_end(work: Work, run: Run, item: Item, at: datetime) -> None:
    """Let the containers of a block follow what came out at its end."""
    child, parent = item, work.parent(item)
    while parent is not None and parent.is_scheduling:
        if parent.item_type == "Concatenation" and item.status in _FAILED:
            _repeat(work, parent)
        if parent.item_type == "TimeLink" and _is_done(work, child):
            _open_next(work, run, parent, child, at)
        _status(work, parent)
        child, parent = parent, work.parent(parent)


def _repeat(work: Work, concatenation: Item) -> None:
    """All or nothing: when one failed, those completed are repeated with it."""
    for one in work.children(concatenation):
        if one.status == "C":
            work.happen(one, Event.REPEAT)


def _open_next(work: Work, run: Run, link: Item, done: Item, at: datetime) -> None:
    """Make the next member's relative window absolute, counted from the end of the one before.

    Its own windows stay as far as they lie inside; when none is left, the relative window stands alone and the block will expire with it.
    """
    members = work.children(link)
    index = members.index(done) + 1
    if index >= len(members):
        return
    delays = schedule_document(work, members[index])
    begin = at + timedelta(seconds=float(delays.get("earliestAfterPrevious") or 0))
    latest = delays.get("latestAfterPrevious")
    end = (
        at + timedelta(seconds=float(latest)) if latest is not None else datetime.fromisoformat(f"{run.valid_to}+00:00")
    )
    for block in _first_blocks(work, members[index]):
        window = _inside(work.of(block, "absolute").body, begin, max(end, begin + timedelta(minutes=1)))
        work.write(work.of(block, "absolute"), window, ANY, run.run_id, "time link")


def _first_blocks(work: Work, item: Item) -> list[Item]:
    """Return the block that begins a member: of a concatenation its first."""
    if item.is_block:
        return [item]
    return [one for one in work.children(item) if one.is_block][:1]


def _inside(windows: list[dict[str, str]], begin: datetime, end: datetime) -> list[dict[str, str]]:
    first, last = _up(begin), f"{end:%Y-%m-%dT%H:%M}"
    cut = [{"from": max(one["from"], first), "to": min(one["to"], last)} for one in windows]
    left = [one for one in cut if one["from"] < one["to"]]
    return left or absolute_windows([{"from": first, "to": last}])


def _up(at: datetime) -> str:
    """Return a time to the minute, never earlier than it is."""
    whole = at.replace(second=0, microsecond=0)
    return f"{whole if whole == at else whole + timedelta(minutes=1):%Y-%m-%dT%H:%M}"


def _status(work: Work, parent: Item) -> None:
    """Give a container the status that its members make: completed with all of them, to be repeated when one is."""
    members = work.children(parent)
    if all(one.status in {"C", "K", "T", "F"} for one in members) and any(one.status == "C" for one in members):
        new = "C"
    elif parent.item_type == "Concatenation" and any(one.status in _FAILED for one in members):
        new = "M"
    elif any(one.status == "S" for one in members):
        new = "S"
    else:
        new = "+"
    work.set_status(parent, new, "follow")


def _is_done(look: Look, item: Item) -> bool:
    return item.status == "C" if item.is_block else all(one.status == "C" for one in look.children(item))
