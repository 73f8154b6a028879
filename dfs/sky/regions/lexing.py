"""Texts of regions as tokens: bytes cut, named and put to the test with whole-array operations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.sky.regions.frames import SAME_AS_ICRS
from dfs.sky.regions.outlines import CIRCLE, POINT, POLYGON, Floats

__all__ = ["NUMBER", "SHAPE", "classify", "tokens", "wrong_order"]

NUMBER, SHAPE, _UNION, _FRAME, _FRAME_OF_UNION, _OPEN, _CLOSE, _ODD, _FIRST = range(9)
_KINDS = {"POSITION": POINT, "CIRCLE": CIRCLE, "POLYGON": POLYGON}

# What may follow what in a row.
_FOLLOWS = np.zeros((9, 9), dtype=bool)
for _before, _after in {
    _FIRST: (SHAPE, _UNION),
    SHAPE: (_FRAME, NUMBER),
    _FRAME: (NUMBER,),
    _UNION: (_FRAME_OF_UNION, _OPEN),
    _FRAME_OF_UNION: (_OPEN,),
    _OPEN: (SHAPE,),
    NUMBER: (NUMBER, SHAPE, _CLOSE),
}.items():
    _FOLLOWS[_before, list(_after)] = True


def tokens(
    data: NDArray[np.uint8], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return where tokens begin and how long they are, and which bytes are no white space."""
    solid = (data != 32) & ((data < 9) | (data > 13))
    alone = (data == 40) | (data == 41)  # parentheses are tokens by themselves
    apart = np.ones(data.size + 1, dtype=bool)  # a token may begin here, or end before it
    apart[1:-1] = ~solid[1:] | ~solid[:-1] | alone[1:] | alone[:-1]
    apart[ends] = True
    begin = np.flatnonzero(solid & apart[:-1])
    length = np.flatnonzero(solid & apart[1:]) + 1 - begin
    return begin, length, solid


def classify(
    data: NDArray[np.uint8], begin: NDArray[np.int64], length: NDArray[np.int64], solid: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Floats]:
    """Return of each token what it is, which shape it names, and its number."""
    import pyarrow as pa

    offsets = np.concatenate(([0], np.cumsum(length)))
    tokens = pa.LargeStringArray.from_buffers(begin.size, pa.py_buffer(offsets), pa.py_buffer(data[solid]))
    head = data[begin]
    number = ((head >= 48) & (head <= 57)) | (head == 45) | (head == 46)
    words = tokens.filter(pa.array(~number)).dictionary_encode()
    codes, kinds = np.array([_word(one) for one in words.dictionary.to_pylist()], dtype=np.uint8).reshape(-1, 2).T
    code = np.zeros(begin.size, dtype=np.uint8)
    kind = np.zeros(begin.size, dtype=np.uint8)
    indices = np.asarray(words.indices)
    code[~number], kind[~number] = codes[indices], kinds[indices]
    values = np.zeros(begin.size)
    figures, wrong = _numbers(tokens.filter(pa.array(number)))
    values[number] = figures
    code[np.flatnonzero(number)[wrong]] = _ODD
    return code, kind, values


def _numbers(tokens: Any) -> tuple[Floats, NDArray[np.bool_]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    wrong = np.zeros(len(tokens), dtype=bool)
    try:
        figures = np.asarray(tokens.cast(pa.float64()))
    except pa.ArrowInvalid:
        good = pc.match_substring_regex(tokens, r"^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
        wrong = ~np.asarray(good)
        figures = np.asarray(pc.if_else(good, tokens, "0").cast(pa.float64()))
    return figures, wrong | ~np.isfinite(figures)


def _word(word: str) -> tuple[int, int]:
    name = word.upper()
    if name in _KINDS:
        return SHAPE, _KINDS[name]
    if name in SAME_AS_ICRS:
        return _FRAME, 0
    return {"UNION": _UNION, "(": _OPEN, ")": _CLOSE}.get(name, _ODD), 0


def wrong_order(code: NDArray[np.uint8], first: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the rows whose tokens do not follow each other as in the common forms."""
    rows = first.size - 1
    filled = np.flatnonzero(np.diff(first))
    before = np.empty_like(code)
    before[1:] = code[:-1]
    before[first[filled]] = _FIRST
    code[(code == _FRAME) & (before == _UNION)] = _FRAME_OF_UNION
    before[1:] = code[:-1]
    before[first[filled]] = _FIRST
    bad = np.zeros(rows, dtype=bool)
    bad[row[~_FOLLOWS[before, code]]] = True
    starts, last = code[first[filled]], code[first[filled + 1] - 1]
    shapes = np.bincount(row[code == SHAPE], minlength=rows)[filled]
    union = starts == _UNION
    bad[filled] |= np.where(union, last != _CLOSE, (last != NUMBER) | (shapes != 1))
    return bad
