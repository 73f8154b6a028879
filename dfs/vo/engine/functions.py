"""Functions that lowered queries call and DuckDB does not have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from dfs.sky.pixels import NOWHERE, pixels_around
from dfs.vo.adql.duckdb_functions import register_functions
from dfs.vo.engine.wording import AROUND

__all__ = ["register"]


def register(connection: Any) -> None:
    """Register every function with a connection, unless they are there; its cursors have them, too."""
    known = connection.sql(
        "SELECT count(*) FROM duckdb_functions() WHERE function_name = $name", params={"name": AROUND}
    )
    if known.fetchall()[0][0]:
        return
    register_functions(connection)
    connection.create_function(
        AROUND, _around, ["DOUBLE", "DOUBLE", "INTEGER"], "BIGINT[]", type="arrow", null_handling="special"
    )


def _around(ra: pa.Array, dec: pa.Array, order: pa.Array) -> pa.Array:
    if len(ra) == 0:
        return pa.array([], pa.list_(pa.int64()))
    lon, lat = (np.array(one.cast(pa.float64()).to_numpy(zero_copy_only=False)) for one in (ra, dec))
    pixels = np.sort(pixels_around(lon, lat, int(order[0].as_py())), axis=1)
    first = np.concatenate([np.ones((len(pixels), 1), dtype=bool), np.diff(pixels, axis=1) != 0], axis=1)
    keep = (pixels != NOWHERE) & first  # at low orders two neighbours may be one pixel
    ends = np.concatenate([[0], np.cumsum(keep.sum(axis=1))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(pixels[keep]))
