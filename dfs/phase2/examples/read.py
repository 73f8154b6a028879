"""Reads the examples: ``<instrument>.toml`` in this folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

from dfs.errors import NotFoundError
from dfs.model.phase2 import Target

__all__ = ["Example", "Step", "example", "examples", "instruments"]


@dataclass(frozen=True, slots=True)
class Step:
    """A template of an example: the values that differ from the defaults of its signature."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """A block to begin from.

    Attributes
    ----------
    name
        Of the block; no two of one instrument are the same.
    label
        What it shows, in a few words.
    comments
        User comments of the block.
    constraints
        Values that differ from the defaults of the instrument; in ``name`` the name of the set.
    steps
        Its templates, the acquisition first.
    left_open
        Parameters that only the user can fill in, such as a fibre setup file.
    source
        Where the coordinates are from.
    """

    instrument: str
    name: str
    label: str
    comments: str
    target: Target
    constraints: Mapping[str, Any]
    steps: tuple[Step, ...]
    source: str
    kind: Literal["OB", "CB"] = "OB"
    left_open: tuple[str, ...] = ()


def instruments() -> tuple[str, ...]:
    """Return the names of all instruments that have examples, sorted."""
    return tuple(sorted(_files()))


@cache
def examples(instrument: str) -> tuple[Example, ...]:
    """Return the examples of the instrument called `instrument` (case does not matter); none when it has none."""
    file = _files().get(instrument.upper())
    if file is None:
        return ()
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    return tuple(_read(instrument.upper(), one) for one in content["block"])


def example(instrument: str, name: str) -> Example:
    """Return the example called `name`; `NotFoundError` lists those of the instrument."""
    known = {one.name: one for one in examples(instrument)}
    if name not in known:
        raise NotFoundError(
            f"no example {name!r} for {instrument}", accepted=", ".join(known) or "none: there are no examples"
        )
    return known[name]


def _read(instrument: str, content: Mapping[str, Any]) -> Example:
    target = dict(content.get("target", {}))
    return Example(
        instrument=instrument,
        name=content["name"],
        label=content["label"],
        comments=content.get("comments", ""),
        source=target.pop("source", ""),
        target=Target(**target),
        constraints=content.get("constraints", {}),
        steps=tuple(Step(one["name"], one.get("values", {})) for one in content["template"]),
        kind=content.get("kind", "OB"),
        left_open=tuple(content.get("left_open", ())),
    )


@cache
def _files() -> Mapping[str, Traversable]:
    folder = files("dfs.phase2.examples")
    return {one.name.removesuffix(".toml").upper(): one for one in folder.iterdir() if one.name.endswith(".toml")}
