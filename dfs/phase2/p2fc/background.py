"""What a chart shall be drawn on, as ESO's client writes it: ``default``, ``survey|2MASS-K``, ``eso_im|ADP...``, ``user_bkg_image|HASH``."""

from __future__ import annotations

from dataclasses import dataclass

from dfs.errors import UsageError

__all__ = ["Choice", "read_choice"]

_PLAIN = ("default", "gaia")
_NAMED = {"survey": "a survey", "eso_im": "an archived image", "user_bkg_image": "the fits_hash of an uploaded image"}
_ACCEPTED = "default, gaia, survey|NAME, eso_im|DP_ID, user_bkg_image|FITS_HASH"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A background: its kind, and which one of that kind."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}|{self.name}" if self.name else self.kind


def read_choice(text: str) -> Choice:
    """Return the background that `text` names; `UsageError` when it names none."""
    kind, _, name = text.strip().partition("|")
    if kind in _PLAIN and not name:
        return Choice(kind)
    if kind in _NAMED and name.strip() and len(name) <= _LONGEST and name.isprintable():
        return Choice(kind, name.strip())
    why = f"{kind} without {_NAMED[kind]}" if kind in _NAMED else f"{text[:60]!r} is no background"
    raise UsageError(why, where="value", accepted=_ACCEPTED)
