"""What the tables of ``optics.toml`` have in common: a curve beside them, a fraction, sizes, and their sources."""

from __future__ import annotations

from itertools import pairwise

from dfs.instruments.entries import Entry
from dfs.instruments.optics.curves import Curve, read_curve

__all__ = ["closed", "curve", "passes", "sizes", "steps"]

Pair = tuple[float, float]


def curve(entry: Entry, sources: dict[str, str], key: str = "curve") -> Curve | None:
    """Return the curve that `key` names, in the folder ``curves`` beside the file; None: the table has none."""
    name = entry.optional_text(key)
    if name is None:
        return None
    found = read_curve(entry.path.parent / "curves" / f"{name}.ecsv")
    sources[f"curve {name}"] = found.source
    return found


def passes(entry: Entry) -> float:
    """Return the fraction ``value`` (1 where there is none), above 0 and at most 1."""
    value = entry.figure("value", 1.0)
    if not 0 < value <= 1:
        raise entry.error(f"{value:g} is no fraction", "value", "above 0, at most 1")
    return value


def sizes(entry: Entry, key: str) -> Pair | None:
    """Return one figure as two that are alike, or the two there are; None without."""
    if key not in entry.values:
        entry.figures(key, [])
        return None
    if not isinstance(entry.values[key], list):
        figure = entry.figure(key)
        return figure, figure
    figures = entry.figures(key)
    if len(figures) != 2:
        raise entry.error(
            f"{list(figures)!r} is not accepted", key, "one number, or two: along the dispersion and across"
        )
    return figures[0], figures[1]


def steps(entry: Entry, key: str) -> tuple[Pair, ...]:
    """Return a flat list of figures as pairs, the first of each ascending."""
    flat = entry.figures(key, [])
    pairs = tuple(zip(flat[::2], flat[1::2], strict=False))
    if len(flat) % 2 or any(one[0] >= two[0] for one, two in pairwise(pairs)):
        raise entry.error(
            f"{list(flat)!r} is not accepted", key, "pairs one after another, the first of each ascending"
        )
    return pairs


def closed(entry: Entry, sources: dict[str, str], *curves: Curve | None) -> tuple[str, ...]:
    """Close the table: note the sources of its figures, return what is assumed of them and of its curves."""
    found = entry.sources()
    sources.update(found)
    entry.done()
    texts = [f"{figure}: {source}" for figure, source in found.items() if "assumed" in source]
    return tuple(texts + [one.assumed for one in curves if one is not None and one.assumed])
