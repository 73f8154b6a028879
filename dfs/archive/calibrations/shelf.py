"""Archived frames as records made from their rows: what calibrations are chosen from.  No file is opened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, true

from dfs import instruments
from dfs.frames.records import RecordMaker, wanted_keywords
from dfs.instruments import FrameClass
from dfs.model import FrameRecord
from dfs.store.tables import files, headers, provenance, qc_values

__all__ = ["Shelf"]

_AT_ONCE = 500  # names in one query: every database takes that many


class Shelf:
    """The frames of an archive, as the selection for one request looks through them.

    Parameters
    ----------
    connection
        For reading.
    permitted
        Returns those of some DP IDs of which the user may know.
    """

    def __init__(self, connection: Connection, permitted: Callable[[Sequence[str]], list[str]]) -> None:
        self._connection = connection
        self._permitted = permitted
        self._records: dict[str, FrameRecord] = {}
        self._maker = RecordMaker()
        self._keywords = wanted_keywords()

    def record(self, dp_id: str) -> FrameRecord | None:
        """Return one frame, or None when there is none with a header."""
        return next(iter(self._load([dp_id])), None)

    def around(self, subject: FrameRecord, days: tuple[float, float], classes: Collection[str]) -> list[FrameRecord]:
        """Return the frames of the subject's instrument of some classes, within `days` (earliest, latest) of it."""
        if subject.mjd_obs is None or subject.instrument is None:
            return []
        query = select(files.c.dp_id, files.c.metadata_protected).where(
            files.c.instrument == subject.instrument,
            files.c.mjd_obs.between(subject.mjd_obs + days[0], subject.mjd_obs + days[1]),
            files.c.state == "online",
        )
        rules = instruments.load(subject.instrument).rules
        wanted = [one for one in rules.classes if one.name in classes]
        if all(one.is_product for one in wanted):
            query = query.where(files.c.kind == "product", files.c.category.in_(sorted(classes)))
        else:
            others = sorted({one.name for one in rules.classes} - set(classes))
            query = query.join(headers, headers.c.dp_id == files.c.dp_id).where(
                files.c.kind == "raw",
                or_(files.c.category.is_(None), files.c.category.not_in(others)),
                or_(*map(_looks_like, wanted)),
            )
        rows = self._connection.execute(query).all()
        secret = [row.dp_id for row in rows if row.metadata_protected]
        known = set(self._permitted(secret)) if secret else set()
        found = self._load([row.dp_id for row in rows if not row.metadata_protected or row.dp_id in known])
        return [one for one in found if one.frame_class in classes]

    def is_certified(self, dp_ids: Iterable[str], kind: str | None) -> bool:
        """Tell whether quality control vouches for files.

        Parameters
        ----------
        dp_ids
            A master, or raw frames of which masters are made.
        kind
            Category of those masters; None: the files are masters.
        """
        names = list(dp_ids)
        if kind is not None:
            query = select(provenance.c.child).join(files, files.c.dp_id == provenance.c.child)
            made = [
                name
                for part in _parts(names)
                for name in self._connection.execute(
                    query.where(provenance.c.parent.in_(part), files.c.category == kind, files.c.state == "online")
                ).scalars()
            ]
            names = list(dict.fromkeys(made))
        scores: list[int | None] = []
        for part in _parts(names):
            query_scores = select(qc_values.c.score).where(qc_values.c.product_dp_id.in_(part))
            scores += self._connection.execute(query_scores).scalars()
        return bool(scores) and 1 not in scores

    def _load(self, dp_ids: Sequence[str]) -> list[FrameRecord]:
        for part in _parts([one for one in dp_ids if one not in self._records]):
            query = (
                select(files.c.dp_id, files.c.path, headers.c.keywords)
                .join(headers, headers.c.dp_id == files.c.dp_id)
                .where(files.c.dp_id.in_(part))
            )
            for row in self._connection.execute(query):
                self._records[row.dp_id] = self._record(row.dp_id, row.path, row.keywords)
        return [self._records[one] for one in dp_ids if one in self._records]

    def _record(self, dp_id: str, path: str, keywords: dict[str, Any]) -> FrameRecord:
        header = {name: value for name, value in keywords.items() if name in self._keywords}
        return replace(self._maker.make(Path(path), header), dp_id=dp_id)


def _looks_like(frame_class: FrameClass) -> ColumnElement[bool]:
    """Return the plainest conditions of a class as the database can test them: most frames need not be looked at."""
    tests = [
        headers.c.keywords[one.keyword].as_string().in_([str(value) for value in one.values])
        for one in frame_class.conditions
        if one.test == "equals" and all(isinstance(value, str) for value in one.values)
    ]
    return and_(true(), *tests)


def _parts(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE))
