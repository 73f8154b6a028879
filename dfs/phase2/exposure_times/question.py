"""What a block asks of the calculator: each science template, each arm, as the flat mapping of `dfs.etc.documents.mapping`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dfs.errors import NotFoundError, UsageError
from dfs.etc.documents.mapping import merged
from dfs.instruments.packages import InstrumentPackage, Integration, TemplateSignature
from dfs.model.phase2 import ObservationBlock, ObTemplate
from dfs.phase2.execution import package_of
from dfs.phase2.execution.values import TemplateValues, total_seconds
from dfs.phase2.exposure_times.brightness import brightness_of
from dfs.phase2.exposure_times.links import InstrumentLink, TemplateLink, link_of

__all__ = ["Question", "conditions_of", "question", "questions"]

_HIGHEST_AIRMASS = 3.0  # of the calculator
_ANY_PWV_MM = 30.0  # of the constraint: none
_SEEING = re.compile(r"Seeing\s*<\s*([\d.]+)")


@dataclass(frozen=True, slots=True)
class Question:
    """One arm of one template.

    Attributes
    ----------
    index
        Of the template in the block, from 0.
    template
        Its name.
    arm
        ``UVB``, ``blue`` ...; empty: the template has one.
    inputs
        The flat mapping, without a brightness where the block says none.
    integration
        Which parameters are its times and counts.
    link
        Which parameters are the controls.
    """

    index: int
    template: str
    arm: str
    inputs: Mapping[str, Any]
    integration: Integration
    link: TemplateLink

    @property
    def path(self) -> str:
        """Where it stands in the block: ``templates[1]``."""
        return f"templates[{self.index}]"

    @property
    def exposure_path(self) -> str:
        """Where its exposure time stands: ``templates[1].DET.WIN1.UIT1``."""
        return f"{self.path}.{self.integration.exposure}"

    @property
    def label(self) -> str:
        """What to call it: the template, and the arm."""
        return f"{self.template} {self.arm}".strip()


def questions(block: ObservationBlock) -> list[Question]:
    """Return what a block asks, in its order; none where the calculator does not know the instrument or the templates.

    Parameters that are not filled in are left out, an exposure time too.

    Raises
    ------
    UsageError
        The ``ETC:`` line of the comments cannot be read.
    """
    found = link_of(block.instrument)
    if found is None:
        return []
    try:
        package = package_of(block)
    except NotFoundError:
        return []
    said = brightness_of(str(block.description.get("userComments", "")))
    return [one for at in range(len(block.templates)) for one in _of_template(block, package, found, at, said)]


def question(block: ObservationBlock, index: int, arm: str | None = None) -> dict[str, Any]:
    """Return the flat mapping of one template; `arm`: which, where it has several (None: the first).

    Raises
    ------
    UsageError
        The calculator does not know the template, or it has no such arm.
    """
    here = [one for one in questions(block) if one.index == index]
    if not here:
        name = block.templates[index].name if 0 <= index < len(block.templates) else f"template {index}"
        raise UsageError(f"the calculator knows nothing of {name} of {block.instrument}", where=f"templates[{index}]")
    for one in here:
        if arm is None or one.arm.casefold() == arm.casefold():
            return dict(one.inputs)
    raise UsageError(f"there is no arm {arm!r}", where=here[0].path, accepted=", ".join(one.arm for one in here))


def conditions_of(block: ObservationBlock, *, adaptive: bool = False) -> dict[str, Any]:
    """Return the worst sky in which the block may be executed; `adaptive`: the turbulence counts, not the image quality."""
    values = block.constraints.values
    found: dict[str, Any] = {}
    if (airmass := block.constraints.number("airmass")) is not None:
        found["airmass"] = min(max(airmass, 1.0), _HIGHEST_AIRMASS)
    turbulence = _SEEING.search(str(values.get("atm") or "")) if adaptive else None
    if turbulence:
        found["seeing"] = float(turbulence[1])
    elif (quality := block.constraints.number("seeing")) is not None:
        found["image_quality"] = quality
    if (fli := block.constraints.number("fli")) is not None:
        found["fli"] = min(max(fli, 0.0), 1.0)
        distance = block.constraints.number("moonDistance")
        if distance is not None:
            found["moon_distance"] = distance
    water = block.constraints.number("waterVapour")
    if water is not None and water < _ANY_PWV_MM:
        found["pwv"] = water
    return found


def _of_template(
    block: ObservationBlock, package: InstrumentPackage, known: InstrumentLink, at: int, said: Mapping[str, Any]
) -> Iterator[Question]:
    template = block.templates[at]
    signature = package.signatures.get(template.name)
    if template.type != "science" or signature is None or signature.time is None:
        return
    for integration in signature.time.integrations:
        link = known.of(template.name, integration.label)
        if link is None:
            continue
        parameters = _parameters(block, package, template)
        read = {name: known.read(name, pattern, parameters) for name, pattern in link.patterns.items()}
        timed = _exposure(TemplateValues(template, _defaults(signature)), integration)
        set_up = {name: value for name, value in {**read, **timed}.items() if value is not None}
        sky = merged(said, conditions_of(block, adaptive=link.adaptive))
        inputs = {"instrument": block.instrument, **link.fixed, **_unfixed(sky, link), **set_up}
        yield Question(at, template.name, integration.label, inputs, integration, link)


def _unfixed(common: Mapping[str, Any], link: TemplateLink) -> dict[str, Any]:
    """Return what the comments and constraints say; the mode that a template implies cannot be said otherwise."""
    fixed = {name for name in link.fixed if name in {"mode", "grism", "polarimetry"}}
    return {name: value for name, value in common.items() if name not in fixed}


def _parameters(block: ObservationBlock, package: InstrumentPackage, template: ObTemplate) -> dict[str, Any]:
    """Return parameter -> value, of the template and below it of the acquisition, where slit and collimator stand."""
    values: dict[str, Any] = {}
    for one in (block.acquisition, template):
        if one is not None:
            signature = package.signatures.get(one.name)
            values |= {} if signature is None else _defaults(signature)
            values |= {parameter.name: parameter.value for parameter in one.parameters if parameter.value is not None}
    return values


def _exposure(values: TemplateValues, integration: Integration) -> dict[str, Any]:
    """Return the time on the target and how it is divided; nothing where it is not filled in."""
    seconds = values.seconds(integration.exposure)
    if not any(seconds):
        return {}
    count = values.product(integration.count)
    if integration.subs:
        return {"dit": max(seconds), "ndit": round(max(values.counts(integration.subs))), "count": round(count)}
    total, exposures = total_seconds(seconds, [1.0], count)
    return {"exposure": total, "count": round(exposures)} if total > 0 else {}


def _defaults(signature: TemplateSignature) -> dict[str, Any]:
    return {name: spec.default for name, spec in signature.parameters.items() if spec.default is not None}
