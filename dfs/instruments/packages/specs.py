"""What a constraint or a template's parameter may be, and a template's signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dfs.instruments.packages.timing import TimeModel

__all__ = ["TYPES", "ConstraintSpec", "ParameterSpec", "TemplateSignature", "TemplateType", "ValueSpec"]

TemplateType = Literal["acquisition", "science", "calib"]

# the parameter types of the P2 API
TYPES = (
    "string",
    "keyword",
    "keywordlist",
    "coord",
    "integer",
    "intlist",
    "number",
    "numlist",
    "boolean",
    "paramfile",
    "file",
)


@dataclass(frozen=True, slots=True)
class ValueSpec:
    """A named value with its type and what is accepted.

    Attributes
    ----------
    type
        One of `TYPES`.
    default
        JSON value; None: there is none.
    values
        The words or numbers accepted; empty: not restricted to some.
    ranges
        Closed intervals accepted (each element, for lists); empty: not restricted.  Where `values` holds numbers beside `ranges`, either does.
    unit
        As text for people: ``s``, ``arcsec``, ``deg``.
    since
        First package version that has it; empty: all.
    """

    name: str
    type: str
    default: Any = None
    values: tuple[Any, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    label: str = ""
    minihelp: str = ""
    unit: str = ""
    source: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class ConstraintSpec(ValueSpec):
    """An observing constraint; `name` is the P2 API's (``moonDistance``)."""


@dataclass(frozen=True, slots=True)
class ParameterSpec(ValueSpec):
    """A template's parameter.

    Attributes
    ----------
    group
        Heading under which an editor shows it (``Detector``).
    required
        Must have a value before the block is submitted.
    alias
        The same thing's name across instruments, for people and scripts: ``exposure``, ``count``, ``filter``, ``grism``, ``slit``,
        ``readout``, ``position_angle``, ``offsets_ra``, ``offsets_dec``, ``ndit`` ...; empty: none.
    """

    group: str = ""
    required: bool = True
    alias: str = ""


@dataclass(frozen=True, slots=True)
class TemplateSignature:
    """A template: its parameters in the order of the P2 API, and how long it takes."""

    name: str
    type: TemplateType
    parameters: Mapping[str, ParameterSpec] = field(default_factory=dict)
    label: str = ""
    time: TimeModel | None = None
    source: str = ""
    since: str = ""

    def aliased(self, alias: str) -> ParameterSpec | None:
        """Return the parameter known as `alias`, or None."""
        return next((one for one in self.parameters.values() if one.alias == alias), None)
