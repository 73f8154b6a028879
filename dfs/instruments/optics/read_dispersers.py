"""Reads the dispersers of ``optics.toml``; a grism's wavelengths come from the folder's ``instrument.toml`` where it has them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal, cast

from dfs.instruments.entries import Entry
from dfs.instruments.instrument import Grism
from dfs.instruments.optics.nouns import Disperser
from dfs.instruments.optics.tables import closed, curve, passes, sizes, steps
from dfs.instruments.read_instrument import read_hardware

__all__ = ["disperser"]

_LAWS = ("pixels", "constant")


def disperser(name: str, entry: Entry, sources: dict[str, str]) -> Disperser:
    """Return the disperser of the table `entry`."""
    law = entry.text("resolution_law", "pixels")
    if law not in _LAWS:
        raise entry.error(f"{law!r} is not accepted", "resolution_law", ", ".join(_LAWS))
    shapes = [curve(entry, sources, key) for key in ("curve", "dispersion", "fwhm")]
    ranges, told = _ranges(entry, sources)
    slit = entry.get("slit_arcsec", (int, float), "a width in arcsec", None)
    found = Disperser(
        name=name,
        label=entry.text("label", name),
        ranges=ranges,
        curve=shapes[0],
        value=passes(entry),
        includes=entry.texts("includes", []),
        dispersion_nm=entry.optional_figure("dispersion_nm"),
        sampling=entry.optional_figure("sampling"),
        dispersion=shapes[1],
        resolution=steps(entry, "resolution"),
        resolution_at_nm=entry.optional_figure("resolution_at_nm"),
        resolution_law=cast("Literal['pixels', 'constant']", law),
        fwhm=shapes[2],
        gaps_nm=steps(entry, "gaps_nm"),
        detectors=entry.texts("detectors", []),
        slits_arcsec=entry.figures("slits_arcsec", []),
        slit_arcsec=None if slit is None else float(slit),
        slit_length_arcsec=entry.optional_figure("slit_length_arcsec"),
        pixel_arcsec=sizes(entry, "pixel_arcsec"),
    )
    found = replace(found, assumed=(*closed(entry, sources, *shapes), *told))
    return _scaled(found, entry, sources)


def _ranges(entry: Entry, sources: dict[str, str]) -> tuple[dict[str, tuple[float, float]], tuple[str, ...]]:
    """Return order filter -> range, of the table ``range_nm``, and what is assumed of them; a bare range is one without filter."""
    if isinstance(entry.values.get("range_nm"), list):
        return {"none": entry.pair("range_nm")}, ()
    below = entry.table("range_nm")
    found = {name: below.pair(name) for name in below.values if name != "source"}
    return found, closed(below, sources)


def _scaled(found: Disperser, entry: Entry, sources: dict[str, str]) -> Disperser:
    """Return the disperser with a wavelength scale and a resolution, its own or those of ``instrument.toml``."""
    has_scale = found.dispersion_nm is not None or found.sampling is not None or found.dispersion is not None
    grism, told = _grism(entry.path.with_name("instrument.toml"), found.name)
    assumed = found.assumed
    if not has_scale:
        if grism is None:
            raise entry.error(
                "there is no wavelength scale",
                "dispersion_nm",
                "dispersion_nm, sampling, dispersion, or a grism of instrument.toml",
            )
        if grism.guess:
            found = replace(found, polynomial=grism.guess, pivot=grism.guess_pivot)
        else:
            found = replace(found, dispersion_nm=grism.dispersion_nm)
        assumed += tuple(f"{figure}: {text}" for figure, text in told.items() if "assumed" in text)
        sources.update(told)
    if not found.resolution and found.fwhm is None and grism is not None and grism.resolution is not None:
        found = replace(found, resolution=((1.0, grism.resolution),))
    return replace(found, assumed=assumed)


def _grism(path: Path, name: str) -> tuple[Grism | None, dict[str, str]]:
    """Return the grism of the ``instrument.toml`` at `path`, and the sources of its figures."""
    if not path.is_file():
        return None, {}
    grisms, sources = _hardware(path)
    told = {figure: text for figure, text in sources.items() if figure.startswith(f"grism.{name}.")}
    return grisms.get(name), told


@cache
def _hardware(path: Path) -> tuple[dict[str, Grism], dict[str, str]]:
    hardware = read_hardware(path)
    return hardware.grisms, hardware.sources
