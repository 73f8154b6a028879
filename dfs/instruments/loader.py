"""Reads instruments from their folders, each once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dfs.errors import DataError
from dfs.instruments.folders import folder_of, names
from dfs.instruments.instrument import Instrument
from dfs.instruments.line_lists import LineLists
from dfs.instruments.read_instrument import read_hardware
from dfs.instruments.read_qc import read_parameters
from dfs.instruments.read_rules import read_rules
from dfs.model import Header

__all__ = ["load", "of", "read_folder"]


def load(name: str) -> Instrument:
    """Return the instrument called `name` (``EFOSC2``; case does not matter).

    Raises
    ------
    NotFoundError
        No such instrument; lists those there are.
    DataError
        Its folder is wrong; names file and entry.
    """
    return read_folder(folder_of(name))


def of(header: Header) -> Instrument | None:
    """Return the instrument that INSTRUME in `header` names, or None."""
    name = str(header.get("INSTRUME") or "").strip()
    return _by_header_name().get(name)


@cache
def read_folder(folder: Path) -> Instrument:
    """Return the instrument described by `folder`; read once a process."""
    hardware = read_hardware(folder / "instrument.toml")
    return Instrument(
        name=hardware.name,
        header_names=hardware.header_names,
        dp_prefix=hardware.dp_prefix,
        telescope=hardware.telescope,
        site=hardware.site,
        collecting_area_m2=hardware.collecting_area_m2,
        detectors=hardware.detectors,
        grisms=hardware.grisms,
        filters=hardware.filters,
        slits=hardware.slits,
        lines=LineLists(folder / "lines"),
        rules=read_rules(folder / "frames.toml"),
        qc=read_parameters(folder / "qc.toml", lambda name: load(name).qc),
        keywords=hardware.keywords,
        sources=hardware.sources,
    )


@cache
def _by_header_name() -> dict[str, Instrument]:
    found: dict[str, Instrument] = {}
    for name in names():
        instrument = load(name)
        for header_name in instrument.header_names:
            if header_name in found:
                raise DataError(
                    f"INSTRUME = {header_name} means both {found[header_name].name} and {name}",
                    where=f"instrument {name}",
                )
            found[header_name] = instrument
    return found
