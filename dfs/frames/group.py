"""Which frames are reduced together: same class, same setup, same template (or what the class groups by)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dfs import instruments
from dfs.frames.classify import key_value
from dfs.instruments import FrameClass, Instrument
from dfs.model import FrameRecord, HeaderValue

__all__ = ["Group", "frame_class_of", "group", "is_usable"]


@dataclass(frozen=True, slots=True)
class Group:
    """Frames that are reduced together.

    Attributes
    ----------
    instrument
        Our name of it.
    frame_class
        Name of their class.
    key
        What tells this group from others of its class, e.g. ``2022-01-26T19:02:25``.
    setup
        Setup they share.
    members
        In order of time; never empty.
    recipe
        The recipe that reduces them; None for none.
    minimum
        Frames the recipe needs.
    """

    instrument: str
    frame_class: str
    key: str
    setup: Mapping[str, HeaderValue]
    members: tuple[FrameRecord, ...]
    recipe: str | None
    minimum: int = 1

    @property
    def name(self) -> str:
        """Return the name of the first member, which lends it to products and logs."""
        first = self.members[0]
        return first.dp_id or first.path.name

    @property
    def mjd_obs(self) -> float | None:
        """Return the mean start of the members; None when none tells it."""
        known = [member.mjd_obs for member in self.members if member.mjd_obs is not None]
        return math.fsum(known) / len(known) if known else None

    @property
    def is_complete(self) -> bool:
        """Return whether there are as many frames as the recipe needs."""
        return len(self.members) >= self.minimum


def is_usable(record: FrameRecord) -> bool:
    """Return whether a frame may be reduced or used: classified, and without problem."""
    return record.frame_class is not None and record.instrument is not None and record.problem is None


def frame_class_of(record: FrameRecord) -> FrameClass | None:
    """Return the rules for the class of `record`; None when it has none."""
    if record.instrument is None or record.frame_class is None:
        return None
    return instruments.load(record.instrument).rules.find(record.frame_class)


def group(records: Iterable[FrameRecord]) -> list[Group]:
    """Return the groups of raw frames among `records`, in order of time; products and unusable frames are in none."""
    found: dict[tuple[HeaderValue, ...], list[FrameRecord]] = {}
    ordered = sorted(filter(is_usable, records), key=_order)
    for record in ordered:
        frame_class = frame_class_of(record)
        if frame_class is not None and not frame_class.is_product:
            found.setdefault(_identity(record, frame_class), []).append(record)
    return [_group(members) for members in found.values()]


def _order(record: FrameRecord) -> tuple[bool, float, str]:
    return record.mjd_obs is None, record.mjd_obs or 0.0, str(record.path)


def _identity(record: FrameRecord, frame_class: FrameClass) -> tuple[HeaderValue, ...]:
    return (record.instrument, frame_class.name, *record.setup.values(), *_own_values(record, frame_class))


def _own_values(record: FrameRecord, frame_class: FrameClass) -> tuple[HeaderValue, ...]:
    """Return the values of ``group_by``; where the header has none, the night stands for it."""
    if not frame_class.group_by:
        return (record.dp_id or str(record.path),)
    rules = instruments.load(str(record.instrument)).rules
    values = [key_value(record.header, rules.keys[name]) for name in frame_class.group_by]
    return tuple(_night(record) if value is None else value for value in values)


def _night(record: FrameRecord) -> str:
    # Nights begin at noon UTC minus 4 h of local time in Chile: half a day and a little is enough to keep one together.
    return "no template" if record.mjd_obs is None else f"night of MJD {math.floor(record.mjd_obs - 0.5)}"


def _group(members: list[FrameRecord]) -> Group:
    first = members[0]
    instrument: Instrument = instruments.load(str(first.instrument))
    frame_class = instrument.rules.find(str(first.frame_class))
    assert frame_class is not None  # noqa: S101 - the class comes from these rules
    return Group(
        instrument=instrument.name,
        frame_class=frame_class.name,
        key=" ".join(str(value) for value in _own_values(first, frame_class)),
        setup=first.setup,
        members=tuple(members),
        recipe=frame_class.recipe,
        minimum=frame_class.minimum,
    )
