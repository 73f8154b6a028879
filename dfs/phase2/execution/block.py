"""Execution time of one block."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dfs.errors import NotFoundError
from dfs.instruments import packages
from dfs.instruments.packages import InstrumentPackage, TemplateSignature
from dfs.model.phase2 import ObservationBlock, ObTemplate
from dfs.phase2.execution.models import preset, template_parts
from dfs.phase2.execution.time import ExecutionTime, Part
from dfs.phase2.execution.values import TemplateValues

__all__ = ["execution_time", "package_of"]


def execution_time(
    block: ObservationBlock,
    package: InstrumentPackage | None = None,
    *,
    nth_in_concatenation: int = 0,
    separation_deg: float = 0.0,
) -> ExecutionTime:
    """Return how long `block` takes, part by part.

    What is not filled in yet costs nothing; a template that the package does not know is a part of 0 s that says so.

    Parameters
    ----------
    block
        The block.
    package
        Its instrument package; default: `package_of` it.
    nth_in_concatenation
        0 for a block alone and for the first of a concatenation; later ones have the telescope's short preset.
    separation_deg
        Distance from the block before, for later ones.
    """
    package = package or package_of(block)
    parts: list[Part] = []
    exposure_s = 0.0
    for index, template in enumerate(block.templates):
        path = f"templates[{index}]"
        signature = package.signatures.get(template.name)
        if signature is None or signature.time is None:
            parts.append(Part(f"{template.name}: the time it takes is not known", 0.0, path=path))
            continue
        if signature.time.model == "acquisition":
            parts.append(preset(package.telescope, nth_in_concatenation, separation_deg, path))
        values = TemplateValues(template, _defaults(signature))
        own = template_parts(signature.time, values, package, path)
        parts += own
        exposure_s += _exposure_s(template, own)
    return ExecutionTime(exposure_s, sum(part.seconds for part in parts), tuple(parts))


def package_of(block: ObservationBlock) -> InstrumentPackage:
    """Return the package of a block's instrument, in its version where that is known, else the newest.

    Raises
    ------
    NotFoundError
        No package for the instrument.
    """
    return _package(block.instrument, block.ip_version)


@lru_cache(maxsize=256)
def _package(instrument: str, version: str) -> InstrumentPackage:
    try:
        return packages.package(instrument, version)
    except (NotFoundError, ValueError):
        return packages.package(instrument)


def _exposure_s(template: ObTemplate, parts: list[Part]) -> float:
    """Return the open-shutter time of a template; acquisition images do not count."""
    if template.type == "acquisition":
        return 0.0
    return sum(part.seconds for part in parts if part.is_exposure)


def _defaults(signature: TemplateSignature) -> Mapping[str, Any]:
    return {name: spec.default for name, spec in signature.parameters.items() if spec.default is not None}
