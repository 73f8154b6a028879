"""Reads the detectors of ``optics.toml`` and the ways to read them."""

from __future__ import annotations

from dataclasses import replace

from dfs.instruments.entries import Entry
from dfs.instruments.optics.nouns import Detector, ReadMode
from dfs.instruments.optics.tables import closed, curve, sizes, steps

__all__ = ["detector"]


def detector(name: str, entry: Entry, sources: dict[str, str]) -> Detector:
    """Return the detector of the table `entry`."""
    shape = curve(entry, sources, "efficiency")
    found = Detector(
        name=name,
        label=entry.text("label"),
        nx=int(entry.figure("nx")),
        ny=int(entry.figure("ny")),
        efficiency=shape,
        dark_e_per_s=entry.figure("dark_e_per_s"),
        full_well_e=entry.figure("full_well_e"),
        read_modes={mode: _read_mode(mode, one, sources) for mode, one in entry.tables("readout")},
        converter_adu=entry.optional_figure("converter_adu"),
        linear_e=entry.optional_figure("linear_e"),
        shortest_s=entry.figure("shortest_s", 0.0),
        infrared=entry.flag("infrared", default=False),
        pixel_arcsec=sizes(entry, "pixel_arcsec"),
    )
    if not found.read_modes:
        raise entry.error("there is no way to read it", "readout", '[detector.NAME.readout."NAME"]')
    return replace(found, assumed=closed(entry, sources, shape))


def _read_mode(name: str, entry: Entry, sources: dict[str, str]) -> ReadMode:
    found = ReadMode(
        name=name,
        label=entry.text("label", name),
        binnings=_binnings(entry),
        ron_e=entry.figure("ron_e"),
        gain_e_per_adu=entry.figure("gain_e_per_adu"),
        full_well_e=entry.optional_figure("full_well_e"),
        linear_e=entry.optional_figure("linear_e"),
        dark_e_per_s=entry.optional_figure("dark_e_per_s"),
        shortest_s=entry.optional_figure("shortest_s"),
        overhead_s=entry.figure("overhead_s", 0.0),
        ron_by_dit=steps(entry, "ron_by_dit"),
    )
    return replace(found, assumed=closed(entry, sources))


def _binnings(entry: Entry) -> tuple[tuple[int, int], ...]:
    """Return ``binnings = ["1x1", "2x2"]`` as pairs."""
    pairs = []
    for text in entry.texts("binnings", ["1x1"]):
        parts = text.split("x")
        if len(parts) != 2 or not all(part.isdecimal() and int(part) > 0 for part in parts):
            raise entry.error(f"{text!r} is not accepted", "binnings", '"1x1", "2x2" ...')
        pairs.append((int(parts[0]), int(parts[1])))
    return tuple(pairs)
