"""What a file looks like: a figure of its spectrum or image, or of what else it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError
from dfs.model import Header, Image

__all__ = ["Content", "picture_type", "view_of"]


@dataclass(frozen=True)
class Content:
    """What a tab shows: plain values, and bytes that go beside them."""

    shown: Mapping[str, Any]
    bytes: bytes = field(default=b"", repr=False)


def picture_type(data: bytes) -> str:
    """Return the media type of a picture by its first bytes."""
    return "image/jpeg" if data.startswith(b"\xff\xd8") else "image/png"


def view_of(path: Path, *, dark: bool) -> Content:
    """Return the view of a FITS file: its image, its spectrum, or the figures of its tables.

    Raises
    ------
    DataError
        It is damaged, or holds nothing that can be drawn.
    """
    from dfs.products import read_frame

    frame = read_frame(path)
    match frame.content:
        case Image() as image:
            return _image(np.where(image.good(), image.data, np.nan), image.unit, frame.header, dark=dark)
        case np.ndarray() as data if data.ndim == 2:
            return _image(data, "adu", frame.header, dark=dark)
        case np.ndarray() as data if data.ndim == 3:
            return _image(np.nanmean(data, axis=0), "mean of the planes", frame.header, dark=dark)
    from dfs.pipeline.pictures import Shown, figures

    found = figures(Shown(frame.tag, frame.content, frame.parts, str(frame.header.get("OBJECT") or "")))
    if not found:
        raise DataError("nothing in this file can be drawn", where=path.name, hint="see its header")
    plot = found[0]
    plot.sizing_mode = "stretch_both"
    return Content({"kind": "figure", "item": _item(plot, dark=dark)})


def _image(data: NDArray[Any], unit: str, header: Header, *, dark: bool) -> Content:
    from dfs.figures.view import image_view

    view = image_view(data)
    low, high = next(iter(view.cuts.values()))
    ny, nx = view.values.shape
    shown = {
        "kind": "image",
        "item": _item(view.figure, dark=dark),
        "nx": nx,
        "ny": ny,
        "block": view.block,
        "full": [view.shape[1], view.shape[0]],
        "cuts": dict(view.cuts),
        "low": low,
        "high": high,
        "unit": unit,
        "wcs": _gnomonic(header),
    }
    return Content(shown, np.ascontiguousarray(view.values, dtype="<f4").tobytes())


def _item(plot: Any, *, dark: bool) -> Any:
    from bokeh.embed import json_item

    from dfs.figures.theme import brighten, theme

    if dark:
        brighten(plot)
    return json_item(plot, theme=theme(dark=dark))


def _gnomonic(header: Header) -> dict[str, Any] | None:
    """Return the celestial coordinate system of a header if it is a plain gnomonic one; None for others."""
    if "RA---TAN" not in str(header.get("CTYPE1") or "") or "DEC--TAN" not in str(header.get("CTYPE2") or ""):
        return None
    try:
        crpix, crval = ([float(header[f"{key}{i}"]) for i in (1, 2)] for key in ("CRPIX", "CRVAL"))  # type: ignore[arg-type]
        if header.get("CD1_1") is not None:
            cd = [[float(header.get(f"CD{i}_{j}") or 0.0) for j in (1, 2)] for i in (1, 2)]
        else:
            scale = [float(header[f"CDELT{i}"]) for i in (1, 2)]  # type: ignore[arg-type]
            cd = [[scale[i] * float(header.get(f"PC{i + 1}_{j + 1}") or (i == j)) for j in (0, 1)] for i in (0, 1)]
    except (KeyError, TypeError, ValueError):
        return None
    return {"crpix": crpix, "crval": crval, "cd": cd}
