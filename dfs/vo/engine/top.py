"""The first rows of many: a search that wants few rows, in the order of time or in none, looks at the first that may fit.

It runs on these alone; when enough of them fit, no row outside can belong to the answer, since it would come later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlglot import exp

from dfs.archive.index.block import Block, Rows
from dfs.archive.index.snapshot import TableState
from dfs.vo.engine.conditions import column_of
from dfs.vo.engine.paths import ByTime, Few
from dfs.vo.engine.references import Reference
from dfs.vo.engine.sources import MOST_TAKEN, thinned

__all__ = ["First", "first_rows_of", "prefixes"]

_MOST_WANTED = 20_000
_GROWTH = 8
_SPARE = 16  # rows at the ends of a range that the query itself leaves out
_ALWAYS = ByTime(-np.inf, np.inf)
_STEP = 16_384  # entries of the time index looked at in one go


@dataclass(frozen=True, slots=True)
class First:
    """What is wanted: how many rows, of which range of time, in its order (down or up).

    Attributes
    ----------
    wanted
        Rows to be found, those that the answer skips among them.
    skipped
        How many the answer skips.
    """

    wanted: int
    range: ByTime
    descending: bool
    skipped: int = 0

    @property
    def bound(self) -> bool:
        """Tell whether a condition keeps rows without time out."""
        return self.range != _ALWAYS


def first_rows_of(
    tree: Any, reference: Reference, state: TableState, time: ByTime | None, most: int | None
) -> First | None:
    """Return what a query wants if it is a search of one table for its first rows; None: it is not."""
    table = state.schema
    limit = tree.args.get("limit")
    asked = int(str(limit.expression.this)) if limit is not None else None
    wanted = min((one for one in (asked, most) if one is not None), default=None)
    offset = tree.args.get("offset")
    skipped = int(str(offset.expression.this)) if offset is not None else 0
    wanted = None if wanted is None else wanted + skipped
    if wanted is None or wanted > _MOST_WANTED or table.time is None or not _is_search(tree, reference):
        return None
    order = tree.args.get("order")
    if order is None:
        return First(wanted, time, descending=False, skipped=skipped) if time is not None else None
    first = order.expressions[0]
    node = first.this
    if isinstance(node, exp.Literal) and not node.is_string:
        at = int(str(node.this)) - 1
        node = tree.expressions[at].unalias() if at < len(tree.expressions) else node
    elif isinstance(node, exp.Column) and not node.table:
        node = next((one.unalias() for one in tree.expressions if one.alias == node.name), node)
    if not column_of(node, reference.alias, table.time) or first.args.get("nulls_first"):
        return None
    return First(wanted, time or _ALWAYS, descending=bool(first.args.get("desc")), skipped=skipped)


def _is_search(tree: Any, reference: Reference) -> bool:
    if (
        not isinstance(tree, exp.Select)
        or tree is not reference.select
        or tree.args.get("joins")
        or tree.args.get("with_")
    ):
        return False
    if any(tree.args.get(name) for name in ("group", "having", "distinct")):
        return False
    return tree.args["from_"].this is reference.node and not any(
        one.find_ancestor(exp.Select) is tree for one in tree.find_all(exp.AggFunc, exp.Window)
    )


def prefixes(state: TableState, first: First, few: list[Few], *, exact: bool) -> Iterator[tuple[list[Rows], bool]]:
    """Give ever longer beginnings of the rows in question: numbers for each block, and whether these are all.

    A beginning holds every row up to some time (or down to it), those of equal time among them.

    Parameters
    ----------
    exact
        All conditions are among `first` and `few`: hardly a row of the beginning will fail.
    """
    size = first.wanted + _SPARE if exact else 2 * first.wanted + _SPARE
    largest = max(state.blocks, key=lambda block: block.count)
    while size <= MOST_TAKEN:
        bound = _bound(state, largest, first, few, size)
        span = first.range if bound is None else _up_to(first, bound)
        rows = [_within(state, block, span, few) for block in state.blocks]
        if sum(one.size for one in rows) > MOST_TAKEN:
            return
        yield rows, bound is None
        if bound is None:
            return
        size *= _GROWTH


def _within(state: TableState, block: Block, span: ByTime, few: list[Few]) -> Rows:
    begin, end = span.span(block)
    return np.sort(thinned(state, block, block.arrays["time.row"][begin:end].astype(np.int64), few))


def _up_to(first: First, bound: float) -> ByTime:
    return ByTime(bound, first.range.last) if first.descending else ByTime(first.range.first, bound)


def _bound(state: TableState, block: Block, first: First, few: list[Few], size: int) -> float | None:
    """Return the time of the row of number `size` in order; None: there are fewer."""
    begin, end = first.range.span(block)
    numbers = block.arrays["time.row"][begin:end]
    numbers = numbers[::-1] if first.descending else numbers
    count, step = 0, max(_STEP, size)
    for at in range(0, numbers.size, step):
        kept = thinned(state, block, numbers[at : at + step].astype(np.int64), few)
        if count + kept.size > size:
            return _time_of(state, block, int(kept[size - count - 1]))
        count += kept.size
    return None


def _time_of(state: TableState, block: Block, row: int) -> float:
    column = state.schema.column(str(state.schema.time))
    assert column is not None  # noqa: S101 - the index was built with it
    return float(block.take(np.array([row]), [column.name])[0].column(0)[0].as_py())
