"""Reads ``optics.toml``: elements, modes and all that can be chosen, each figure with its source."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal, cast

from dfs.instruments.entries import Entry, read_toml
from dfs.instruments.optics.nouns import Collimator, Defaults, Element, Filter, Mode, Optics, Polarimeter
from dfs.instruments.optics.read_detectors import detector
from dfs.instruments.optics.read_dispersers import disperser
from dfs.instruments.optics.shapes import drawn_curve
from dfs.instruments.optics.tables import closed, curve, passes, sizes
from dfs.instruments.optics.telescopes import telescope

__all__ = ["read_optics"]

_KINDS = ("image", "spectrum", "cube")


def read_optics(path: Path) -> Optics:
    """Return the content of the ``optics.toml`` at `path`; `DataError` names the entry that is wrong."""
    root = read_toml(path)
    sources: dict[str, str] = {}
    head = root.table("optics")
    medium = head.text("medium")
    if medium not in {"air", "vacuum"}:
        raise head.error(f"{medium!r} is not accepted", "medium", "air, vacuum")
    optics = Optics(
        name=head.text("name"),
        label=head.text("label"),
        version=head.text("version"),
        medium=cast("Literal['air', 'vacuum']", medium),
        telescope=telescope(head.text("telescope"), head.text("focus"), sources),
        elements=tuple(_element(entry, sources) for entry in root.array("element")),
        modes={name: _mode(name, entry, sources) for name, entry in root.tables("mode")},
        collimators={name: _collimator(name, entry, sources) for name, entry in root.tables("collimator")},
        detectors={name: detector(name, entry, sources) for name, entry in root.tables("detector")},
        filters={name: _filter(name, entry, sources) for name, entry in root.tables("filter")},
        dispersers={name: disperser(name, entry, sources) for name, entry in root.tables("disperser")},
        polarimeters={name: _polarimeter(name, entry, sources) for name, entry in root.tables("polarimetry")},
        sources=sources,
    )
    head.done()
    root.done()
    _check(root, optics)
    return optics


def _element(entry: Entry, sources: dict[str, str]) -> Element:
    name, value = entry.text("name"), passes(entry)
    temperature, emissivity = entry.optional_figure("temperature_k"), entry.figure("emissivity", 0.0)
    shape = curve(entry, sources)
    return Element(
        name=name,
        curve=shape,
        value=value,
        includes=entry.texts("includes", []),
        modes=entry.texts("modes", []),
        dispersers=entry.texts("dispersers", []),
        collimators=entry.texts("collimators", []),
        temperature_k=temperature,
        emissivity=emissivity,
        assumed=closed(entry, sources, shape),
    )


def _mode(name: str, entry: Entry, sources: dict[str, str]) -> Mode:
    kind = entry.text("kind")
    if kind not in _KINDS:
        raise entry.error(f"{kind!r} is not accepted", "kind", ", ".join(_KINDS))
    has_range = "slit_range_arcsec" in entry.values
    mode = Mode(
        name=name,
        label=entry.text("label"),
        kind=cast("Literal['image', 'spectrum', 'cube']", kind),
        filters=entry.texts("filters", []),
        dispersers=entry.texts("dispersers", []),
        collimators=entry.texts("collimators", []),
        detectors=entry.texts("detectors"),
        polarimetry=entry.texts("polarimetry", ["off"]),
        slits_arcsec=entry.figures("slits_arcsec", []),
        slit_range_arcsec=entry.pair("slit_range_arcsec") if has_range else None,
        slit_length_arcsec=entry.optional_figure("slit_length_arcsec"),
        image_fwhm_arcsec=entry.figure("image_fwhm_arcsec", 0.0),
        defaults=_defaults(entry.table("default", {})),
    )
    return replace(mode, assumed=closed(entry, sources))


def _defaults(entry: Entry) -> Defaults:
    slit = entry.get("slit_arcsec", (int, float), "a width in arcsec", None)
    found = Defaults(
        filter=entry.optional_text("filter"),
        disperser=entry.optional_text("disperser"),
        slit_arcsec=None if slit is None else float(slit),
        collimator=entry.optional_text("collimator"),
        detector=entry.optional_text("detector"),
        read_mode=entry.optional_text("read_mode"),
    )
    entry.done()
    return found


def _collimator(name: str, entry: Entry, sources: dict[str, str]) -> Collimator:
    label, pixel = entry.text("label"), sizes(entry, "pixel_arcsec")
    if pixel is None:
        raise entry.error("the entry is missing", "pixel_arcsec", "arcsec per unbinned pixel")
    return Collimator(name, label, pixel, closed(entry, sources))


def _filter(name: str, entry: Entry, sources: dict[str, str]) -> Filter:
    label, shape, value = entry.text("label", name), curve(entry, sources), passes(entry)
    drawn = drawn_curve(entry, name)
    includes = entry.texts("includes", [])
    return Filter(name, label, shape or drawn, value, includes, closed(entry, sources, shape))


def _polarimeter(name: str, entry: Entry, sources: dict[str, str]) -> Polarimeter:
    label, shape, value = entry.text("label"), curve(entry, sources), passes(entry)
    beams = entry.whole("beams")
    return Polarimeter(name, label, shape, value, beams, closed(entry, sources, shape))


def _check(root: Entry, optics: Optics) -> None:
    """Raise `DataError` where a mode, or what it names, speaks of something that is not there."""
    tables = {
        "filters": optics.filters,
        "dispersers": optics.dispersers,
        "collimators": optics.collimators,
        "detectors": optics.detectors,
    }
    for mode in optics.modes.values():
        for key, table in tables.items():
            _named(root, getattr(mode, key), table, f"mode.{mode.name}.{key}")
        _named(root, mode.polarimetry, ("off", *optics.polarimeters), f"mode.{mode.name}.polarimetry")
    for one in optics.dispersers.values():
        _named(root, one.ranges, optics.filters, f"disperser.{one.name}.range_nm")
        _named(root, one.detectors, optics.detectors, f"disperser.{one.name}.detectors")


def _named(root: Entry, names: Iterable[str], known: Collection[str], place: str) -> None:
    for name in names:
        if name not in known:
            raise root.error(f"{name!r} has no table", place, ", ".join(known))
