"""Cells of a CSV that a spreadsheet would run as a formula: written behind an apostrophe, which says "text" there, and read without it."""

from __future__ import annotations

import re

__all__ = ["guarded", "unguarded"]

_FORMULA = re.compile(r"'*[=+\-@\t\r]")  # what spreadsheets take for a formula (OWASP, "CSV Injection")
_VALUE = re.compile(r"[+-]?[\d.:\s]+(?:[eE][+-]?\d+)?", re.ASCII)  # a number, a coordinate


def guarded(text: str) -> str:
    """Return `text` as a cell that is text to every reader."""
    return f"'{text}" if _FORMULA.match(text) and not _VALUE.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
