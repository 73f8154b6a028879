"""Makes a whole block of an example: the defaults of the instrument package, and over them what the example sets."""

from __future__ import annotations

from typing import Any

from dfs.instruments import packages
from dfs.instruments.packages import InstrumentPackage, coerce, default_constraints
from dfs.model.phase2 import Constraints, ObservationBlock, ObTemplate, Parameter
from dfs.phase2.documents import write_block
from dfs.phase2.examples.read import Example, Step

__all__ = ["document", "new_block"]


def new_block(example: Example, version: str | None = None) -> ObservationBlock:
    """Return the block of `example`, with every constraint and parameter; its numbers are 0, those of its templates 1, 2, ...

    Parameters
    ----------
    version
        Of the instrument package; None: the newest.  What an older one lacks is left out.

    Raises
    ------
    NotFoundError
        No such instrument package or version, or it lacks a template.
    """
    package = packages.package(example.instrument, version)
    return ObservationBlock(
        ob_id=0,
        run_id=0,
        container_id=0,
        name=example.name,
        instrument=package.name,
        ip_version=package.version,
        kind=example.kind,
        target=example.target,
        constraints=_constraints(example, package),
        description={"name": example.label, "userComments": example.comments, "instrumentComments": ""},
        templates=tuple(_template(step, number, package) for number, step in enumerate(example.steps, start=1)),
    )


def document(example: Example, version: str | None = None) -> dict[str, Any]:
    """Return `new_block` as a whole document of `dfs.phase2.documents`."""
    return write_block(new_block(example, version))


def _constraints(example: Example, package: InstrumentPackage) -> Constraints:
    given = dict(example.constraints)
    name = given.pop("name", "No Name")
    specs = package.constraints
    set_here = {key: coerce(specs[key], value) for key, value in given.items() if key in specs}
    return Constraints(name, {**default_constraints(package), **set_here})


def _template(step: Step, number: int, package: InstrumentPackage) -> ObTemplate:
    signature = package.signature(step.template)
    return ObTemplate(
        number,
        signature.name,
        signature.type,
        tuple(
            Parameter(spec.name, spec.type, coerce(spec, step.values.get(spec.name)))
            for spec in signature.parameters.values()
        ),
    )
