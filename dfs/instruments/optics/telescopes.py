"""Reads the telescopes, ``telescopes.toml``: sizes, mirrors, and the curve of their reflectivity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dfs.instruments.entries import read_toml
from dfs.instruments.optics.nouns import Telescope
from dfs.instruments.optics.tables import closed, curve

__all__ = ["telescope"]


def telescope(name: str, focus: str, sources: dict[str, str]) -> Telescope:
    """Return the telescope called `name` as seen from a focus; `DataError` says which there are."""
    root = read_toml(Path(__file__).with_name("telescopes.toml"))
    if name not in root.values:
        raise root.error(f"no telescope {name!r}", accepted=", ".join(root.values))
    entry = root.table(name)
    mirrors = entry.table("mirrors")
    if focus not in mirrors.values:
        raise mirrors.error(f"no focus {focus!r}", accepted=", ".join(mirrors.values))
    shape = curve(entry, sources)
    if shape is None:
        raise entry.error("the entry is missing", "curve", "reflectivity of one mirror")
    found = Telescope(
        name=name,
        label=entry.text("label"),
        site=entry.text("site"),
        diameter_m=entry.figure("diameter_m"),
        obstruction_m=entry.figure("obstruction_m"),
        mirrors=mirrors.whole(focus),
        reflectivity=shape,
        temperature_k=entry.figure("temperature_k"),
    )
    return replace(found, assumed=closed(entry, sources, shape))
