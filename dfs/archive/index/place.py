"""The place of rows on the sky: pixel, unit vector, and the circle round it that holds the row's region."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dfs.archive.index.columns import arrow_schema
from dfs.model.schema import SkyColumns, TableSchema
from dfs.sky.pixels import NOWHERE, pixels_of, unit_vectors
from dfs.sky.regions.bulk import parse_many

__all__ = ["placed"]

_WHOLE_SKY_DEG = 180.0
_SLACK_DEG = 1e-9  # of arcs from cosines of doubles


def placed(table: TableSchema, rows: pa.Table) -> pa.Table:
    """Return `rows` (of `conform`) with the columns of their place.

    A row's place is its published centre; a row without one that has a region takes the region's first vertex.
    """
    wanted = arrow_schema(table)
    if table.sky is None:
        count = rows.num_rows
        nothing = [pa.nulls(count, pa.float64())] * 4
        columns = [pa.array(np.full(count, NOWHERE, dtype=np.int64)), *nothing]
    else:
        columns = _places(table.sky, rows)
    return pa.Table.from_arrays([*rows.columns, *columns], schema=wanted)


def _places(sky: SkyColumns, rows: pa.Table) -> list[pa.Array]:
    ra, dec = _floats(rows, sky.ra), _floats(rows, sky.dec)
    radius = np.full(ra.shape, np.nan)
    if sky.region is not None:
        outlines = parse_many(rows.column(_spelled(rows, sky.region)))
        _fill_missing(ra, dec, outlines)
        radius = _radii(ra, dec, outlines)
    pixel = pixels_of(ra, dec)
    nowhere = pixel == NOWHERE
    vectors = unit_vectors(np.where(nowhere, 0.0, ra), np.where(nowhere, 0.0, dec))
    vectors[nowhere] = np.nan
    return [pa.array(pixel), *(_nullable(vectors[:, axis]) for axis in range(3)), _nullable(radius)]


def _floats(rows: pa.Table, name: str) -> NDArray[np.float64]:
    column = rows.column(_spelled(rows, name)).cast(pa.float64())
    return np.array(column.to_numpy(), dtype=np.float64)


def _spelled(rows: pa.Table, name: str) -> str:
    return str(next(one for one in rows.column_names if one.lower() == name.lower()))


def _nullable(values: NDArray[np.float64]) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _fill_missing(ra: NDArray[np.float64], dec: NDArray[np.float64], outlines: Any) -> None:
    missing = np.flatnonzero(~(np.isfinite(ra) & np.isfinite(dec) & (np.abs(dec) <= 90)))
    if missing.size == 0 or outlines.row.size == 0:
        return
    part = np.searchsorted(outlines.row, missing)
    known = (part < outlines.row.size) & (outlines.row[np.minimum(part, outlines.row.size - 1)] == missing)
    x, y, z = outlines.vertices[:, outlines.start[part[known]]]
    ra[missing[known]] = np.degrees(np.arctan2(y, x)) % 360
    dec[missing[known]] = np.degrees(np.arctan2(z, np.hypot(x, y)))


def _radii(ra: NDArray[np.float64], dec: NDArray[np.float64], outlines: Any) -> NDArray[np.float64]:
    """Return the radius round each row's place that holds its region; NaN: it has none.

    A circle of less than a quarter turn holds the great-circle edges between the vertices it holds; a wider one is taken as the
    whole sky.
    """
    radius = np.full(ra.shape, np.nan)
    if outlines.row.size == 0:
        return radius
    row = outlines.row[outlines.part]  # of each vertex
    chord = np.linalg.norm(unit_vectors(ra[row], dec[row]) - outlines.vertices.T, axis=1)
    reach = np.degrees(2 * np.arcsin(np.clip(chord / 2, 0, 1))) + outlines.radius[outlines.part]
    radius[outlines.row] = 0.0
    np.maximum.at(radius, row, reach)
    radius += _SLACK_DEG
    radius[radius >= 90] = _WHOLE_SKY_DEG
    return radius
