"""What the calculator answered, written into a block: every field that changes, before anybody confirms."""

from __future__ import annotations

import copy
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dfs.errors import NotFoundError, UsageError
from dfs.etc.documents.mapping import inputs, values_of
from dfs.etc.request import Request, Sky
from dfs.etc.result import Result
from dfs.instruments.packages import InstrumentPackage, ParameterSpec, coerce
from dfs.model.phase2 import ObservationBlock
from dfs.phase2.documents import read_block
from dfs.phase2.execution import package_of
from dfs.phase2.exposure_times.brightness import written
from dfs.phase2.exposure_times.links import InstrumentLink, link_of
from dfs.phase2.exposure_times.question import Question, questions

__all__ = ["Taken", "answered", "count_of", "taken", "unasked", "with_taken"]

# control -> constraint of the block, and to how many decimals it is kept
_CONSTRAINTS = {"airmass": "airmass", "image_quality": "seeing", "fli": "fli", "moon_distance": "moonDistance"}
_TARGET = ("sed", "redshift", "mag", "band", "system", "extended", "diameter", "line_flux", "at", "extraction")


@dataclass(frozen=True, slots=True)
class Taken:
    """One field of the block: ``constraints.seeing``, ``templates[1].DET.WIN1.UIT1``, ``obsDescription.userComments``.

    Attributes
    ----------
    path, before, after
        Which, and its values.
    is_asked
        False: the calculator's own default, about which nobody asked; written only where somebody says so.
    """

    path: str
    before: Any
    after: Any
    is_asked: bool = True


def unasked(request: Request) -> frozenset[str]:
    """Return the conditions, as `answered` names them, that are the calculator's own defaults."""
    sky, default = request.sky, Sky()
    is_default = {
        "airmass": sky.airmass == default.airmass,
        "image_quality": sky.image_quality_arcsec is None and sky.seeing_arcsec == default.seeing_arcsec,
        "fli": sky.illumination is None and sky.days_from_new_moon is None,
        "moon_distance": sky.moon_distance_deg == default.moon_distance_deg,
    }
    return frozenset(name for name, yes in is_default.items() if yes)


def answered(result: Result) -> dict[str, Any]:
    """Return a result as a question that is answered: the exposure that was found, the seeing as image quality, the Moon as lit fraction."""
    said = inputs(result.request)
    said.pop("snr", None)
    if said.get("dit") is None:
        said["exposure"] = result.exposure_s
    else:
        said["ndit"] = max(round(result.exposure_s / (said["dit"] * said.get("count", 1))), 1)
        said.pop("exposure", None)
    said.pop("seeing", None)
    said["fli"] = _lit(said.get("fli"), said.pop("days_from_new_moon", None))
    said["at"] = round(result.at_nm, 1)
    said["image_quality"] = math.ceil(result.image_quality_arcsec * 100.0 - 1e-6) / 100.0
    return said


def _lit(fli: float | None, days: float | None) -> float:
    """Return the lit fraction of the Moon that was calculated with: 0 without one."""
    if fli is None and days is not None:
        from dfs.sky.emission import moon_of_days

        fli = moon_of_days(days).illumination
    return math.ceil((fli or 0.0) * 100.0 - 1e-6) / 100.0


def taken(
    document: Mapping[str, Any],
    index: int,
    answer: Mapping[str, Any],
    arm: str = "",
    *,
    defaults: Collection[str] = (),
) -> list[Taken]:
    """Return what changes in a block when a template is to be exposed as `answer` says.

    Parameters
    ----------
    document
        The whole block.
    index
        Of the template, from 0.
    answer
        The flat mapping: set-up, exposure, conditions, brightness; what it does not say stays.
    arm
        Where the template has several.
    defaults
        Names of `answer` that nobody asked for; see `unasked`.

    Raises
    ------
    UsageError
        Of another instrument, mode or arm; or a value that the template does not accept.
    """
    block = read_block(document)
    said = values_of(answer)
    if str(said.get("instrument", block.instrument)).casefold() != block.instrument.casefold():
        raise UsageError(f"the calculation is of {said['instrument']}", where="instrument", accepted=block.instrument)
    asked = [one for one in questions(block) if one.index == index]
    chosen = next((one for one in asked if not arm or one.arm.casefold() == arm.casefold()), None)
    known = link_of(block.instrument)
    if chosen is None or known is None:
        raise UsageError(f"the calculator knows no arm {arm!r} of template {index}", where=f"templates[{index}]")
    _same_kind(chosen, said)
    package = package_of(block)
    changes = [*_set_up(block, package, known, chosen, said), *_exposure(block, package, chosen, said)]
    changes += [*_constraints(block, package, said, defaults), *_comments(block, said)]
    return [one for one in changes if one.before != one.after]


def with_taken(document: Mapping[str, Any], changes: Iterable[Taken]) -> dict[str, Any]:
    """Return the block with the changes made; the one given stays as it is."""
    made = copy.deepcopy(dict(document))
    for one in changes:
        head, _, rest = one.path.partition(".")
        if head.startswith("templates["):
            template = made["templates"][int(head[len("templates[") : -1])]
            next(par for par in template["parameters"] if par["name"] == rest)["value"] = one.after
        else:
            made.setdefault(head, {})[rest] = one.after
    return made


def _same_kind(chosen: Question, said: Mapping[str, Any]) -> None:
    for name in ("mode", "polarimetry", "grism"):
        implied, asked = chosen.link.fixed.get(name), said.get(name)
        if implied is not None and asked is not None and str(implied).casefold() != str(asked).casefold():
            hint = "take it over into the template that does this"
            raise UsageError(f"{chosen.template} has {name} {implied}, not {asked}", where=chosen.path, hint=hint)


