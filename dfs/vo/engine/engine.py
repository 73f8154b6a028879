"""The query engine: ADQL in, rows out.

A query is parsed and checked against the tables there are; what its user may not see is taken out of its tree; then each table it names
is given as what it needs to read: rows that the index finds for its conditions, counts kept ready, an upload, or the whole
table.  The query itself runs unchanged on these in DuckDB, so no way of finding rows can change the answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dfs.access.rows import RowRule
from dfs.access.user import CurrentUser
from dfs.archive.index import Index, Snapshot, TableState
from dfs.clock import Clock, isoformat
from dfs.errors import UsageError
from dfs.model.schema import ColumnSchema, TableSchema
from dfs.vo.adql import check, parse
from dfs.vo.engine.cache import Cache
from dfs.vo.engine.conventions import as_kept, completed
from dfs.vo.engine.plan import Planner
from dfs.vo.engine.prepared import Prepared
from dfs.vo.engine.result import Result
from dfs.vo.engine.running import Running
from dfs.vo.engine.sources import Source
from dfs.vo.engine.tap_schema import tap_schema
from dfs.vo.engine.watch import Watch

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Limits", "QueryEngine", "RuleMaker", "UploadedTable"]

_KEPT_QUERIES = 256


class UploadedTable(Protocol):
    """A table that came with a query."""

    @property
    def columns(self) -> Sequence[ColumnSchema]:
        """Its columns."""
        ...

    @property
    def table(self) -> pa.Table:
        """Its rows."""
        ...


RuleMaker = Callable[[CurrentUser, Iterable[str], str], RowRule]
"""Gives what a user may see, from himself, the keys of protected rows, and the time (UTC ISO 8601)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may cost unless it is said otherwise.

    Attributes
    ----------
    timeout_s
        Seconds of work.
    rows
        Of the result; None: as many as there are.
    """

    timeout_s: float = 60.0
    rows: int | None = None


class QueryEngine:
    """Runs queries on the index.

    Parameters
    ----------
    index
        What is searched.
    clock
        By which protection ends.
    rule
        What a user may see.
    limits
        Of a query.
    public_url
        With which addresses on the observatory's server begin.
    """

    def __init__(
        self, index: Index, clock: Clock, rule: RuleMaker, limits: Limits | None = None, *, public_url: str = ""
    ) -> None:
        self._index = index
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._rule = rule
        self._limits = limits or Limits()
        self._prepared = Cache(_KEPT_QUERIES)
        self._described: tuple[Snapshot, dict[str, TableState]] | None = None
        self._watch = Watch()
        self._lock = threading.Lock()

    def run(
        self,
        adql: str,
        *,
        user: CurrentUser,
        maxrec: int | None = None,
        uploads: Mapping[str, UploadedTable] | None = None,
        timeout_s: float | None = None,
        stoppable: Callable[[Callable[[], None]], None] | None = None,
    ) -> Result:
        """Run a query.

        Parameters
        ----------
        adql
            The query.
        user
            Whose rights count.
        maxrec
            Rows wanted at most; more set `Result.overflow`.
        uploads
            Tables it names ``TAP_UPLOAD.<name>``.
        timeout_s
            Seconds of work it may take; waiting for whoever reads the rows does not count.
        stoppable
            Called, before the work begins, with what stops it from another thread (and returns when it has stopped).

        Returns
        -------
        Result
            Columns, and rows that stream; close it, or read it to its end.

        Raises
        ------
        AdqlError
            The query is wrong; says where.
        ServiceError
            It took longer than its limit.
        """
        snapshot = self._index.snapshot()
        most = self._most(maxrec)
        planner = self._planner(snapshot, adql, user, most, uploads or {})
        running = Running(snapshot, self._watch, timeout_s or self._limits.timeout_s)
        try:
            if stoppable is not None:
                stoppable(running.close)
            prepared = planner.prepared
            whole = completed(running.start(planner), prepared.addresses, self._public_url)
            return Result(prepared.checked.columns, whole, running, most)
        except BaseException:
            running.close()
            raise

    def explain(self, adql: str, *, user: CurrentUser, uploads: Mapping[str, UploadedTable] | None = None) -> str:
        """Return how a query would run: what is read for each table, and the query in DuckDB's words."""
        planner = self._planner(self._index.snapshot(), adql, user, self._limits.rows, uploads or {})
        plan, _ = next(planner.beginnings(), (planner.plan(), 0))
        read = [f"{alias}: {_said(source)}" for alias, source in plan.sources.items()]
        return "\n".join([*read, planner.sql(plan)])

    def tables(self) -> tuple[TableSchema, ...]:
        """Return the declarations of every table that queries may name, TAP_SCHEMA's among them."""
        return tuple(one.schema for one in self._tables(self._index.snapshot()).values())

    def _most(self, maxrec: int | None) -> int | None:
        if maxrec is not None and maxrec < 0:
            raise UsageError(f"maxrec = {maxrec}", accepted="0 or more")
        return min((one for one in (maxrec, self._limits.rows) if one is not None), default=None)

    def _tables(self, snapshot: Snapshot) -> dict[str, TableState]:
        """Return every table, TAP_SCHEMA's among them."""
        with self._lock:
            described = self._described
            if described is None or described[0] is not snapshot:
                schemas = [one.schema for one in snapshot.tables.values()]
                if described is not None and _same(described[0], snapshot):
                    own = {name: one for name, one in described[1].items() if name not in described[0].tables}
                else:
                    own = tap_schema(schemas, snapshot.descriptions)
                described = self._described = (snapshot, {**snapshot.tables, **own})
            return described[1]

    def _planner(
        self, snapshot: Snapshot, adql: str, user: CurrentUser, most: int | None, uploads: Mapping[str, UploadedTable]
    ) -> Planner:
        tables = self._tables(snapshot)
        sent = {name.lower(): upload for name, upload in uploads.items()}
        declared = tuple(
            TableSchema(f"TAP_UPLOAD.{name}", "Uploaded", tuple(one.columns)) for name, one in sorted(sent.items())
        )
        key = (adql, snapshot.version, tuple((one.name, one.columns) for one in declared))
        prepared = self._prepared.get(key, lambda: _prepared(adql, tables, declared, self._public_url))
        rule, closed = self._rule_for(user, prepared, tables)
        rows = {f"tap_upload.{name}": one.table for name, one in sent.items()}
        # one more than wanted shows whether any are left out
        return Planner(prepared, tables, rows, rule, closed, None if most is None else most + 1)

    def _rule_for(
        self, user: CurrentUser, prepared: Prepared, tables: Mapping[str, TableState]
    ) -> tuple[RowRule, frozenset[str]]:
        """Return what `user` may see of the tables of a query, and which of them it binds; only then is he looked up."""
        now = isoformat(self._clock.now())
        named = {name: tables[name] for name in prepared.checked.tables if name in tables}
        closed = {name: one for name, one in named.items() if one.protected_after(now)}
        if not closed:
            return RowRule(now, everything=True), frozenset()
        keys: frozenset[str] = frozenset().union(*(one.protected for one in closed.values()))
        rule = self._rule(user, keys, now)
        if rule.everything:
            return rule, frozenset()
        # between two ends of protection nothing changes: queries of that time share one text
        last = max(one.last_release(now) for one in closed.values())
        return RowRule(last, rule.keys), frozenset(closed)


def _prepared(adql: str, tables: Mapping[str, TableState], uploads: Sequence[TableSchema], public_url: str) -> Prepared:
    schemas = {name: one.schema for name, one in tables.items()}
    checked = check(parse(adql), schemas, uploads)
    schemas |= {one.name.lower(): one for one in uploads}
    addresses = as_kept(checked.tree, schemas, public_url)
    return Prepared(checked, schemas, addresses)


def _same(one: Snapshot, other: Snapshot) -> bool:
    return one.descriptions == other.descriptions and one.schemas == other.schemas


def _said(source: Source) -> str:
    if source.rows is not None:
        return f"{source.rows.num_rows} rows"
    hidden = f" but {source.hidden.size} rows" if source.hidden is not None else ""
    further = f" and {source.further.num_rows} rows" if source.further is not None else ""
    return f"the whole table{hidden}{further}"
