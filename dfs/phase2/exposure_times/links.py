"""Which parameters of a template are which controls of the calculator: read from ``links/<instrument>.toml``.

A control is made of parameters by a pattern in braces, ``"DIC1-{INS.BLUEEXP.MODE}"``; the same pattern reads it back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dfs.instruments.entries import Entry, read_toml

__all__ = ["InstrumentLink", "TemplateLink", "instruments", "link_of"]

_FOLDER = Path(__file__).with_name("links")
_NAMED = re.compile(r"\{([A-Z0-9.]+)\}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class TemplateLink:
    """One kind of template, or one arm of it.

    Attributes
    ----------
    begins
        Beginnings of the names of its templates.
    arm
        Label of the integration of the template's time model that it is about; empty: the only one.
    fixed
        Control -> value that the template implies.
    patterns
        Control -> pattern of parameters.
    adaptive
        Its image is limited by the turbulence, not by an image quality.
    sky_safe_s
        In an exposure (DIT) so short no sky fills the detector, whatever is set up.
    """

    begins: tuple[str, ...]
    arm: str
    fixed: Mapping[str, Any]
    patterns: Mapping[str, str]
    adaptive: bool = False
    sky_safe_s: float = 0.0

    def fits(self, template: str, arm: str) -> bool:
        """Tell whether it is about an arm of a template."""
        return self.arm == arm and template.startswith(self.begins)


@dataclass(frozen=True, slots=True)
class InstrumentLink:
    """All templates of an instrument.

    Attributes
    ----------
    templates
        The first that fits counts.
    words
        Control -> word of the template -> value of the calculator, where they differ.
    numbers
        Controls whose value is the first number in the word (``slit#1.5``).
    """

    templates: tuple[TemplateLink, ...]
    words: Mapping[str, Mapping[str, Any]]
    numbers: tuple[str, ...]

    def of(self, template: str, arm: str) -> TemplateLink | None:
        """Return the link of an arm of a template; None where the calculator does not know it."""
        return next((one for one in self.templates if one.fits(template, arm)), None)

    def read(self, name: str, pattern: str, parameters: Mapping[str, Any]) -> Any:
        """Return the value of control `name`; None where a parameter is not filled in."""
        values = {one: parameters.get(one) for one in _NAMED.findall(pattern)}
        if any(value is None or value == "" for value in values.values()):
            return None
        text = _NAMED.sub(lambda found: _plain(values[found[1]]), pattern)
        known = self.words.get(name, {})
        if text in known:
            return known[text]
        if name in self.numbers:
            found = _NUMBER.search(text)
            return float(found[0]) if found else None
        only = next(iter(values.values())) if pattern == f"{{{next(iter(values), '')}}}" else None
        return only if isinstance(only, int | float) else text

    def parameters(self, name: str, pattern: str, value: Any) -> dict[str, str]:
        """Return parameter -> word with which control `name` has `value`; empty where the pattern does not fit."""
        back = {str(one): word for word, one in self.words.get(name, {}).items()}
        text = back.get(_plain(value), _plain(value))
        names = _NAMED.findall(pattern)
        parts = _NAMED.split(pattern)[::2]
        found = re.fullmatch("(.+)".join(re.escape(one) for one in parts), text)
        return dict(zip(names, found.groups(), strict=True)) if found else {}


def instruments() -> tuple[str, ...]:
    """Return the names of the instruments that are linked, sorted."""
    return tuple(sorted(path.stem.upper() for path in _FOLDER.glob("*.toml")))


@cache
def link_of(instrument: str) -> InstrumentLink | None:
    """Return the link of an instrument (case does not matter); None: it has none."""
    path = _FOLDER / f"{instrument.lower()}.toml"
    if instrument.upper() not in instruments():
        return None
    root = read_toml(path)
    made = InstrumentLink(
        templates=tuple(_template(one) for one in root.array("template")),
        words={name: entry.values for name, entry in root.tables("words")},
        numbers=root.texts("numbers", []),
    )
    root.done()
    return made


def _template(entry: Entry) -> TemplateLink:
    found = TemplateLink(
        begins=entry.texts("begins"),
        arm=entry.text("arm", ""),
        fixed=entry.table("fixed").values,
        patterns={name: str(pattern) for name, pattern in entry.table("from", {}).values.items()},
        adaptive=entry.flag("adaptive", default=False),
        sky_safe_s=float(entry.get("sky_safe_s", (int, float), "a number of seconds", 0.0)),
    )
    entry.done()
    return found


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
