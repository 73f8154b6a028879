"""A query made ready: parsed and checked once, then said in DuckDB's words for each way of reading its tables."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

from sqlglot import exp

from dfs.archive.index.columns import HPX, RADIUS, UNIT
from dfs.errors import ServiceError
from dfs.model.schema import TableSchema
from dfs.sky.pixels import ORDER
from dfs.vo.adql import Checked, lower, print_for, restrict
from dfs.vo.engine.counts import count_from_cube
from dfs.vo.engine.joins import Near, near_joins
from dfs.vo.engine.references import Reference, references

__all__ = ["Cache", "Meeting", "Prepared", "further_name", "hidden_name", "rows_name"]

PIXEL = "_pix"
AROUND = "pixels_around"  # function of DuckDB: positions and an order to their pixels and those round them
_MOST_TEXTS = 8
_MANY_COLUMNS = 8
_PLAIN = "\x01plain columns"  # stands first in the text: what a query's strings hold comes after it
_SLACK_DEG = 1e-7  # 0.4 mas, for rounding in the exact test
_ROUNDING = 1e-13  # of the cosine: 0.1 arcsec for small angles

T = TypeVar("T")


class Cache:
    """Keeps the values used last; safe for threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of `key`, made if there is none."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[no-any-return]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


def rows_name(alias: str) -> str:
    """Return the name under which DuckDB finds the rows that stand for the table `alias`; none of the index is called so."""
    return f"rows of {alias}"


def further_name(alias: str) -> str:
    """Return the name of the rows beside those of the generation."""
    return f"further of {alias}"


def hidden_name(alias: str) -> str:
    """Return the name of the numbers of hidden rows."""
    return f"hidden of {alias}"


_lists = Cache(256)


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
        self._tree, self._plain = _without_plain_columns(checked.tree, self.references)

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
            tree = _limited(tree, most)
        _assert_reads_only(tree)
        said = print_for(tree, "duckdb")
        return said if self._plain is None else said.replace(f'"{_PLAIN}"', self._plain, 1)

    def _meet(self, tree: Any, meeting: Meeting) -> None:
        """Add to a condition by position that pixels are equal (in place)."""
        near = self.nears[meeting[0]]
        place = next(one for one in tree.walk() if one == near.condition)
        other = near.other if meeting[2] == near.kept else near.kept
        lying = exp.Paren(
            this=exp.BitwiseRightShift(this=_column(HPX, other), expression=_whole(2 * (ORDER - meeting[1])))
        )
        equal = exp.EQ(this=lying, expression=_column(PIXEL, meeting[2]))
        if near.regions:
            equal = exp.And(this=equal, expression=_reaching(near))
        place.replace(exp.Paren(this=exp.And(this=equal, expression=place.copy())))

    def _place(self, table: Any, kind: str, columns: Sequence[str], meeting: Meeting | None) -> None:
        """Put what is read in the place of a table (in place)."""
        name = f"{table.db}.{table.name}"
        alias = table.alias
        source: Any = _named(rows_name(alias) if kind == "rows" else name)
        if kind not in {"rows", "table"}:
            source = exp.Subquery(this=_seen(name, alias, kind, columns))
        if meeting is not None:
            source = self._expanded(source, meeting)
        source.set("alias", exp.TableAlias(this=_identifier(alias)))
        joins = table.args.get("joins")
        if joins:
            table.set("joins", None)
            source.set("joins", joins)
        table.replace(source)

    def _expanded(self, source: Any, meeting: Meeting) -> Any:
        near = self.nears[meeting[0]]
        lon, lat = near.place_of(meeting[2])
        pixels = exp.Anonymous(this=AROUND, expressions=[_bare(lon), _bare(lat), _whole(meeting[1])])
        unnested = exp.Alias(this=exp.Anonymous(this="unnest", expressions=[pixels]), alias=_identifier(PIXEL))
        return exp.Subquery(this=exp.Select(expressions=[exp.Star(), unnested], from_=exp.From(this=source)))


def _without_plain_columns(tree: Any, found: Sequence[Reference]) -> tuple[Any, str | None]:
    """Return a tree that has one name in the place of the many plain columns of its SELECT, and what they are in DuckDB's words.

    Copying, lowering and printing a tree costs as much as running a small search; most of most trees is the list of a table's columns.
    """
    columns = tree.expressions if isinstance(tree, exp.Select) else []
    plain = len(columns) > _MANY_COLUMNS and all(
        isinstance(one, exp.Alias) and isinstance(one.this, exp.Column) for one in columns
    )
    order = tree.args.get("order") if plain else None
    numbers = order is not None and any(
        isinstance(one.this, exp.Literal) and not one.this.is_string for one in order.expressions
    )
    if not plain or len(found) != 1 or tree.args.get("distinct") or tree.args.get("with_"):
        return tree, None
    names = tuple((one.this.table, one.this.name, one.alias) for one in columns)
    text = _lists.get(names, lambda: ", ".join(print_for(one, "duckdb") for one in columns))
    short = tree.args | {"expressions": [_bare(_PLAIN)]}
    if order is not None and numbers:  # ORDER BY 5: the fifth column is not there any more
        short["order"] = exp.Order(expressions=[_by_column(one, columns) for one in order.expressions])
    made = exp.Select(**{name: _copied(value) for name, value in short.items()})
    return made, text


