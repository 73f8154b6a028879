"""Whether the pixels of a raw frame can be an exposure at all."""

from __future__ import annotations

import numpy as np

from dfs.errors import DataError
from dfs.model import Frame

__all__ = ["check_raw"]


def check_raw(frame: Frame) -> None:
    """Raise `DataError` when no detector can have delivered the pixels of `frame`.

    Parameters
    ----------
    frame
        A raw frame; its content is the array of the file. Products are passed over.

    Raises
    ------
    DataError
        No pixel is a number, or all have one value: every detector has noise.
    """
    pixels = frame.content
    if not isinstance(pixels, np.ndarray):
        return
    hint = "fetch the file again, or leave it out"
    if pixels.size == 0:
        raise DataError("the frame has no pixels", where=frame.name, keyword="NAXIS", hint=hint)
    if pixels.dtype.kind == "f":
        finite = pixels[np.isfinite(pixels)]
        if finite.size == 0:
            raise DataError("no pixel of the frame is a number (all are NaN or infinite)", where=frame.name, hint=hint)
        pixels = finite
    first = pixels.flat[0]
    if not (pixels != first).any():
        raise DataError(f"the frame holds no noise: every pixel is {first:g}", where=frame.name, hint=hint)
