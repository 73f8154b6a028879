"""Finds instruments: folders of this package, and folders of others by the entry point group ``dfs.instruments``.

An entry point names a module or package whose folder holds ``instrument.toml`` and its companions, or an attribute that
is such a path::

    [project.entry-points."dfs.instruments"]
    SOFI = "my_instruments.sofi"
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from dfs.errors import DataError, NotFoundError
from dfs.instruments.instrument import Instrument
from dfs.instruments.line_lists import LineLists
from dfs.instruments.read_instrument import read_hardware
from dfs.instruments.read_qc import read_parameters
from dfs.instruments.read_rules import read_rules
from dfs.model import Header

__all__ = ["GROUP", "folder_of", "load", "names", "of", "read_folder"]

GROUP = "dfs.instruments"


def names() -> tuple[str, ...]:
    """Return the names of all instruments, sorted."""
    return tuple(sorted(_folders()))


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


def folder_of(name: str) -> Path:
    """Return the folder that describes the instrument called `name`; `NotFoundError` lists those there are."""
    folder = _folders().get(name.upper())
    if folder is None:
        raise NotFoundError(f"no instrument {name!r}", accepted=", ".join(names()))
    return folder


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


@cache
def _folders() -> dict[str, Path]:
    here = Path(__file__).parent
    own = {path.parent.name.upper(): path.parent for path in sorted(here.glob("*/instrument.toml"))}
    others = {point.name.upper(): _folder_of(point) for point in entry_points(group=GROUP)}
    return {**own, **others}


def _folder_of(point: EntryPoint) -> Path:
    where = f"entry point {point.name} = {point.value}"
    try:
        target = point.load()
    except Exception as error:
        raise DataError(f"cannot be loaded: {error}", where=where) from error
    folder = target if isinstance(target, str | Path) else (getattr(target, "__path__", None) or [None])[0]
    if folder is None and getattr(target, "__file__", None):
        folder = Path(target.__file__).parent
    if folder is None or not (Path(folder) / "instrument.toml").is_file():
        raise DataError("its folder has no instrument.toml", where=where, accepted="a package folder or a path")
    return Path(folder)
