"""Reads ``instrument.toml``: telescope, keywords, detectors, grisms, slits, filters, each figure with its source."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from dfs.instruments.entries import Entry, read_toml
from dfs.instruments.instrument import Detector, Filter, Grism, Slit

__all__ = ["Hardware", "read_hardware"]


@dataclass(frozen=True)
class Hardware:
    """What ``instrument.toml`` says; fields as in `Instrument`."""

    name: str
    header_names: tuple[str, ...]
    dp_prefix: str
    telescope: str
    site: str
    collecting_area_m2: float
    keywords: dict[str, str]
    detectors: dict[str, Detector]
    grisms: dict[str, Grism]
    filters: dict[str, Filter]
    slits: dict[str, Slit]
    sources: dict[str, str] = field(default_factory=dict)


def read_hardware(path: Path) -> Hardware:
    """Return the content of the ``instrument.toml`` at `path`; `DataError` names the entry that is wrong."""
    root = read_toml(path)
    sources: dict[str, str] = {}
    telescope = root.table("telescope")
    hardware = Hardware(
        name=root.text("name"),
        header_names=root.texts("header_names"),
        dp_prefix=root.text("dp_prefix"),
        telescope=telescope.text("name"),
        site=telescope.text("site"),
        collecting_area_m2=telescope.figure("collecting_area_m2"),
        keywords=_keywords(root.table("keywords")),
        detectors={name: _detector(name, entry, sources) for name, entry in root.tables("detector")},
        grisms={name: _grism(name, entry, sources) for name, entry in root.tables("grism")},
        filters={name: _filter(name, entry, sources) for name, entry in root.tables("filter")},
        slits={name: _slit(name, entry, sources) for name, entry in root.tables("slit")},
        sources=sources,
    )
    _close(telescope, sources)
    if "default" not in hardware.detectors:
        raise root.error("there is no default detector", "detector", "[detector.default]")
    root.done()
    return hardware


def _keywords(entry: Entry) -> dict[str, str]:
    return {role: entry.text(role) for role in entry.values}


def _close(entry: Entry, sources: dict[str, str]) -> None:
    sources.update(entry.sources())
    entry.done()


def _detector(name: str, entry: Entry, sources: dict[str, str]) -> Detector:
    detector = Detector(
        name=name,
        nx=int(entry.figure("nx")),
        ny=int(entry.figure("ny")),
        pixel_scale_arcsec=entry.figure("pixel_scale_arcsec"),
        saturation_adu=entry.figure("saturation_adu"),
        gain_keyword=entry.text("gain_keyword", "ESO DET OUT1 CONAD"),
        ron_keyword=entry.text("ron_keyword", "ESO DET OUT1 RON"),
        bad_columns=_ranges(entry, "bad_columns"),
        bad_rows=_ranges(entry, "bad_rows"),
        light_columns=_range(entry, "light_columns"),
        light_rows=_range(entry, "light_rows"),
        dark_columns=_range(entry, "dark_columns"),
        dark_rows=_range(entry, "dark_rows"),
        gains=_gains(entry.table("gain_e_per_adu", {}), sources),
    )
    _close(entry, sources)
    return detector


def _gains(entry: Entry, sources: dict[str, str]) -> dict[str, float]:
    """Return read-out mode -> e-/ADU."""
    gains = {mode: entry.figure(mode) for mode in entry.values if mode != "source"}
    if any(gain <= 0 for gain in gains.values()):
        raise entry.error("a gain is above 0", accepted="e-/ADU by read-out mode")
    _close(entry, sources)
    return gains


def _ranges(entry: Entry, key: str) -> tuple[tuple[int, int], ...]:
    flat = entry.figures(key, [])
    if len(flat) % 2 or any(first >= last for first, last in zip(flat[::2], flat[1::2], strict=True)):
        raise entry.error(f"{list(flat)!r} is not accepted", key, "first, last, first, last ... (half-open)")
    return tuple((int(first), int(last)) for first, last in zip(flat[::2], flat[1::2], strict=True))


def _range(entry: Entry, key: str) -> tuple[int, int] | None:
    if key not in entry.values:
        entry.figures(key, [])
        return None
    first, last = entry.pair(key)
    return int(first), int(last)


def _grism(name: str, entry: Entry, sources: dict[str, str]) -> Grism:
    axis = entry.text("dispersion_axis")
    if axis not in {"x", "y"}:
        raise entry.error(f"{axis!r} is not accepted", "dispersion_axis", "x, y")
    grism = Grism(
        name=name,
        dispersion_axis=cast("Literal['x', 'y']", axis),
        wavelength_increases=entry.flag("wavelength_increases"),
        range_nm=entry.pair("range_nm"),
        dispersion_nm=entry.figure("dispersion_nm"),
        guess=entry.figures("guess", []),
        guess_pivot=entry.figure("guess_pivot", 0.0),
        resolution=entry.optional_figure("resolution"),
        source=_source(entry),
    )
    _close(entry, sources)
    return grism


def _filter(name: str, entry: Entry, sources: dict[str, str]) -> Filter:
    one = Filter(
        name=name,
        band=entry.text("band"),
        central_nm=entry.optional_figure("central_nm"),
        width_nm=entry.optional_figure("width_nm"),
        source=_source(entry),
    )
    _close(entry, sources)
    return one


def _slit(name: str, entry: Entry, sources: dict[str, str]) -> Slit:
    slit = Slit(
        name=name, width_arcsec=entry.figure("width_arcsec"), length_arcsec=entry.optional_figure("length_arcsec")
    )
    _close(entry, sources)
    return slit


def _source(entry: Entry) -> str:
    given = entry.values.get("source", "")
    return given if isinstance(given, str) else "; ".join(f"{figure}: {text}" for figure, text in given.items())
