"""Reads ``templates.toml``: package, constraints, templates, overheads; `DataError` names the entry that is wrong.

What many instruments share (constraints, guide star parameters, telescopes) stands in ``common.toml`` beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from dfs.errors import NotFoundError
from dfs.instruments.entries import Entry, read_toml
from dfs.instruments.packages.package import InstrumentPackage, Telescope
from dfs.instruments.packages.read_specs import Shared, read_constraint, read_parameters
from dfs.instruments.packages.read_timing import check_time, read_overhead, read_time
from dfs.instruments.packages.specs import ConstraintSpec, TemplateSignature, TemplateType

__all__ = ["read_package"]

_COMMON = Path(__file__).with_name("common.toml")
_KINDS = ("acquisition", "science", "calib")


def read_package(path: Path, version: float | None = None) -> InstrumentPackage:
    """Return the package in the ``templates.toml`` at `path`, as of `version` or as of its newest.

    Raises
    ------
    NotFoundError
        It has no such version.
    DataError
        An entry is wrong.
    """
    root = read_toml(path)
    about = root.table("package")
    name = about.text("name")
    versions = about.texts("versions")
    if not versions:
        raise about.error("there is no version", "versions", '["116.01", ...], oldest first')
    chosen = _version(name, versions, version)
    common = _common()
    shared = Shared(root.get("values", dict, "a table", {}), root.get("parameters", dict, "a table", {}), common.shared)
    package = InstrumentPackage(
        name=name,
        version=chosen,
        versions=versions,
        telescope=_one_of(about, "telescope", common.telescopes),
        source=about.text("source"),
        constraints=_since(_constraints(root, about, shared, common), chosen),
        overheads={key: read_overhead(key, entry) for key, entry in root.tables("overhead")},
    )
    signatures = {key: _template(key, entry, root, shared, package) for key, entry in root.tables("template")}
    about.done()
    root.done()
    return replace(package, signatures=_in_order(signatures, chosen))


class _Common:
    """What ``common.toml`` holds."""

    def __init__(self, root: Entry) -> None:
        self.shared = Shared(root.get("values", dict, "a table", {}), root.get("parameters", dict, "a table", {}), None)
        self.telescopes = {name: _telescope(name, entry) for name, entry in root.tables("telescope")}
        self.constraints = {name: entry.values for name, entry in root.tables("constraint")}
        root.done()


@cache
def _common() -> _Common:
    return _Common(read_toml(_COMMON))


def _telescope(name: str, entry: Entry) -> Telescope:
    telescope = Telescope(
        name=name,
        site=entry.text("site"),
        preset_s=entry.figure("preset_s"),
        next_s=entry.figure("next_s"),
        next_per_deg_s=entry.figure("next_per_deg_s"),
        source=entry.text("source"),
    )
    entry.sources()
    entry.done()
    return telescope


def _version(name: str, versions: tuple[str, ...], asked: float | None) -> str:
    """Return the version asked for; numbers compare, since the P2 API writes ``116.1`` for 116.10."""
    if asked is None:
        return versions[-1]
    found = next((one for one in versions if float(one) == asked), None)
    if found is None:
        raise NotFoundError(f"no version {asked:g} of the instrument package of {name}", accepted=", ".join(versions))
    return found


def _one_of(entry: Entry, key: str, known: Mapping[str, Telescope]) -> Telescope:
    name = entry.text(key)
    if name not in known:
        raise entry.error(f"{name!r} is not known", key, ", ".join(known))
    return known[name]


def _constraints(root: Entry, about: Entry, shared: Shared, common: _Common) -> dict[str, ConstraintSpec]:
    """Return the constraints: those of ``common.toml`` that the package names, each with what ``[constraint.x]`` says anew."""
    own = {name: entry.values for name, entry in root.tables("constraint")}
    named = about.texts("constraints", [])
    unknown = [name for name in named if name not in common.constraints]
    if unknown:
        raise about.error(f"{unknown[0]!r} is not known", "constraints", ", ".join(common.constraints))
    wanted = [*named, *(name for name in own if name not in named)]
    merged = {name: {**common.constraints.get(name, {}), **own.get(name, {})} for name in wanted}
    return {
        name: read_constraint(name, Entry(values, root.path, f"constraint.{name}"), shared)
        for name, values in merged.items()
    }


def _template(name: str, entry: Entry, root: Entry, shared: Shared, package: InstrumentPackage) -> TemplateSignature:
    kind = entry.text("type")
    if kind not in _KINDS:
        raise entry.error(f"{kind!r} is not accepted", "type", ", ".join(_KINDS))
    parameters = read_parameters(entry, shared)
    signature = TemplateSignature(
        name=name,
        type=cast("TemplateType", kind),
        parameters=_since({one.name: one for one in parameters}, package.version),
        label=entry.text("label"),
        time=read_time(entry, root),
        source=entry.text("source", package.source),
        since=entry.text("since", ""),
    )
    if len(parameters) != len({one.name for one in parameters}):
        raise entry.error("a parameter stands there twice", "parameters")
    check_time(entry, signature, package.overheads)
    entry.done()
    return signature


def _since(specs: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Return what there is in `version`."""
    return {name: one for name, one in specs.items() if not one.since or float(one.since) <= float(version)}


def _in_order(signatures: Mapping[str, TemplateSignature], version: str) -> dict[str, TemplateSignature]:
    """Return the templates, acquisitions first, else as in the file."""
    known = _since(signatures, version)
    return {name: one for kind in _KINDS for name, one in known.items() if one.type == kind}
