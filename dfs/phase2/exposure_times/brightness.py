"""How bright a block's target is: one line of its user comments, since phase 2 itself knows positions only.

``ETC: mag=21.3 band=R sed=blackbody:5800 redshift=0.02``

A line is what every way out of here carries (ESO's P2 API, OBX, tables, JSON), what the night astronomer reads, and what anybody can type.
Blanks in a value are written ``%20``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from dfs.errors import UsageError
from dfs.etc.controls.control import CONTROLS
from dfs.etc.documents.mapping import values_of

__all__ = ["MARK", "brightness_of", "checked_brightness", "is_bright_enough_known", "without_line", "written"]

MARK = "ETC:"
# What the block itself says, in its templates; all else may stand in the line.
_NOT_HERE = {"instrument", "mode", "exposure", "snr", "dit", "ndit", "count"}
_FIRST = ("mag", "band", "system", "line_flux", "sed", "redshift", "extended", "diameter", "at")  # as people say it
_ACCEPTED = tuple(name for name in CONTROLS if name not in _NOT_HERE)


def brightness_of(comments: str) -> dict[str, Any]:
    """Return what the last ``ETC:`` line of the user comments says, checked; empty without one.

    Raises
    ------
    UsageError
        An unknown name, a value that cannot be.
    """
    lines = [one.strip() for one in comments.splitlines() if one.strip().upper().startswith(MARK)]
    if not lines:
        return {}
    said: dict[str, str] = {}
    for word in lines[-1][len(MARK) :].replace(",", " ").split():
        name, equals, value = word.partition("=")
        if not equals:
            hint = f"{MARK} mag=21.3 band=R sed=blackbody:5800"
            raise UsageError(f"{word[:60]!r} says nothing", where="ETC line of the comments", hint=hint)
        said[name] = unquote(value)
    return checked_brightness(said)


def checked_brightness(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return names and values as the calculator has them; see `brightness_of`."""
    for name in said:
        if name in _NOT_HERE:
            raise UsageError(f"{name} is said by the template", where=name, accepted=", ".join(_ACCEPTED))
        if str(said[name]).startswith("file:"):
            raise UsageError("a block cannot hold a file", where=name, accepted="a spectrum the calculator knows")
    return values_of(said)


def is_bright_enough_known(said: Mapping[str, Any]) -> bool:
    """Tell whether the brightness is there: a magnitude, or the flux of a line."""
    return said.get("mag") is not None or said.get("line_flux") is not None


def written(comments: str, said: Mapping[str, Any]) -> str:
    """Return the comments with the line of `said` at their end, in place of those there were; nothing said: without one."""
    kept = without_line(comments)
    given = {name: value for name, value in checked_brightness(said).items() if value != CONTROLS[name].default}
    if not given:
        return kept
    names = [*(one for one in _FIRST if one in given), *(one for one in given if one not in _FIRST)]
    line = " ".join([MARK, *(f"{name}={_text(given[name])}" for name in names)])
    return f"{kept}\n{line}" if kept else line


def without_line(comments: str) -> str:
    """Return the comments without any ``ETC:`` line."""
    lines = [one for one in comments.splitlines() if not one.strip().upper().startswith(MARK)]
    return "\n".join(lines).rstrip()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.10g}" if isinstance(value, float) else quote(str(value), safe=":+#/;()")
