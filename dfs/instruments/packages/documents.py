"""The documents of the P2 API about instrument packages, and what a new template or constraint set holds."""

from __future__ import annotations

import copy
from typing import Any

from dfs.instruments.packages.package import InstrumentPackage
from dfs.instruments.packages.specs import TemplateSignature, ValueSpec

__all__ = [
    "constraints_document",
    "default_constraints",
    "new_template",
    "signature_document",
    "signatures_document",
]


def constraints_document(package: InstrumentPackage) -> dict[str, Any]:
    """Return the body of ``.../instrumentConstraints``."""
    return {"observingConstraints": [_value(spec) for spec in package.constraints.values()]}


def signatures_document(package: InstrumentPackage) -> list[dict[str, Any]]:
    """Return the body of ``.../templateSignatures``: names and types, acquisitions first as in the file."""
    return [{"templateName": one.name, "type": one.type} for one in package.signatures.values()]


def signature_document(signature: TemplateSignature) -> dict[str, Any]:
    """Return the body of ``.../templateSignatures/{name}``."""
    return {
        "templateName": signature.name,
        "type": signature.type,
        "parameters": [
            {**_value(spec), "label": spec.label, "minihelp": spec.minihelp} for spec in signature.parameters.values()
        ],
    }


def new_template(signature: TemplateSignature) -> dict[str, Any]:
    """Return a template just added to a block, without its number: all parameters with their defaults."""
    return {
        "templateName": signature.name,
        "type": signature.type,
        "parameters": [
            {"name": spec.name, "type": spec.type, "value": copy.copy(spec.default)}
            for spec in signature.parameters.values()
        ],
    }


def default_constraints(package: InstrumentPackage) -> dict[str, Any]:
    """Return the constraint set of a new block, without its name."""
    return {spec.name: spec.default for spec in package.constraints.values()}


def _value(spec: ValueSpec) -> dict[str, Any]:
    document: dict[str, Any] = {"name": spec.name, "type": spec.type, "default": copy.copy(spec.default)}
    if spec.ranges:
        numbers = [(one, one) for one in spec.values]
        document["allowedValues"] = {"ranges": [{"min": low, "max": high} for low, high in (*spec.ranges, *numbers)]}
    elif spec.values:
        document["allowedValues"] = {"values": list(spec.values)}
    return document
