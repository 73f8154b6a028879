"""Counts kept ready: how many rows of a table there are of each combination of its columns of few values.

The two columns of the policy are among them, so the rule that hides rows of the table hides them in its counts, too.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from dfs.model.schema import TableSchema
from dfs.store.sources import PROTECTED_BY, PROTECTED_UNTIL

__all__ = ["COUNT", "MOST_COUNTS", "MOST_VALUES", "count_rows", "merged", "spelled"]

COUNT = "_count"
MOST_COUNTS = 100_000  # more combinations than this are no summary
MOST_VALUES = 60_000  # a column of more values has no codes (they are 16 bits)


def spelled(table: TableSchema) -> tuple[str, ...]:
    """Return the columns of a table's cube as the table spells them."""
    return tuple(column.name for name in table.cube if (column := table.column(name)) is not None)


def count_rows(table: TableSchema, rows: pa.Table) -> pa.Table:
    """Count the rows of each combination."""
    names = [*spelled(table), PROTECTED_BY, PROTECTED_UNTIL]
    counts = rows.select(names).group_by(names).aggregate([([], "count_all")])
    return _ordered(counts.rename_columns([*names, COUNT]))


def merged(base: pa.Table, gone: pa.Table, come: pa.Table) -> pa.Table:
    """Return the counts `base` without those of rows that have gone, and with those of rows that have come."""
    import pyarrow.compute as pc

    names = [name for name in base.column_names if name != COUNT]
    gone = gone.set_column(gone.num_columns - 1, COUNT, pc.negate(gone.column(COUNT)))
    joined = pa.concat_tables([one.cast(base.schema) for one in (base, gone, come)])
    summed: Any = joined.group_by(names).aggregate([(COUNT, "sum")]).rename_columns([*names, COUNT])
    return _ordered(summed.filter(pc.greater(summed.column(COUNT), 0)))


def _ordered(counts: pa.Table) -> pa.Table:
    return counts.sort_by([(name, "ascending") for name in counts.column_names])
