"""A table as a binary table extension, and back."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from astropy.io import fits

from dfs.model import Column, Table
from dfs.products.cards import set_cards
from dfs.products.fits_header import from_astropy

__all__ = ["native", "table_content", "table_hdu"]

_STRUCTURAL = re.compile(
    r"^(T(TYPE|FORM|UNIT|COMM|UCD|UTYP|DISP|NULL|DMIN|DMAX|DIM|SCAL|ZERO)\d+|TFIELDS|NAXIS\d?|XTENSION|BITPIX|PCOUNT|GCOUNT"
    r"|EXTNAME|CHECKSUM|DATASUM)$"
)


def table_hdu(name: str, table: Table) -> fits.BinTableHDU:
    """Return the binary table of `table`, called `name`."""
    columns = [
        fits.Column(name=one.name, array=one.values, format=_format(one.values), unit=one.unit or None)
        for one in table.columns
    ]
    hdu = fits.BinTableHDU.from_columns(columns, name=name)
    for index, column in enumerate(table.columns, start=1):
        if column.description:
            hdu.header[f"TCOMM{index}"] = column.description[:68]
    set_cards(hdu.header, table.cards)
    return hdu


def _format(values: np.ndarray[Any, Any]) -> str:
    repeat = "" if values.ndim == 1 else str(int(np.prod(values.shape[1:])))
    if values.dtype.kind in "US":
        return f"{max(1, values.dtype.itemsize // (4 if values.dtype.kind == 'U' else 1))}A"
    codes = {"b1": "L", "u1": "B", "i1": "I", "i2": "I", "i4": "J", "i8": "K", "f4": "E", "f8": "D"}
    return repeat + codes[values.dtype.str[1:]]


def table_content(hdu: fits.BinTableHDU) -> Table:
    """Return the binary table `hdu` as a `Table`, with the cards that describe its content."""
    header = from_astropy(hdu.header)
    return Table(
        columns=tuple(
            Column(
                name=column.name,
                values=native(hdu.data[column.name]),
                unit=column.unit or "",
                description=str(hdu.header.get(f"TCOMM{index}", "")),
            )
            for index, column in enumerate(hdu.columns, start=1)
        ),
        cards=tuple(header.card(keyword) for keyword in header if not _STRUCTURAL.match(keyword)),
    )


def native(values: Any) -> np.ndarray[Any, Any]:
    """Return `values` as an array of the computer's own byte order."""
    array = np.asarray(values)
    return array.astype(array.dtype.newbyteorder("="))
