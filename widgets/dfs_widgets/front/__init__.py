"""The browser's half of the widgets, put together from its files; no build step, nothing fetched from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["look", "script"]

_HERE = Path(__file__).parent


@cache
def script(*names: str) -> str:
    """Return one ECMAScript module made of the files `names`, the last of which exports."""
    return "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in ("dom", *names))


@cache
def look() -> str:
    """Return the style sheet of all widgets."""
    return (_HERE / "look.css").read_text(encoding="utf-8")
