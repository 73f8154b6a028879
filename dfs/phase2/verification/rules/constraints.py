"""Rules on a block's constraint set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from dfs.errors import UsageError
from dfs.instruments.packages import ConstraintSpec, accepted, coerce
from dfs.model.phase2 import Fix, Severity
from dfs.phase2.documents import SKY_WORDS
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.views import BlockView

__all__: list[str] = []

_SMALLER_IS_STRICTER = ("airmass", "seeing", "fli", "waterVapour", "contrast")
_LARGER_IS_STRICTER = ("moonDistance", "strehlRatio", "twilight")
_SKY = tuple(SKY_WORDS.values())  # strictest first
_LEADING_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%", re.ASCII)


@rule("constraint-unknown", "block", "ESO's P2 API: instrumentConstraints")
def constraint_unknown(view: BlockView) -> Iterator[Problem]:
    """Every constraint is one that the instrument knows."""
    if view.package is None:
        return
    for name in view.block.constraints.values:
        if name not in view.package.constraints:
            known = ", ".join(view.package.constraints)
            message = f"{view.package.name} has no constraint {name!r}"
            yield Problem(f"constraints.{name}", message, known, Fix("remove it", None))


@rule("constraint-missing", "block", "ESO, service mode: constraint sets")
def constraint_missing(view: BlockView) -> Iterator[Problem]:
    """Every constraint of the instrument has a value."""
    for name, spec in _specs(view).items():
        if view.block.constraints.values.get(name) is None:
            default = _allowed_default(view, spec)
            fix = None if default is None else Fix(f"{default}", default)
            yield Problem(f"constraints.{name}", f"{name} is not set", accepted(spec), fix)


@rule("constraint-value", "block", "ESO's P2 API: allowedValues of instrumentConstraints")
def constraint_value(view: BlockView) -> Iterator[Problem]:
    """The value of a constraint is one that the instrument accepts."""
    for name, spec in _specs(view).items():
        value = view.block.constraints.values.get(name)
        if value is None:
            continue
        try:
            coerce(spec, value)
        except UsageError:
            nearest = nearest_value(spec, value)
            fix = None if nearest is None else Fix(f"{nearest}", nearest)
            yield Problem(f"constraints.{name}", f"{name} = {value!r} is impossible", accepted(spec), fix)


@rule(
    "stricter-than-phase-1",
    "block",
    "ESO, service mode policies: constraints may be looser, not stricter",
    waivable=True,
)
def stricter_than_phase_1(view: BlockView) -> Iterator[Problem]:
    """No constraint is stricter than what the proposal was granted for."""
    for name, limit in view.run.limits.items():
        value = view.block.constraints.values.get(name)
        if value is not None and limit is not None and _is_stricter(name, value, limit):
            granted = SKY_WORDS.get(str(limit), limit)
            bound = "at least" if name in _SMALLER_IS_STRICTER else "at most"
            what = f"{granted} or worse" if isinstance(granted, str) else f"{bound} {granted:g}"
            message = f"{name} {_spelled(value)} is stricter than the {_spelled(granted)} of phase 1"
            yield Problem(f"constraints.{name}", message, what, Fix(f"{_spelled(granted)}, as in phase 1", granted))


@rule("constraint-set-name", "block", "ESO's P2 API", Severity.INFO)
def constraint_set_name(view: BlockView) -> Iterator[Problem]:
    """A constraint set has a name."""
    if not view.block.constraints.name.strip():
        yield Problem("constraints.name", "the constraint set has no name", "a name", Fix("No Name", "No Name"))


def nearest_value(spec: Any, value: Any) -> Any:
    """Return what `spec` accepts that is nearest to `value`: the end of a range, a word much like it, or the default."""
    if isinstance(value, int | float) and not isinstance(value, bool) and spec.ranges:
        ends = [min(max(value, low), high) for low, high in spec.ranges]
        nearest = min(ends, key=lambda end: abs(end - value))
        return round(nearest) if spec.type == "integer" else nearest
    if isinstance(value, str) and spec.values:
        close = get_close_matches(value.casefold(), [str(one).casefold() for one in spec.values], n=1, cutoff=0.6)
        found = next((one for one in spec.values if close and str(one).casefold() == close[0]), None)
        return spec.default if found is None else found
    return spec.default


def _specs(view: BlockView) -> Mapping[str, ConstraintSpec]:
    return {} if view.package is None else view.package.constraints


def _allowed_default(view: BlockView, spec: ConstraintSpec) -> Any:
    """Return what a new block has: the limit of phase 1 where there is one, else the instrument's default."""
    limit = view.run.limits.get(spec.name)
    if limit is not None:
        try:
            return coerce(spec, SKY_WORDS.get(str(limit), limit))
        except UsageError:
            return spec.default
    return spec.default


def _is_stricter(name: str, value: Any, limit: Any) -> bool:
    if name == "skyTransparency":
        asked, granted = _sky_rank(value), _sky_rank(limit)
        return asked is not None and granted is not None and asked < granted
    if name == "atm":
        shares = [_LEADING_NUMBER.match(str(one)) for one in (value, limit)]
        return shares[0] is not None and shares[1] is not None and float(shares[0][1]) < float(shares[1][1])
    if not (_is_number(value) and _is_number(limit)):
        return False
    if name in _SMALLER_IS_STRICTER:
        return bool(value < limit - 1e-9)
    return name in _LARGER_IS_STRICTER and bool(value > limit + 1e-9)


def _sky_rank(value: Any) -> int | None:
    word = SKY_WORDS.get(str(value), value)
    return _SKY.index(word) if word in _SKY else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _spelled(value: Any) -> str:
    return f"{value:g}" if _is_number(value) else str(value)
