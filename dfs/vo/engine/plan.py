"""What is read for each table of a query: decided from its conditions, the sizes of tables, and what its user may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from sqlglot import exp

from dfs.access.rows import RowRule
from dfs.archive.index.columns import HPX
from dfs.archive.index.generation import Use
from dfs.archive.index.snapshot import TableState
from dfs.sky.pixels import order_above, pixels_of
from dfs.vo.engine.conditions import filters_of, is_exact, paths_of, time_range
from dfs.vo.engine.counts import fits_cube
from dfs.vo.engine.joins import Near
from dfs.vo.engine.paths import ByTime, Caps, NearRegions, Path, Pixels
from dfs.vo.engine.prepared import Meeting, Prepared
from dfs.vo.engine.references import Reference
from dfs.vo.engine.sources import Source, at, held, scanned, shown, taken
from dfs.vo.engine.top import First, first_rows_of, prefixes

__all__ = ["Plan", "Planner"]

_MOST_CAPS = 50_000  # positions of one table that lead to rows of another
_FEW_PAIRS = 200_000  # pairs that are as well tried one by one
_SLACK_DEG = 1e-7


@dataclass(frozen=True)
class Plan:
    """One way to run a query.

    Attributes
    ----------
    sources
        What is read, by alias.
    meetings
        Joins by position that go through pixels.
    cubes
        Aliases read from counts kept ready.
    """

    sources: Mapping[str, Source]
    meetings: tuple[Meeting, ...] = ()
    cubes: frozenset[str] = frozenset()


@dataclass
class Planner:
    """Plans one run of a prepared query.

    Attributes
    ----------
    prepared
        The query.
    states
        Tables by name in lower case.
    uploads
        Rows of uploaded tables, by ``tap_upload.<name>``.
    rule
        What may be seen.
    closed
        Names of the tables some of whose rows are still protected: the others need no rule.
    most
        Rows wanted at most; None: all.
    """

    prepared: Prepared
    states: Mapping[str, TableState]
    uploads: Mapping[str, pa.Table]
    rule: RowRule
    closed: frozenset[str]
    most: int | None
    _shown: dict[str, list[str]] = field(default_factory=dict)
    _known: dict[str, list[Path]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.prepared.references:
            columns = self.prepared.columns[one.alias]
            state = self.states.get(one.table)
            regions = any(near.regions and near.kept == one.alias for near in self.prepared.nears)
            self._shown[one.alias] = columns if state is None else shown(state, columns, regions=regions)

    def plan(self) -> Plan:
        """Return the way to run the whole query."""
        cubes = frozenset(one.alias for one in self.prepared.references if self._counts(one) is not None)
        sources: dict[str, Source] = {}
        waiting = []
        for one in self.prepared.references:
            source = self._simple(one, cubes)
            if source is None:
                waiting.append(one)
            else:
                sources[one.alias] = source
        self._lead(waiting, sources)
        for one in waiting:
            if one.alias not in sources:
                sources[one.alias] = scanned(self.states[one.table], self._shown[one.alias])
        return Plan(sources, tuple(self._meetings(sources)), cubes)

    def beginnings(self) -> Iterator[tuple[Plan, int]]:
        """Give ways that look at the first rows only, ever more of them, each with how many rows must come for it to be the answer."""
        found = self._first()
        if found is None:
            return
        first, reference = found
        state = self.states[reference.table]
        nodes = [one.node for one in reference.conditions]
        few = filters_of(state.schema, reference.alias, nodes)
        exact = reference.table not in self.closed and all(
            is_exact(state.schema, reference.alias, one) for one in nodes
        )
        for rows, complete in prefixes(state, first, few, exact=exact):
            everything = complete and first.bound
            plan = Plan({reference.alias: at(state, self._shown[reference.alias], rows)})
            yield plan, 0 if everything else first.wanted - first.skipped

    def use(self, plan: Plan) -> Use:
        """Tell what a way to run the query asks of DuckDB."""
        if all(source.rows is not None for source in plan.sources.values()):
            return "rows"
        tree = self.prepared.checked.tree
        busy = (exp.AggFunc, exp.Window, exp.Order, exp.Distinct, exp.Join, exp.SetOperation)
        return (
            "stream" if len(plan.sources) == 1 and tree.find(*busy) is None and not tree.args.get("group") else "tables"
        )

    def sql(self, plan: Plan) -> str:
        """Return the query in DuckDB's words."""
        kinds = {alias: source.kind for alias, source in plan.sources.items()}
        rule = (self.rule, self.closed)
        return self.prepared.sql(kinds, self._shown, plan.meetings, plan.cubes, self._condition(), rule, self.most)

    def _condition(self) -> Callable[[str, str], Any] | None:
        if not self.closed or self.rule.everything:
            return None
        return lambda table, alias: self.rule.condition(table, alias) if table in self.closed else None

    def _counts(self, reference: Reference) -> pa.Table | None:
        state = self.states.get(reference.table)
        if state is None or state.cube is None or not fits_cube(reference, state.schema, self.prepared.checked.tree):
            return None
        return state.cube

    def _simple(self, reference: Reference, cubes: frozenset[str]) -> Source | None:
        """Return what is read for a table by its own conditions; None: all of it, unless another leads to some of it."""
        if reference.table in self.uploads:
            return Source(self.uploads[reference.table])
        state = self.states[reference.table]
        if reference.alias in cubes:
            return Source(state.cube)
        columns = self._shown[reference.alias]
        if state.base is None:
            return held(state, columns)
        return self._taken(reference, self._paths(reference))

    def _paths(self, reference: Reference) -> list[Path]:
        known = self._known.get(reference.alias)
        if known is None:
            nodes = [one.node for one in reference.conditions]
            known = paths_of(self.states[reference.table].schema, reference.alias, nodes)
            self._known[reference.alias] = known
        return known

    def _taken(self, reference: Reference, paths: Sequence[Path]) -> Source | None:
        state = self.states[reference.table]
        few = filters_of(state.schema, reference.alias, [one.node for one in reference.conditions])
        return taken(state, self._shown[reference.alias], paths, few)

    def _lead(self, waiting: Sequence[Reference], sources: dict[str, Source]) -> None:
        """Find rows of tables by positions of others that are known already (in place)."""
        found = True
        while found:
            found = False
            for reference in waiting:
                paths = [
                    path
                    for near in self._nears_of(reference, sources)
                    if (path := self._led(near, sources)) is not None
                ]
                source = self._taken(reference, paths) if paths and reference.alias not in sources else None
                if source is not None:
                    sources[reference.alias] = source
                    found = True

    def _nears_of(self, reference: Reference, sources: Mapping[str, Source]) -> list[Near]:
        return [one for one in self.prepared.nears if one.kept == reference.alias and one.other in sources]

    def _led(self, near: Near, sources: Mapping[str, Source]) -> Path | None:
        rows = sources[near.other].rows
        radius = self._radius(near, sources)
        if rows is None or rows.num_rows > _MOST_CAPS or radius is None:
            return None
        caps = Caps(_numbers(rows, near.lon), _numbers(rows, near.lat), radius)
        return NearRegions(caps) if near.regions else Pixels(caps)

    def _radius(self, near: Near, sources: Mapping[str, Source]) -> float | None:
        if isinstance(near.radius, float):
            return near.radius
        rows = sources[near.other].rows if near.other in sources else None
        if rows is None:
            return None
        sizes = _numbers(rows, near.radius)
        sizes = sizes[np.isfinite(sizes)]
        return max(0.0, float(sizes.max())) if sizes.size else 0.0

    def _meetings(self, sources: dict[str, Source]) -> Iterator[Meeting]:
        """Give the joins by position that are done through pixels; gives uploads the pixel they lie in where it is needed."""
        done: set[int] = set()
        expanded: set[str] = set()
        for number, near in enumerate(self.prepared.nears):
            radius = self._radius(near, sources)
            if id(near.condition) in done or radius is None or self._pairs(near, sources) <= _FEW_PAIRS:
                continue
            reach = max((one.reach_deg for one in self._state(near.kept).blocks), default=0.0) if near.regions else 0.0
            order = order_above(radius + reach + _SLACK_DEG)
            for alias in sorted(near.expandable & {near.kept, near.other}, key=lambda one: self._size(one, sources)):
                if order >= 0 and alias not in expanded and self._lies(near, alias, expanded, sources):
                    expanded.add(alias)
                    done.add(id(near.condition))
                    yield Meeting((number, order, alias))
                    break

    def _lies(self, near: Near, alias: str, expanded: set[str], sources: dict[str, Source]) -> bool:
        """Tell whether the side that is not expanded has the pixel it lies in; an upload is given it (once)."""
        if alias == near.other:
            return True
        table = self._table(near.other)
        if table in self.states:
            sky = self.states[table].schema.sky
            return sky is not None and (sky.ra.lower(), sky.dec.lower()) == (near.lon.lower(), near.lat.lower())
        rows = sources[near.other].rows
        if rows is None or near.other in expanded or HPX in rows.column_names:
            return False
        pixels = pixels_of(_numbers(rows, near.lon), _numbers(rows, near.lat))
        sources[near.other] = Source(rows.append_column(HPX, pa.array(pixels)))
        return True

    def _pairs(self, near: Near, sources: Mapping[str, Source]) -> int:
        return self._size(near.kept, sources) * self._size(near.other, sources)

    def _size(self, alias: str, sources: Mapping[str, Source]) -> int:
        rows = sources[alias].rows
        return rows.num_rows if rows is not None else self._state(alias).count

    def _table(self, alias: str) -> str:
        return next(one.table for one in self.prepared.references if one.alias == alias)

    def _state(self, alias: str) -> TableState:
        return self.states[self._table(alias)]

    def _first(self) -> tuple[First, Reference] | None:
        if len(self.prepared.references) != 1:
            return None
        reference = self.prepared.references[0]
        state = self.states.get(reference.table)
        if state is None or state.base is None:
            return None
        nodes = [one.node for one in reference.conditions]
        paths = [one for one in self._paths(reference) if not isinstance(one, ByTime)]
        time = time_range(state.schema, reference.alias, nodes)
        first = first_rows_of(self.prepared.checked.tree, reference, state, time, self.most)
        if first is None:
            return None
        # a way that leads to few rows at once is as good, and sure
        expected = [sum(path.count(block) for block in state.blocks) for path in paths]
        return None if any(count <= max(2_000, first.wanted) for count in expected) else (first, reference)


def _numbers(rows: pa.Table, name: str) -> Any:
    spelled = next(one for one in rows.column_names if one.lower() == name.lower())
    return np.array(rows.column(spelled).cast(pa.float64()).to_numpy())
