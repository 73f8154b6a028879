"""An instrument package: constraints, templates, overheads of one instrument in one version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dfs.errors import NotFoundError
from dfs.instruments.packages.specs import ConstraintSpec, TemplateSignature
from dfs.instruments.packages.timing import Overhead

__all__ = ["InstrumentPackage", "Telescope"]


@dataclass(frozen=True, slots=True)
class Telescope:
    """What it costs to point a telescope.

    Attributes
    ----------
    preset_s
        Preset, guide star, active optics: first block of a concatenation, or a block alone.
    next_s, next_per_deg_s
        Second and later blocks of a concatenation: `next_s` and `next_per_deg_s` for each degree from the one before.
    """

    name: str
    site: str
    preset_s: float
    next_s: float
    next_per_deg_s: float
    source: str


@dataclass(frozen=True)
class InstrumentPackage:
    """What phase 2 knows of an instrument; see docs/instrument-packages.md.

    Attributes
    ----------
    versions
        All versions, oldest first; `version` is this one.
    """

    name: str
    version: str
    versions: tuple[str, ...]
    telescope: Telescope
    source: str
    constraints: Mapping[str, ConstraintSpec] = field(default_factory=dict)
    signatures: Mapping[str, TemplateSignature] = field(default_factory=dict)
    overheads: Mapping[str, Overhead] = field(default_factory=dict)

    def signature(self, name: str) -> TemplateSignature:
        """Return the signature of the template called `name`; `NotFoundError` lists what there is."""
        found = self.signatures.get(name)
        if found is None:
            known = ", ".join(self.signatures)
            raise NotFoundError(f"no template {name!r} in the instrument package of {self.name}", accepted=known)
        return found
