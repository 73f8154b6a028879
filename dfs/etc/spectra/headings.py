"""Names and units of columns as people write them above their numbers."""

from __future__ import annotations

import re

from dfs.errors import UsageError

__all__ = ["bracketed", "names_and_units"]

_LONGEST = 300  # characters; a longer line is a comment
_PARTS = re.compile(r"[;,\s]+")


def bracketed(text: str) -> list[tuple[int, int, str]]:
    """Return what stands in round or square brackets, not those inside others: begin, end, and the text between.

    In one walk, whatever the text is. A bracket that is never closed opens nothing.
    """
    found: list[tuple[int, int, str]] = []
    begin = depth = 0
    for place, letter in enumerate(text):
        if letter in "([":
            begin = place if depth == 0 else begin
            depth += 1
        elif letter in ")]" and depth:
            depth -= 1
            if depth == 0:
                found.append((begin, place + 1, text[begin + 1 : place]))
    return found


def names_and_units(line: str, where: str) -> tuple[tuple[str, str], tuple[str | None, str | None]]:
    """Return names and units of two columns from a line such as ``nm Jy``, ``wave, flux`` or ``wave (nm) flux (Jy)``.

    Raises
    ------
    UsageError
        Two words of which one is a unit.
    """
    names = ("wavelength", "flux")
    if len(line) > _LONGEST:
        return names, (None, None)
    words = [word for word in _PARTS.split(line) if word]
    if len(words) == 2:
        known = [_is_unit(word) for word in words]
        if all(known):
            return names, (words[0], words[1])
        if any(known):
            word = words[known.index(False)]
            raise UsageError(f"{word[:60]!r} is not a unit", where=where, accepted="two units, as in: nm Jy")
    inside = [text for _, _, text in bracketed(line)]
    if len(inside) == 2:
        return names, (inside[0], inside[1])
    return ((words[0], words[1]) if len(words) == 2 else names), (None, None)


def _is_unit(word: str) -> bool:
    from dfs.etc.spectra.units import unit_of

    try:
        unit_of(word, "")
    except UsageError:
        return False
    return True