def _set_up(
    block: ObservationBlock,
    package: InstrumentPackage,
    known: InstrumentLink,
    chosen: Question,
    said: Mapping[str, Any],
) -> Iterator[Taken]:
    """Yield the parameters of the set-up, each where it stands: in the template, else in the acquisition."""
    for name, pattern in chosen.link.patterns.items():
        if name not in said or _same(said[name], chosen.inputs.get(name)):
            continue
        for parameter, word in _words(block, package, known, chosen, (name, pattern, said[name])).items():
            yield _parameter(block, package, chosen.index, parameter, word)


def _words(
    block: ObservationBlock,
    package: InstrumentPackage,
    known: InstrumentLink,
    chosen: Question,
    asked: tuple[str, str, Any],
) -> dict[str, Any]:
    """Return parameter -> word that means the value asked: of the words that the template accepts, the one that is read so."""
    name, pattern, value = asked
    found: dict[str, Any] = dict(known.parameters(name, pattern, value))
    only = pattern.strip("{}")
    spec = None if "{" in only else _spec(block, package, chosen.index, only)[1]
    if spec is not None and spec.values:
        words = [one for one in spec.values if _same(known.read(name, pattern, {only: one}), value)]
        if not words:
            raise UsageError(
                f"{name} {value} is not in the template", where=only, accepted=", ".join(map(str, spec.values))
            )
        return {only: words[0]}
    return found


def count_of(block: ObservationBlock, chosen: Question, count: int) -> int:
    """Return how many exposures a template makes where `count` are asked: at least as many, its offsets stay."""
    had = int(chosen.inputs.get("count", 1))
    of = next((one for one in chosen.integration.count if isinstance(one, str)), None)
    if count == had or of is None:
        return count
    present = _value(block, package_of(block), chosen.index, of)
    others = max(had // max(int(present or 1), 1), 1)
    return math.ceil(count / others) * others


def _exposure(
    block: ObservationBlock, package: InstrumentPackage, chosen: Question, said: Mapping[str, Any]
) -> Iterator[Taken]:
    """Yield the time of one exposure, and how many: the counts of the block stay but the last, which makes up the number."""
    integration, had = chosen.integration, int(chosen.inputs.get("count", 1))
    count = int(said.get("count", had))
    if count != had:
        of = next((one for one in integration.count if isinstance(one, str)), None)
        if of is None:
            raise UsageError(f"{chosen.template} makes {had} exposures", where=chosen.path, accepted=f"count {had}")
        present = _value(block, package, chosen.index, of)
        others = max(had // max(int(present or 1), 1), 1)
        count = count_of(block, chosen, count)
        yield _parameter(block, package, chosen.index, of, count // others)
    if integration.subs:
        if said.get("dit") is not None:
            yield _parameter(block, package, chosen.index, integration.exposure, said["dit"])
        if said.get("ndit") is not None:
            yield _parameter(block, package, chosen.index, integration.subs, said["ndit"])
    elif said.get("exposure") is not None:
        # Whole seconds, and never less than asked; fractions below ten.
        each = said["exposure"] / count
        rounded = math.ceil(each - 1e-6) if each >= 10.0 else math.ceil(each * 100.0 - 1e-6) / 100.0
        yield _parameter(block, package, chosen.index, integration.exposure, float(rounded))


def _constraints(
    block: ObservationBlock, package: InstrumentPackage, said: Mapping[str, Any], defaults: Collection[str]
) -> Iterator[Taken]:
    for name, key in _CONSTRAINTS.items():
        spec = package.constraints.get(key)
        if name in said and spec is not None:
            after = coerce(spec, round(said[name], 2) if spec.type == "number" else round(said[name]))
            yield Taken(f"constraints.{key}", block.constraints.values.get(key), after, name not in defaults)


def _comments(block: ObservationBlock, said: Mapping[str, Any]) -> Iterator[Taken]:
    bright = {name: said[name] for name in _TARGET if name in said}
    before = str(block.description.get("userComments", ""))
    if bright:
        yield Taken("obsDescription.userComments", before, written(before, bright))


def _parameter(block: ObservationBlock, package: InstrumentPackage, index: int, name: str, value: Any) -> Taken:
    at, spec = _spec(block, package, index, name)
    after = value if spec is None else coerce(spec, [value] if spec.type == "numlist" else value)
    return Taken(f"templates[{at}].{name}", _value(block, package, index, name), after)


def _spec(
    block: ObservationBlock, package: InstrumentPackage, index: int, name: str
) -> tuple[int, ParameterSpec | None]:
    """Return where a parameter stands (template, else acquisition), and what it may be."""
    for at in (index, *(at for at, one in enumerate(block.templates) if one.type == "acquisition")):
        signature = package.signatures.get(block.templates[at].name)
        if signature is not None and name in signature.parameters:
            return at, signature.parameters[name]
    raise NotFoundError(f"no template of the block has {name}", where=f"templates[{index}]")


def _value(block: ObservationBlock, package: InstrumentPackage, index: int, name: str) -> Any:
    at, spec = _spec(block, package, index, name)
    found = next((one.value for one in block.templates[at].parameters if one.name == name), None)
    return found if found is not None or spec is None else spec.default


def _same(one: Any, other: Any) -> bool:
    """Tell whether two values of a control are the same: numbers as numbers, names in any case."""
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-6)
    except (TypeError, ValueError):
        return str(one).casefold() == str(other).casefold()
