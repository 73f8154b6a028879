"""Instrument packages: what phase 2 knows of an instrument, read from its ``templates.toml``.

Constraints, template signatures, and what an observation costs beyond its exposures.  The format: docs/instrument-packages.md.
"""

from dfs.instruments.packages.documents import (
    constraints_document,
    default_constraints,
    new_template,
    signature_document,
    signatures_document,
)
from dfs.instruments.packages.loader import names, package, versions
from dfs.instruments.packages.package import InstrumentPackage, Telescope
from dfs.instruments.packages.specs import ConstraintSpec, ParameterSpec, TemplateSignature
from dfs.instruments.packages.timing import Integration, Overhead, Step, TimeModel
from dfs.instruments.packages.values import accepted, coerce

__all__ = [
    "ConstraintSpec",
    "InstrumentPackage",
    "Integration",
    "Overhead",
    "ParameterSpec",
    "Step",
    "Telescope",
    "TemplateSignature",
    "TimeModel",
    "accepted",
    "coerce",
    "constraints_document",
    "default_constraints",
    "names",
    "new_template",
    "package",
    "signature_document",
    "signatures_document",
    "versions",
]
