r"""Lines of an OBX (IMPEX 2.0) file: a keyword, blanks, a value in double quotes; ``\n``, ``\t``, ``\"`` and ``\\`` inside it.

Facts: ESO's "P2PP: IMPEX Reference Guide", and files written by P2 and by many scripts.  A line may end in a semicolon and a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dfs.errors import DataError

__all__ = ["Line", "read_lines", "write_line"]

_LINE = re.compile(r'\s*([^\s"]+)\s*"((?:[^"\\]|\\.)*)"\s*;?\s*(?:#.*)?', re.DOTALL)
_QUOTES_WITHIN = re.compile(r'\s*([^\s"]+)\s*"(.*)"\s*;?\s*(?:#[^"]*)?')  # written by scripts that escape nothing
_BARE = re.compile(r"\s*(\S+)\s+([^\s\";]+)\s*;?\s*(?:#.*)?")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_TO_ESCAPE = {ord(value): f"\\{key}" for key, value in _ESCAPED.items()}
_WIDTH = 32


@dataclass(frozen=True, slots=True)
class Line:
    """A keyword, its value, and the number of the line it begins in."""

    keyword: str
    value: str
    number: int


def write_line(keyword: str, value: str) -> str:
    """Return one line, without its end."""
    return f'{keyword:<{_WIDTH - 1}} "{value.translate(_TO_ESCAPE)}"'


def read_lines(text: str, where: str) -> Iterator[Line]:
    """Give the lines of an OBX file that say something; values may run over several lines.

    Raises
    ------
    DataError
        A line is no keyword and value, or a quote is never closed.
    """
    rows = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(rows):
        first, row = at + 1, rows[at]
        at += 1
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        while (found := _parsed(row)) is None and at < len(rows) and _open(row):
            row += "\n" + rows[at]
            at += 1
        if found is None:
            raise _refused(row, where, first)
        yield Line(*found, first)


def _parsed(row: str) -> tuple[str, str] | None:
    if found := _LINE.fullmatch(row):
        return found[1], re.sub(r"\\(.)", _unescaped, found[2], flags=re.DOTALL)
    if found := (_QUOTES_WITHIN.fullmatch(row) or _BARE.fullmatch(row)):
        return found[1], found[2]
    return None


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[1], found[0])


def _open(row: str) -> bool:
    """Tell whether a quote is open at the end of `row`."""
    return len(re.findall(r'(?<!\\)(?:\\\\)*"', row)) % 2 == 1


def _refused(row: str, where: str, number: int) -> DataError:
    what = (
        "the value that begins here has no closing quote"
        if _open(row)
        else f"no keyword and value: {row.strip()[:60]!r}"
    )
    return DataError(what, where=f"{where}:{number}", accepted='KEYWORD "value"')
