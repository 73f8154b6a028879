"""From contents to HDUs and back: which extensions make up an image, a table, a spectrum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from astropy.io import fits

from dfs.model import Content, Image, Spectrum, Table
from dfs.products.image_hdus import image_content, image_hdus
from dfs.products.spectrum_hdu import spectrum_content, spectrum_hdu
from dfs.products.table_hdu import table_content, table_hdu

__all__ = ["content_hdus", "contents_of"]


def content_hdus(name: str, content: Content) -> list[fits.hdu.base.ExtensionHDU]:
    """Return the extension HDUs that hold `content` under `name` (``""``: the main content of the file)."""
    match content:
        case Image():
            return image_hdus(name, content)
        case Table():
            return [table_hdu(name or "TABLE", content)]
        case Spectrum():
            return [spectrum_hdu(name or "SPECTRUM", content)]
        case _:
            return [fits.ImageHDU(np.ascontiguousarray(content), name=name or "DATA")]


def contents_of(hdus: fits.HDUList) -> tuple[Content | None, dict[str, Content]]:
    """Return (main content, parts by EXTNAME) of an opened product or raw frame."""
    images = {name: hdu for name, hdu in _named(hdus) if not isinstance(hdu, fits.BinTableHDU) and hdu.data is not None}
    companions = {hdu.header.get(keyword) for hdu in images.values() for keyword in ("ERRDATA", "QUALDATA")}
    parts: dict[str, Content] = {}
    for name, hdu in _named(hdus):
        if name in images and name not in companions:
            parts[name] = image_content(images, name)
        elif isinstance(hdu, fits.BinTableHDU):
            parts[name] = spectrum_content(hdu) if "VOCLASS" in hdu.header else table_content(hdu)
    if not parts:
        return None, {}
    main = next(iter(parts))
    return parts.pop(main), parts


def _named(hdus: fits.HDUList) -> Iterator[tuple[str, Any]]:
    for index, hdu in enumerate(hdus):
        yield hdu.name if hdu.name and hdu.name != "PRIMARY" else ("DATA" if index == 0 else f"HDU{index}"), hdu
