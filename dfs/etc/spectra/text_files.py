"""A spectrum as plain text: two columns of numbers, perhaps with their names or units above them."""

from __future__ import annotations

import io
import re

import numpy as np

from dfs.errors import DataError
from dfs.etc.spectra.contents import SAMPLES_MOST
from dfs.etc.spectra.headings import names_and_units
from dfs.etc.spectra.samples import Samples
from dfs.etc.spectra.tables import samples_of_columns
from dfs.etc.written import float_of

__all__ = ["decoded", "read_text"]

_LINES_MOST = SAMPLES_MOST + 20_000
_LINE_MOST = 10_000  # characters
_COMMENTS = ("#", ";", "%")
_FORTRAN = re.compile(r"[dD](?=[+-]?[0-9])")  # 3.0D2


def decoded(content: bytes, where: str) -> str:
    """Return text in UTF-8, with its mark or without, or in Latin-1; `DataError` where it is none."""
    if b"\0" in content:
        raise DataError("it is no text", where=where, accepted="FITS, ECSV, CSV, VOTable, two columns")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")  # comments; numbers are ASCII either way


def read_text(content: bytes, name: str, where: str) -> Samples:
    """Return two columns of numbers; the last line above them may name the columns or their units.

    Columns are parted by blanks, commas or semicolons; more than two may be there, as many in every row.

    Raises
    ------
    DataError
        A row that is none, or too many: which line.
    UsageError
        Units, or numbers, that cannot be.
    """
    rows: list[tuple[float, float]] = []
    heading, width = "", 0
    for place, line in enumerate(io.StringIO(decoded(content, where), newline=None), 1):
        if place > _LINES_MOST or len(rows) > SAMPLES_MOST:
            raise DataError("too many rows for a spectrum", where=where, accepted=f"up to {SAMPLES_MOST}")
        text = line.strip()
        if not text:
            continue
        if text.startswith(_COMMENTS):
            heading = heading if rows else text.lstrip("#;% ")
            continue
        words = _words(text, place, where)
        numbers = _numbers(words)
        if numbers is None:
            if rows:
                raise DataError(f"line {place} is not two numbers: {text[:60]!r}", where=where)
            heading = text
            continue
        if len(words) < 2:
            raise DataError(f"line {place} has one number only", where=where)
        width = width or len(words)
        if len(words) != width:
            said = f"line {place} has {len(words)} columns, those before it {width}: {text[:60]!r}"
            raise DataError(said, where=where)
        rows.append(numbers)
    if not rows:
        raise DataError("no numbers in it", where=where, accepted="two columns: wavelength, flux")
    values = np.array(rows)
    names, units = names_and_units(heading, where)
    return samples_of_columns(values[:, 0], values[:, 1], names, name, units)


def _words(text: str, place: int, where: str) -> list[str]:
    """Return the columns of a line, as many of them as matter: parted by semicolons, by commas, or by blanks."""
    if len(text) > _LINE_MOST:
        raise DataError(f"line {place} is too long", where=where, accepted=f"up to {_LINE_MOST} characters")
    text = text.partition("#")[0].rstrip()
    mark = next((one for one in ";," if one in text), None)
    if mark is None:
        return text.split()
    words = [word.strip() for word in text.rstrip(f"{mark} \t").split(mark)]
    if any(_is_in_two(word) for word in words):
        said = f"line {place} may be read in two ways: {text[:60]!r}"
        raise DataError(said, where=where, accepted="decimal points, one kind of separator")
    return words


def _is_in_two(word: str) -> bool:
    """Tell whether numbers are parted within a column, as by ``300,5 1`` and ``300,5; 1,2``: the comma is not the separator."""
    parts = word.replace(",", " ").split()
    return len(parts) > 1 and _numbers(parts) is not None


def _numbers(words: list[str]) -> tuple[float, float] | None:
    """Return the first two columns as numbers; one that is missing is not a number, None: they are words."""
    try:
        found = [float_of(_FORTRAN.sub("e", word)) for word in words[:2]]
    except ValueError:
        return None
    return (found[0], found[1]) if len(found) == 2 else (found[0], float("nan"))
