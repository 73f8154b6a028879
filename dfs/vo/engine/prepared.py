"""A query made ready: parsed and checked once, then said in DuckDB's words for each way of reading its tables."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from sqlglot import exp

from dfs.archive.index.columns import HPX
from dfs.model.schema import TableSchema
from dfs.sky.pixels import ORDER
from dfs.vo.adql import Checked, lower, print_for, restrict
from dfs.vo.engine.cache import Cache
from dfs.vo.engine.counts import count_from_cube
from dfs.vo.engine.joins import Near, near_joins
from dfs.vo.engine.references import Reference, references
from dfs.vo.engine.wording import (
    AROUND,
    PLAIN,
    assert_reads_only,
    bare,
    column,
    identifier,
    limited,
    named,
    reaching,
    rows_name,
    seen,
    whole,
    without_plain_columns,
)

__all__ = ["Meeting", "Prepared"]

_PIXEL = "_pix"
_MOST_TEXTS = 8


class Meeting(tuple[int, int, str]):
    """How a join by position is done: number of the condition in `Prepared.nears`, order of the pixels, alias of the expanded table."""

    __slots__ = ()


class Prepared:
    """A checked query.

    Attributes
    ----------
    checked
        Tree, columns, tables.
    references
        The places where it names tables.
    nears
        Its joins by position.
    addresses
        Which columns of the result get their beginning when they go out; see `dfs.vo.engine.conventions`.
    """

    def __init__(
        self, checked: Checked, schemas: Mapping[str, TableSchema], addresses: frozenset[int] = frozenset()
    ) -> None:
        self.checked = checked
        self.addresses = addresses
        self.references: list[Reference] = references(checked.tree)
        by_alias = {one.alias: schemas[one.table] for one in self.references}
        self.nears: list[Near] = near_joins(self.references, by_alias)
        self.columns = {one.alias: one.columns(checked.tree) for one in self.references}
        self._texts = Cache(_MOST_TEXTS)
        self._tree, self._plain = without_plain_columns(checked.tree, self.references)

    def sql(
        self,
        kinds: Mapping[str, str],
        shown: Mapping[str, Sequence[str]],
        meetings: Sequence[Meeting],
        cubes: frozenset[str],
        condition: Callable[[str, str], Any] | None,
        rule: Hashable,
        most: int | None,
    ) -> str:
        """Return the query in DuckDB's words.

        Parameters
        ----------
        kinds
            For each alias what is read for it: see `dfs.vo.engine.sources.Source.kind`.
        shown
            For each alias the columns that there are.
        meetings
            Joins by position that go through pixels.
        cubes
            Aliases read from counts kept ready.
        condition
            What of a table may be seen; see `restrict`.
        rule
            Equal for conditions that are equal.
        most
            Rows wanted at most.
        """
        key = (tuple(sorted(kinds.items())), tuple(meetings), cubes, rule, most)
        return self._texts.get(key, lambda: self._said(kinds, shown, meetings, cubes, condition, most))

    def _said(
        self,
        kinds: Mapping[str, str],
        shown: Mapping[str, Sequence[str]],
        meetings: Sequence[Meeting],
        cubes: frozenset[str],
        condition: Callable[[str, str], Any] | None,
        most: int | None,
    ) -> str:
        tree = self._tree.copy()
        for meeting in meetings:
            self._meet(tree, meeting)
        for alias in cubes:
            table = next(one for one in tree.find_all(exp.Table) if one.db and one.alias == alias)
            count_from_cube(table.find_ancestor(exp.Select), alias)
        if condition is not None:
            tree = restrict(tree, condition)
        tree = lower(tree, "duckdb")
        expanded = {meeting[2]: meeting for meeting in meetings}
        for table in [one for one in tree.find_all(exp.Table) if one.db]:
            self._place(table, kinds[table.alias], shown[table.alias], expanded.get(table.alias))
        if most is not None:
            tree = limited(tree, most)
        assert_reads_only(tree)
        said = print_for(tree, "duckdb")
        return said if self._plain is None else said.replace(f'"{PLAIN}"', self._plain, 1)

    def _meet(self, tree: Any, meeting: Meeting) -> None:
        """Add to a condition by position that pixels are equal (in place)."""
        near = self.nears[meeting[0]]
        place = next(one for one in tree.walk() if one == near.condition)
        other = near.other if meeting[2] == near.kept else near.kept
        lying = exp.Paren(
            this=exp.BitwiseRightShift(this=column(HPX, other), expression=whole(2 * (ORDER - meeting[1])))
        )
        equal = exp.EQ(this=lying, expression=column(_PIXEL, meeting[2]))
        if near.regions:
            equal = exp.And(this=equal, expression=reaching(near))
        place.replace(exp.Paren(this=exp.And(this=equal, expression=place.copy())))

    def _place(self, table: Any, kind: str, columns: Sequence[str], meeting: Meeting | None) -> None:
        """Put what is read in the place of a table (in place)."""
        name = f"{table.db}.{table.name}"
        alias = table.alias
        source: Any = named(rows_name(alias) if kind == "rows" else name)
        if kind not in {"rows", "table"}:
            source = exp.Subquery(this=seen(name, alias, kind, columns))
        if meeting is not None:
            source = self._expanded(source, meeting)
        source.set("alias", exp.TableAlias(this=identifier(alias)))
        joins = table.args.get("joins")
        if joins:
            table.set("joins", None)
            source.set("joins", joins)
        table.replace(source)

    def _expanded(self, source: Any, meeting: Meeting) -> Any:
        near = self.nears[meeting[0]]
        lon, lat = near.place_of(meeting[2])
        pixels = exp.Anonymous(this=AROUND, expressions=[bare(lon), bare(lat), whole(meeting[1])])
        unnested = exp.Alias(this=exp.Anonymous(this="unnest", expressions=[pixels]), alias=identifier(_PIXEL))
        return exp.Subquery(this=exp.Select(expressions=[exp.Star(), unnested], from_=exp.From(this=source)))
