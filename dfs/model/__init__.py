"""Nouns only: frozen data without input or output.

`Header`, `Card` are FITS header data; `Image`, `Spectrum`, `Table` hold pixels and rows; `FrameRecord` is a file as the
classifier sees it; `Frame` an input of a recipe; `Product` its output; `QcValue` a quality figure; `TableSchema` a table
that can be queried.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dfs.model.frame import Content, Frame, FrameRecord
    from dfs.model.header import Card, Header, HeaderValue
    from dfs.model.image import Flag, Image
    from dfs.model.product import Product
    from dfs.model.qc import QcValue
    from dfs.model.schema import ColumnSchema, Datatype, ForeignKey, SchemaDescription, SkyColumns, TableSchema
    from dfs.model.spectrum import Spectrum
    from dfs.model.table import Column, Table

__all__ = [
    "Card",
    "Column",
    "ColumnSchema",
    "Content",
    "Datatype",
    "Flag",
    "ForeignKey",
    "Frame",
    "FrameRecord",
    "Header",
    "HeaderValue",
    "Image",
    "Product",
    "QcValue",
    "SchemaDescription",
    "SkyColumns",
    "Spectrum",
    "Table",
    "TableSchema",
]

_HOMES = {
    "Card": "header",
    "Column": "table",
    "ColumnSchema": "schema",
    "Content": "frame",
    "Datatype": "schema",
    "Flag": "image",
    "ForeignKey": "schema",
    "Frame": "frame",
    "FrameRecord": "frame",
    "Header": "header",
    "HeaderValue": "header",
    "Image": "image",
    "Product": "product",
    "QcValue": "qc",
    "SchemaDescription": "schema",
    "SkyColumns": "schema",
    "Spectrum": "spectrum",
    "Table": "table",
    "TableSchema": "schema",
}


def __getattr__(name: str) -> Any:
    # Phase 2 needs nouns without pixels: importing them does not import numpy.
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
