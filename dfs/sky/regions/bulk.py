"""Texts of many regions read at once: bytes to tokens to numbers with whole-array operations.

Rows of the common forms (``POSITION``, ``CIRCLE``, ``POLYGON``, ``UNION`` of them, in ICRS, J2000 or FK5) are read here; a row that is anything else goes to
`dfs.sky.regions.parse`, so both accept the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.sky.regions.lexing import NUMBER, SHAPE, classify, tokens, wrong_order
from dfs.sky.regions.outlines import CIRCLE, POLYGON, Floats, Outlines, unit_vectors
from dfs.sky.regions.shapes import Range, Region, Union
from dfs.sky.regions.text import parse

__all__ = ["parse_many"]

_ROWS = 50_000  # of one go: its arrays stay near the processor
_NEEDS = np.array([0, 2, 3, 6])  # numbers of a point, a circle; the fewest of a polygon


def parse_many(texts: Any) -> Outlines:
    """Return the regions of many texts.

    Parameters
    ----------
    texts
        An Arrow array (also chunked or dictionary-coded), a numpy array or a sequence of str and None.

    Returns
    -------
    Outlines
        Null and blank texts have no parts. Texts that are no region have none either, and are marked in `refused`: one bad row must
        not break the search of a table.
    """
    array = _strings(texts)
    pieces = [_read(array.slice(at, _ROWS)) for at in range(0, max(len(array), 1), _ROWS)]
    return pieces[0] if len(pieces) == 1 else _joined(pieces)


def _strings(texts: Any) -> Any:
    import pyarrow as pa

    array = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(texts, pa.large_string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # combine_chunks keeps what would overflow apart
        array = pa.concat_arrays([chunk.cast(pa.large_string()) for chunk in array.chunks])
    return array if pa.types.is_large_string(array.type) else array.cast(pa.large_string())


def _read(array: Any) -> Outlines:
    import pyarrow.compute as pc

    if array.null_count:
        array = pc.fill_null(array, "")
    rows = len(array)
    buffers = array.buffers()
    ends = np.frombuffer(buffers[1], dtype=np.int64, count=array.offset + rows + 1)[array.offset :]
    if rows == 0 or ends[-1] == ends[0]:
        return Outlines.of([None] * rows)
    data = np.frombuffer(buffers[2], dtype=np.uint8)[ends[0] : ends[-1]]
    ends = ends - ends[0]
    begin, length, solid = tokens(data, ends)
    first = np.searchsorted(begin, ends)  # of each row its first token
    row = np.repeat(np.arange(rows), np.diff(first))
    code, kind, values = classify(data, begin, length, solid)
    bad = wrong_order(code, first, row)
    return _assemble(array, rows, row, code, kind, values, bad)


def _assemble(
    array: Any,
    rows: int,
    row: NDArray[np.int64],
    code: NDArray[np.uint8],
    kind: NDArray[np.uint8],
    values: Floats,
    bad: NDArray[np.bool_],
) -> Outlines:
    good = ~bad[row]  # numbers of a row that begins with them would count for the shape of the row before
    shapes = good & (code == SHAPE)
    number = good & (code == NUMBER)
    heads = np.flatnonzero(shapes)
    kinds = kind[heads]
    count = np.bincount((np.cumsum(shapes) - 1)[number], minlength=heads.size)
    figures = values[number]
    wrong = np.where(kinds == POLYGON, (count < 6) | (count % 2 == 1), count != _NEEDS[kinds])
    if wrong.any():
        bad[row[heads[wrong]]] = True
        keep = ~bad[row[heads]]
        figures = figures[~bad[row[number]]]
        heads, kinds, count = heads[keep], kinds[keep], count[keep]
    begin = np.concatenate(([0], np.cumsum(count)))
    circles = kinds == CIRCLE
    sizes = begin[:-1][circles] + 2
    radius = np.zeros(heads.size)
    radius[circles] = figures[sizes]
    pairs = np.delete(figures, sizes) if circles.any() else figures
    ra, dec = pairs[::2], pairs[1::2]
    found = Outlines(
        rows,
        row[heads],
        kinds,
        radius,
        np.concatenate(([0], np.cumsum(np.where(circles, 1, count // 2)))).astype(np.int64),
        unit_vectors(ra, dec),
        np.zeros(rows, dtype=bool),
    )
    beyond = np.zeros(heads.size, dtype=bool)
    beyond[found.part[np.abs(dec) > 90]] = True
    beyond |= (radius < 0) | (radius > 180)
    if beyond.any():
        bad[found.row[beyond]] = True
        found = found.take(~bad[found.row])
    return _with_odd(found, array, np.flatnonzero(bad)) if bad.any() else found


def _with_odd(found: Outlines, array: Any, odd: NDArray[np.int64]) -> Outlines:
    """Add the rows of rarer forms, one by one."""
    import pyarrow as pa

    refused = np.zeros(found.rows, dtype=bool)
    regions: list[Region | None] = []
    for number, text in zip(odd, array.take(pa.array(odd)).to_pylist(), strict=True):
        try:
            region: Region | None = parse(text)
            if any(isinstance(part, Range) for part in (region.parts if isinstance(region, Union) else (region,))):
                region = None
        except UsageError:
            region = None
        refused[number] = region is None
        regions.append(region)
    extra = Outlines.of(regions)
    both = np.concatenate((found.row, odd[extra.row]))
    order = np.argsort(both, kind="stable")
    count = np.concatenate((found.count, extra.count))
    begin = np.concatenate((found.start[:-1], extra.start[:-1] + found.vertices.shape[1]))
    new = np.concatenate(([0], np.cumsum(count[order])))
    vertices = np.concatenate((found.vertices, extra.vertices), axis=1)
    index = np.arange(new[-1]) + np.repeat(begin[order] - new[:-1], count[order])
    return Outlines(
        found.rows,
        both[order],
        np.concatenate((found.kind, extra.kind))[order],
        np.concatenate((found.radius, extra.radius))[order],
        new.astype(np.int64),
        vertices[:, index],
        refused,
    )


def _joined(pieces: list[Outlines]) -> Outlines:
    rows = np.concatenate(([0], np.cumsum([one.rows for one in pieces])))
    vertices = np.concatenate(([0], np.cumsum([one.vertices.shape[1] for one in pieces])))
    start = [one.start[:-1] + shift for one, shift in zip(pieces, vertices[:-1], strict=True)]
    return Outlines(
        int(rows[-1]),
        np.concatenate([one.row + shift for one, shift in zip(pieces, rows[:-1], strict=True)]),
        np.concatenate([one.kind for one in pieces]),
        np.concatenate([one.radius for one in pieces]),
        np.concatenate([*start, vertices[-1:]]).astype(np.int64),
        np.concatenate([one.vertices for one in pieces], axis=1),
        np.concatenate([one.refused for one in pieces]),
    )