def _by_column(term: Any, columns: Sequence[Any]) -> Any:
    node = term.this
    if isinstance(node, exp.Literal) and not node.is_string:
        node = columns[int(str(node.this)) - 1].this
    return exp.Ordered(this=node.copy(), desc=term.args.get("desc"), nulls_first=term.args.get("nulls_first"))


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return [_copied(one) for one in value]
    return value.copy() if isinstance(value, exp.Expression) else value


def _reaching(near: Near) -> Any:
    """Return the condition that a row's circle reaches a position or circle of the other table: cheap, tried before regions are read."""
    lon, lat = (exp.Anonymous(this="radians", expressions=[_column(one, near.other)]) for one in (near.lon, near.lat))
    ring = exp.Anonymous(this="cos", expressions=[lat])
    other = (
        exp.Mul(this=ring, expression=exp.Anonymous(this="cos", expressions=[lon])),
        exp.Mul(this=ring.copy(), expression=exp.Anonymous(this="sin", expressions=[lon.copy()])),
        exp.Anonymous(this="sin", expressions=[lat.copy()]),
    )
    x, y, z = (
        exp.Mul(this=_column(name, near.kept), expression=exp.Paren(this=one))
        for name, one in zip(UNIT, other, strict=True)
    )
    cosine = exp.Add(this=exp.Add(this=x, expression=y), expression=z)
    radius: Any = _decimal(near.radius) if isinstance(near.radius, float) else _column(near.radius, near.other)
    reach: Any = exp.Add(
        this=exp.Add(this=_column(RADIUS, near.kept), expression=radius), expression=_decimal(_SLACK_DEG)
    )
    reach = exp.Anonymous(this="least", expressions=[reach, _decimal(180.0)])
    limit = exp.Anonymous(this="cos", expressions=[exp.Anonymous(this="radians", expressions=[reach])])
    for node in (x, y, z, *other, reach, limit):
        node.meta["type"] = "done"
    return exp.GTE(this=cosine, expression=exp.Sub(this=limit, expression=_decimal(_ROUNDING)))


def _decimal(value: float) -> Any:
    return exp.Literal(this=f"{value!r}" if "e" in repr(value) else f"{value!r}e0", is_string=False)


def _seen(name: str, alias: str, kind: str, columns: Sequence[str]) -> Any:
    """Return the rows of the generation that are seen, and those beside them."""
    named = [_bare(one) for one in columns]
    rows = exp.Select(expressions=named, from_=exp.From(this=_named(name)))
    if "-" in kind:
        hidden = exp.Select(expressions=[_bare("row")], from_=exp.From(this=_named(hidden_name(alias))))
        gone = exp.In(this=exp.Column(this=exp.Identifier(this="rowid", quoted=False)), query=exp.Subquery(this=hidden))
        rows.set("where", exp.Where(this=exp.Not(this=gone)))
    if "+" not in kind:
        return rows
    further = exp.Select(expressions=[one.copy() for one in named], from_=exp.From(this=_named(further_name(alias))))
    return exp.Union(this=rows, expression=further, distinct=False)


def _limited(tree: Any, most: int) -> Any:
    """Return the tree with at most `most` rows."""
    limit = tree.args.get("limit")
    if limit is not None and int(str(limit.expression.this)) <= most:
        return tree
    if isinstance(tree, exp.Select):
        tree.set("limit", exp.Limit(expression=_whole(most)))
        return tree
    return tree  # of a set operator the reader leaves the rest


def _assert_reads_only(tree: Any) -> None:
    if not isinstance(tree, exp.Select | exp.SetOperation | exp.Subquery):
        raise ServiceError("a query became something else than a query", hint="tell the developers")
    ways = (exp.DDL, exp.DML, exp.Command, exp.Set, exp.Pragma, exp.Attach, exp.Copy)
    if any(tree.find_all(*ways)) and not isinstance(tree, exp.Query):
        raise ServiceError("a query would change something", hint="tell the developers")


def _identifier(name: str) -> Any:
    return exp.Identifier(this=name, quoted=True)


def _named(name: str) -> Any:
    return exp.Table(this=_identifier(name))


def _bare(name: str) -> Any:
    return exp.Column(this=_identifier(name))


def _column(name: str, alias: str) -> Any:
    return exp.Column(this=_identifier(name), table=_identifier(alias))


def _whole(value: int) -> Any:
    return exp.Literal(this=str(value), is_string=False)
