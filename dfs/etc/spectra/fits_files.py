"""A spectrum in FITS: a table, or an image of one axis. What the headers promise is checked before any of it is read."""

from __future__ import annotations

import io
import math
import re
import warnings
from typing import Any

import numpy as np

from dfs.errors import DataError
from dfs.etc.spectra.contents import SAMPLES_MOST
from dfs.etc.spectra.fits_sizes import believable
from dfs.etc.spectra.samples import Samples
from dfs.etc.spectra.tables import columns_of, samples_of_columns

__all__ = ["is_fits", "read_fits"]

_FORM = re.compile(r"([0-9]*)([A-Z])")


def is_fits(content: bytes) -> bool:
    """Tell FITS by its first card."""
    return content.startswith(b"SIMPLE  =")


def read_fits(content: bytes, name: str, where: str) -> Samples:
    """Return the first table with a spectrum, or the first image of one axis.

    Raises
    ------
    DataError
        There is none; headers that promise more than is there; compressed images.
    UsageError
        Columns, units or numbers that cannot be.
    """
    from astropy.io import fits
    from astropy.utils.exceptions import AstropyWarning

    content = believable(content, where)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyWarning)  # of cards nobody reads here
        with fits.open(io.BytesIO(content), memmap=False, disable_image_compression=True) as opened:
            units = list(opened)
            for unit in units:
                if isinstance(unit, fits.BinTableHDU | fits.TableHDU) and not unit.header.get("ZIMAGE"):
                    return _of_table(unit, len(content), name, where)
            for unit in units:
                if isinstance(unit, fits.PrimaryHDU | fits.ImageHDU) and _is_of_one_axis(unit.header, where):
                    return _of_image(unit.data.ravel(), unit.header, name)
    packed = any(unit.header.get("ZIMAGE") for unit in units)
    hint = "funpack unpacks compressed images" if packed else ""
    raise DataError("neither a table nor an image of one axis", where=where, hint=hint)


def _axes(header: Any) -> list[int]:
    return [int(header.get(f"NAXIS{axis}", 0)) for axis in range(1, int(header.get("NAXIS", 0)) + 1)]


def _check_samples(number: int, where: str) -> None:
    if number > SAMPLES_MOST:
        raise DataError(f"{number} samples", where=where, accepted=f"up to {SAMPLES_MOST}")


def _of_table(unit: Any, held: int, name: str, where: str) -> Samples:
    rows = int(unit.header.get("NAXIS2", 0))
    if rows * unit.columns.dtype.itemsize > held:
        raise DataError("its columns promise more bytes than there are", where=where)
    names = columns_of(list(unit.columns.names), name)
    written = []
    for one in names:
        column = unit.columns[one]
        form = _FORM.match(str(column.format))
        if form is not None and form[2] in "PQ":
            raise DataError(f"column {one[:60]} has rows of different lengths", where=where)
        repeat = int(form[1]) if form is not None and form[1] and form[2] != "A" else 1
        _check_samples(repeat * rows, where)
        written.append(column.unit)
    return samples_of_columns(unit.data[names[0]], unit.data[names[1]], names, name, (written[0], written[1]))


def _is_of_one_axis(header: Any, where: str) -> bool:
    axes = _axes(header)
    if not axes or axes[0] == 0 or math.prod(axes) != axes[0]:
        return False
    _check_samples(axes[0], where)
    return True


def _of_image(flux: Any, header: Any, origin: str) -> Samples:
    """Return an image of one axis as samples: linear wavelengths, or linear in their logarithm (CTYPE1 WAVE-LOG, or DC-FLAG 1)."""
    step = header.get("CDELT1", header.get("CD1_1"))
    if step is None or "CRVAL1" not in header:
        raise DataError("an image without wavelengths", where=origin, keyword="CRVAL1", accepted="CRVAL1 and CDELT1")
    first = float(header["CRVAL1"])
    offset = (np.arange(flux.size) + 1.0 - float(header.get("CRPIX1", 1.0))) * float(step)
    axis = first + offset
    if str(header.get("CTYPE1", "")).strip().endswith("-LOG"):
        axis = first * np.exp(offset / first)  # FITS paper III (Greisen et al. 2006), table 1
    elif header.get("DC-FLAG") == 1:
        axis = 10.0**axis
    unit = str(header.get("CUNIT1", "")).strip()
    if not unit:
        raise DataError(
            "an image whose wavelengths have no unit", where=origin, keyword="CUNIT1", accepted="nm, Angstrom"
        )
    return samples_of_columns(axis, flux, ("CRVAL1", "flux"), origin, (unit, header.get("BUNIT")))
