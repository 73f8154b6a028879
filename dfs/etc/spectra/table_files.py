"""A spectrum as ECSV, CSV or VOTable, read by astropy once what could be hostile in it is looked at."""

from __future__ import annotations

import io
import re
import warnings
from math import prod
from typing import Any

from dfs.errors import DataError
from dfs.etc.spectra.contents import SAMPLES_MOST
from dfs.etc.spectra.samples import Samples
from dfs.etc.spectra.tables import samples_of
from dfs.etc.spectra.text_files import decoded

__all__ = ["STYLES", "read_table"]

STYLES = {".ecsv": "ascii.ecsv", ".csv": "ascii.csv", ".vot": "votable", ".xml": "votable"}
_HEADER_MOST = 200_000  # characters of comments: those of ECSV are read as YAML, slowly
_LINE_MOST = 10_000
_SIZES = re.compile(rb"\b(?:nrows|arraysize|width)\s*=\s*[\"']([^\"']{0,100})")


def read_table(content: bytes, style: str, name: str, where: str) -> Samples:
    """Return the spectrum in a table; `style` is one of `STYLES`.

    Raises
    ------
    DataError, UsageError
        Too many rows, references to other files, sizes that no spectrum has; columns, units, numbers.
    """
    from astropy.table import Table
    from astropy.utils.exceptions import AstropyWarning

    given: Any
    options: dict[str, Any] = {}
    if style == "votable":
        _check_xml(content, where)
        given = io.BytesIO(content)
    else:
        given = _lines(content, where)
        options = {"comment": "#"} if style == "ascii.csv" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyWarning)  # of units: those that matter are read, or refused, below
        table = Table.read(given, format=style, **options)
    return samples_of(table, origin=name)


def _lines(content: bytes, where: str) -> list[str]:
    """Return the lines of a text, of which no more than a spectrum has."""
    if content.count(b"\n") + content.count(b"\r") > 2 * SAMPLES_MOST:
        raise DataError("too many rows for a spectrum", where=where, accepted=f"up to {SAMPLES_MOST}")
    lines = [line.rstrip("\n") for line in io.StringIO(decoded(content, where), newline=None)]
    if sum(len(line) for line in lines if line.startswith("#")) > _HEADER_MOST:
        raise DataError("its comments are too long", where=where, accepted=f"up to {_HEADER_MOST} characters")
    if max(map(len, lines), default=0) > _LINE_MOST:
        raise DataError("a line of it is too long", where=where, accepted=f"up to {_LINE_MOST} characters")
    if len(lines) == 1:
        lines.append("")  # one line alone would be taken for the name of a file
    return lines


def _check_xml(content: bytes, where: str) -> None:
    """Refuse what would be read from elsewhere, what grows as it is read, and sizes that no spectrum has."""
    if b"\0" in content or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DataError("no plain VOTable: it has declarations, or is not UTF-8", where=where)
    if b"STREAM" in content and b"href" in content:
        raise DataError("a VOTable whose rows may be elsewhere", where=where, hint="save it as TABLEDATA, or as FITS")
    if content.count(b"TR>") // 2 > SAMPLES_MOST:
        raise DataError("too many rows for a spectrum", where=where, accepted=f"up to {SAMPLES_MOST}")
    for found in _SIZES.finditer(content):
        sizes = found[1].strip().rstrip(b"*").split(b"x")
        plain = [one for one in sizes if one]
        if not all(one.isdigit() and len(one) < 9 for one in plain) or prod(map(int, plain)) > SAMPLES_MOST:
            raise DataError(f"a size of {found[1][:60].decode('latin-1')!r}", where=where, accepted=f"{SAMPLES_MOST}")
