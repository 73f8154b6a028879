"""Header cards as keyword, value, comment."""

from __future__ import annotations

__all__ = ["cards_of"]

_LONGEST_KEYWORD = 60


def cards_of(text: str) -> list[tuple[str, str, str]]:
    """Return the cards of a header's text, a card a line; strings without quotes, ``ESO`` of hierarchical keywords kept."""
    return [_card(line) for line in text.splitlines() if line.strip() and line.split()[0] != "END"]


def _card(line: str) -> tuple[str, str, str]:
    name, found, rest = line.partition("=")
    if not found or len(name) > _LONGEST_KEYWORD or name.split()[:1] in (["COMMENT"], ["HISTORY"]):
        word, _, text = line.partition(" ")
        return word, text.strip().rstrip(), ""
    keyword = name.strip().removeprefix("HIERARCH ").strip()
    rest = rest.strip()
    if rest.startswith("'"):
        value, comment = _quoted(rest)
    else:
        value, _, comment = rest.partition("/")
    return keyword, value.strip(), comment.strip().removeprefix("/").strip()


def _quoted(rest: str) -> tuple[str, str]:
    """Split a quoted value from its comment; two quotes in it stand for one."""
    end = 1
    while (end := rest.find("'", end)) >= 0:
        if rest[end : end + 2] != "''":
            return rest[1:end].replace("''", "'").rstrip(), rest[end + 1 :]
        end += 2
    return rest[1:], ""
