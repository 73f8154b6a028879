"""What can be asked: instruments with all that can be chosen of them, spectra, bands, controls; as plain documents."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from dfs.etc.controls.control import CONTROLS

if TYPE_CHECKING:
    from dfs.instruments.optics.nouns import Mode, Optics

__all__ = ["controls_document", "instrument_document", "instruments_document", "templates_document"]


def instruments_document() -> list[dict[str, Any]]:
    """Return the instruments that the calculator knows, in short."""
    from dfs.instruments.optics import names, optics

    return [
        {"name": one.name, "label": one.label, "version": one.version, "modes": list(one.modes)}
        for one in map(optics, names())
    ]


def instrument_document(name: str) -> dict[str, Any]:
    """Return all that can be chosen of an instrument, by mode; `NotFoundError` lists those there are."""
    from dfs.instruments.optics import optics

    one = optics(name)
    return {
        "name": one.name,
        "label": one.label,
        "version": one.version,
        "medium": one.medium,
        "telescope": one.telescope.name,
        "modes": {mode.name: _mode(one, mode) for mode in one.modes.values()},
        "detectors": {
            detector.name: {
                "label": detector.label,
                "read_modes": {
                    read.name: {"label": read.label, "binnings": [f"{x}x{y}" for x, y in read.binnings]}
                    for read in detector.read_modes.values()
                },
            }
            for detector in one.detectors.values()
        },
        "sources": dict(one.sources),
    }


def _mode(optics: Optics, mode: Mode) -> dict[str, Any]:
    defaults = {"grism" if name == "disperser" else name: value for name, value in asdict(mode.defaults).items()}
    if "slit_arcsec" in defaults:
        defaults["slit"] = defaults.pop("slit_arcsec")
    return {
        "label": mode.label,
        "kind": mode.kind,
        "filters": list(mode.filters),
        "grisms": {name: _grism(optics, name) for name in mode.dispersers},
        "slits": list(mode.slits_arcsec),
        "slit_range": None if mode.slit_range_arcsec is None else list(mode.slit_range_arcsec),
        "collimators": list(mode.collimators),
        "detectors": list(mode.detectors),
        "polarimetry": list(mode.polarimetry),
        "defaults": {name: value for name, value in defaults.items() if value is not None},
    }


def _grism(optics: Optics, name: str) -> dict[str, Any]:
    one = optics.dispersers[name]
    return {
        "label": one.label,
        "filters": {order: list(ends) for order, ends in one.ranges.items()},
        "slits": list(one.slits_arcsec),
        "detectors": list(one.detectors),
    }


def templates_document() -> dict[str, Any]:
    """Return the spectra, the forms of spectra and the bands that a target can have."""
    from dfs.etc.spectra.bands import bands
    from dfs.etc.spectra.sed import FORMS
    from dfs.etc.spectra.templates import templates

    return {"templates": dict(templates()), "forms": list(FORMS), "bands": list(bands())}


def controls_document() -> list[dict[str, Any]]:
    """Return every control, with its kind, its unit and what it accepts; open ends are None."""
    return [_control(asdict(one)) for one in CONTROLS.values()]


def _control(said: dict[str, Any]) -> dict[str, Any]:
    ends = {end: None if abs(said[end]) == float("inf") else said[end] for end in ("low", "high")}
    return {**said, **ends, "accepted": list(said["accepted"])}
