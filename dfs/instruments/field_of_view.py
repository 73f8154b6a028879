"""An instrument's field of view on the sky, from ``field.toml`` in its folder: outlines, slits, and what turns them.

Angles are position angles on the sky (north through east).  Outlines and offsets are given at position angle 0: the first number to the
east (or across), the second to the north (or along).  The format: docs/finding-charts.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dfs.errors import NotFoundError
from dfs.instruments.entries import Entry, read_toml
from dfs.instruments.folders import files

__all__ = ["FILE", "FieldOfView", "Rotation", "Shape", "Slit", "field_of_view"]

FILE = "field.toml"
_KINDS = ("box", "circle")
_NUMBER = re.compile(r"\d+(?:[._]\d+)?", re.ASCII)
_ARCMIN = 60.0


@dataclass(frozen=True, slots=True)
class Rotation:
    """How a block's parameter gives the position angle: ``sign * value + zero_deg``.

    Attributes
    ----------
    parameters
        The first that a template of the block has counts.
    parallactic
        Values that stand for the parallactic angle.
    """

    parameters: tuple[str, ...] = ()
    sign: float = 1.0
    zero_deg: float = 0.0
    parallactic: tuple[float, ...] = (9999.0, -9999.0)


@dataclass(frozen=True, slots=True)
class Shape:
    """A part of the field: a box or a circle, in arcmin from the pointing at position angle 0.

    Attributes
    ----------
    size_arcmin
        Full width (east-west) and height (north-south); of a circle its diameter twice.
    templates
        The shape is there when a template's name holds one of these texts; empty: always.
    """

    label: str
    kind: str
    size_arcmin: tuple[float, float]
    offset_arcmin: tuple[float, float] = (0.0, 0.0)
    templates: tuple[str, ...] = ()

    def corners(self) -> list[tuple[float, float]]:
        """Return the outline as (east, north) in arcmin, at position angle 0."""
        east, north = self.offset_arcmin
        width, height = self.size_arcmin[0] / 2, self.size_arcmin[1] / 2
        return [(east + x * width, north + y * height) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]


@dataclass(frozen=True, slots=True)
class Slit:
    """A slit: its length, and the parameter whose value names its width in arcsec.

    Attributes
    ----------
    angle_deg
        Position angle of the slit where that of the field is 0.
    width_arcsec
        Where no parameter names one.
    """

    length_arcsec: float
    parameters: tuple[str, ...] = ()
    width_arcsec: float = 1.0
    angle_deg: float = 0.0
    templates: tuple[str, ...] = ()

    def width(self, value: Any) -> float:
        """Return the width that a parameter's value names: 1.2 of ``slit#1.2``, 1.31 of ``lSlit1_31arcsec``, 0.9 of ``0.9x11``."""
        found = None if value is None else _NUMBER.search(str(value))
        width = float(found[0].replace("_", ".")) if found else self.width_arcsec
        return width if 0 < width <= self.length_arcsec else self.width_arcsec


@dataclass(frozen=True, slots=True)
class FieldOfView:
    """What an instrument sees of the sky.

    Attributes
    ----------
    guide_radius_arcmin
        Guide stars are found within; 0: not known.
    charts
        Whether service mode asks for finding charts.
    """

    name: str
    shapes: tuple[Shape, ...]
    rotation: Rotation
    slits: tuple[Slit, ...] = ()
    guide_radius_arcmin: float = 0.0
    charts: bool = True
    sources: Mapping[str, str] | None = None

    def shapes_for(self, templates: Sequence[str]) -> list[Shape]:
        """Return the parts of the field that a block with these templates uses; those of the first mode where it uses none."""
        used = [one for one in self.shapes if _used(one.templates, templates)]
        return used or [one for one in self.shapes if one.templates == self.shapes[0].templates]

    def slit_for(self, templates: Sequence[str]) -> Slit | None:
        """Return the slit that a block with these templates uses."""
        return next((one for one in self.slits if _used(one.templates, templates)), None)


def field_of_view(instrument: str) -> FieldOfView:
    """Return the field of view of `instrument` (case does not matter).

    Raises
    ------
    NotFoundError
        Nothing is known of it.
    DataError
        Its file is wrong; names file and entry.
    """
    path = _files().get(instrument.upper())
    if path is None:
        known = ", ".join(_files())
        raise NotFoundError(f"the field of view of {instrument!r} is not known", accepted=known)
    return _read(path)


@cache
def _files() -> dict[str, Path]:
    return files(FILE)


@cache
def _read(path: Path) -> FieldOfView:
    root = read_toml(path)
    name = root.text("name")
    sources: dict[str, str] = {}
    shapes = tuple(_shape(entry, sources) for entry in root.array("shape"))
    if not shapes:
        raise root.error("there is no shape", "shape", "at least one [[shape]]")
    field = FieldOfView(
        name=name,
        shapes=shapes,
        rotation=_rotation(root.table("rotation", {}), sources),
        slits=tuple(_slit(entry, sources) for entry in root.array("slit")),
        guide_radius_arcmin=root.figure("guide_radius_arcmin", 0.0),
        charts=root.flag("charts", default=True),
        sources=sources,
    )
    sources.update(root.sources())
    root.done()
    return field


def _shape(entry: Entry, sources: dict[str, str]) -> Shape:
    kind = entry.text("kind", "box")
    if kind not in _KINDS:
        raise entry.error(f"{kind!r} is not accepted", "kind", ", ".join(_KINDS))
    size = entry.figures("size_arcmin")
    offset = entry.figures("offset_arcmin", [0.0, 0.0])
    if len(size) != 2 or len(offset) != 2:
        raise entry.error("two numbers are needed", "size_arcmin", "[width, height]")
    shape = Shape(entry.text("label"), kind, (size[0], size[1]), (offset[0], offset[1]), entry.texts("templates", []))
    sources.update({f"{shape.label}: {key}": text for key, text in entry.sources().items()})
    entry.done()
    return shape


def _rotation(entry: Entry, sources: dict[str, str]) -> Rotation:
    if not entry.values:
        return Rotation()
    rotation = Rotation(
        parameters=entry.texts("parameters"),
        sign=entry.figure("sign", 1.0),
        zero_deg=entry.figure("zero_deg", 0.0),
        parallactic=entry.figures("parallactic", [9999.0, -9999.0]),
    )
    sources.update(entry.sources())
    entry.done()
    return rotation


def _slit(entry: Entry, sources: dict[str, str]) -> Slit:
    slit = Slit(
        length_arcsec=entry.figure("length_arcsec"),
        parameters=entry.texts("parameters", []),
        width_arcsec=entry.figure("width_arcsec", 1.0),
        angle_deg=entry.figure("angle_deg", 0.0),
        templates=entry.texts("templates", []),
    )
    sources.update(entry.sources())
    entry.done()
    return slit


def _used(wanted: Sequence[str], templates: Sequence[str]) -> bool:
    return not wanted or any(text.casefold() in name.casefold() for text in wanted for name in templates)
