"""Writing on pictures: Pillow's own font, with exponents raised."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

__all__ = ["draw", "font", "length", "unit_text"]

# Pillow's font has the letters of ASCII only; what it lacks would be drawn as empty boxes.
_RAISED = re.compile(r"\^\{([^}]*)\}")


@cache
def font(size: int) -> Any:
    """Return the font in a size (pixels)."""
    from PIL import ImageFont

    return ImageFont.load_default(size=size)


def unit_text(unit: str) -> str:
    """Return the FITS spelling of a unit for drawing: ``erg cm**(-2)`` becomes erg cm^{-2}."""
    text = re.sub(r"\*\*(?:\(\s*([+-]?\d+)\s*\)|([+-]?\d+))", r"^{\1\2}", unit)
    text = re.sub(r"\bangstrom", "Angstrom", text)
    return re.sub(r"\s+", " ", text).strip()


def _runs(text: str) -> list[tuple[str, bool]]:
    pieces = _RAISED.split(text)
    return [(piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece]


def length(text: str, size: int) -> float:
    """Return how wide a text is, in pixels."""
    return sum(float(font(_size(size, raised=raised)).getlength(piece)) for piece, raised in _runs(text))


def draw(canvas: Any, place: tuple[float, float], text: str, size: int, fill: str) -> None:
    """Write a text whose line begins at (x, y), y being the middle of its small letters."""
    x, y = place
    for piece, raised in _runs(_printable(text)):
        own = font(_size(size, raised=raised))
        canvas.text((x, y - (size * 0.42 if raised else 0.0)), piece, font=own, fill=fill, anchor="lm")
        x += float(own.getlength(piece))


def _size(size: int, *, raised: bool) -> int:
    return round(size * 0.7) if raised else size


def _printable(text: str) -> str:
    return text.encode("ascii", "replace").decode()
