"""The truth about archived files in batches: rows with headers and programmes, ready to be asked column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, select

from dfs.archive.describe import EXTENSIONS
from dfs.archive.programme import Programme, all_programmes, in_force
from dfs.archive.tables.values import as_number
from dfs.store.tables import files, headers

__all__ = ["Truth", "read_truth"]

_Made = TypeVar("_Made")
_BATCH = 2000
_AT_ONCE = 500  # names in one query: every database takes that many
_FILE_COLUMNS = ("dp_id", "version", "path", "bytes", "sha256", "category", "kind", "instrument", "mjd_obs", "target")
_MORE_COLUMNS = ("programme", "exposure_s", "archived", "release_date", "metadata_protected")
_PROGRAMME_COLUMNS = ("title", "pi_coi", "type")


@dataclass(frozen=True)
class Truth:
    """A batch of archived files.

    Attributes
    ----------
    rows
        Columns of `files` by name; ``programme_title`` ... of its programme.
    headers
        Primary headers in the same order; empty where there is none.
    """

    rows: Sequence[Mapping[str, Any]]
    headers: Sequence[Mapping[str, Any]]
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def file(self, name: str) -> list[Any]:
        """Return a column of `files`."""
        return [row[name] for row in self.rows]

    def keyword(self, *names: str) -> list[Any]:
        """Return a keyword of each header; of several names the first that is there and not empty.  It is not to be changed."""
        return self.once(f"keyword {names}", lambda: self._looked_up(names))

    def _looked_up(self, names: tuple[str, ...]) -> list[Any]:
        first, *others = names
        values = [header.get(first) for header in self.headers]
        for name in others:
            if None not in values and "" not in values:
                break
            values = [
                header.get(name) if value is None or value == "" else value
                for value, header in zip(values, self.headers, strict=True)
            ]
        return values

    def numbers(self, *names: str) -> list[float | None]:
        """Return a keyword of each header as a number; None where it is none."""
        return self.once(f"numbers {names}", lambda: [as_number(value) for value in self.keyword(*names)])

    def extensions(self) -> list[Sequence[Mapping[str, Any]]]:
        """Return what is kept of the headers of each file's extensions."""
        return [
            [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
            for found in self.keyword(EXTENSIONS)
        ]

    def once(self, name: str, work: Callable[[], _Made]) -> _Made:
        """Return what `work` makes of this batch; it is done once."""
        if name not in self._kept:
            self._kept[name] = work()
        result: _Made = self._kept[name]
        return result

    def only(self, indices: Sequence[int]) -> Truth:
        """Return the batch of the files at `indices`."""
        if len(indices) == len(self) and list(indices) == list(range(len(self))):
            return self
        return Truth([self.rows[at] for at in indices], [self.headers[at] for at in indices])


def read_truth(connection: Connection, dp_ids: Sequence[str] | None = None) -> Iterator[Truth]:
    """Read the files that are online, batch by batch, in the order of their DP IDs."""
    if dp_ids is None:
        yield from _batches(connection, _query())
        return
    for start in range(0, len(dp_ids), _AT_ONCE):
        wanted = files.c.dp_id.in_(dp_ids[start : start + _AT_ONCE])
        yield from _batches(connection, _query().where(wanted))


def _query() -> Select[Any]:
    """Return the query for all files that are online: a quarantined file is not served, and so not found."""
    of_files = [files.c[name] for name in (*_FILE_COLUMNS, *_MORE_COLUMNS)]
    joined = files.outerjoin(headers, headers.c.dp_id == files.c.dp_id)
    query = select(*of_files, headers.c.keywords).select_from(joined)
    return query.where(files.c.state == "online").order_by(files.c.dp_id)


def _batches(connection: Connection, query: Select[Any]) -> Iterator[Truth]:
    known = all_programmes(connection)
    rows = connection.execute(query.execution_options(yield_per=_BATCH)).mappings()
    for batch in rows.partitions(_BATCH):
        found = [row["keywords"] for row in batch]
        yield Truth(
            [{**row, **_of_programme(known, row["programme"])} for row in batch],
            [one if isinstance(one, dict) else {} for one in found],
        )


def _of_programme(known: Mapping[str, Programme], run: str | None) -> dict[str, Any]:
    """Return what is set for a run, where its own row is silent by its programme's."""
    found = in_force(known, run or "")
    return {f"programme_{name}": getattr(found, name, None) for name in _PROGRAMME_COLUMNS}
