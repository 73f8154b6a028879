"""What the parameters of a template mean for its time: counts, seconds, choices."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from dfs.instruments.packages import Overhead
from dfs.model.phase2 import ObTemplate

__all__ = ["TemplateValues", "total_seconds"]


class TemplateValues:
    """Values of a template's parameters, those not set from the defaults of its signature."""

    def __init__(self, template: ObTemplate, defaults: Mapping[str, Any]) -> None:
        self._values = {**defaults, **{one.name: one.value for one in template.parameters if one.value is not None}}

    def product(self, factors: Iterable[str | float]) -> float:
        """Return the product of numbers and parameters; of a list its length counts, what is not set counts once."""
        product = 1.0
        for factor in factors:
            product *= factor if isinstance(factor, int | float) else self._count(factor)
        return max(product, 0.0)

    def seconds(self, name: str) -> list[float]:
        """Return the numbers of a parameter, one or several; what is not set is 0."""
        value = self._values.get(name)
        return [_number(one, 0.0) for one in value] or [0.0] if isinstance(value, list) else [_number(value, 0.0)]

    def counts(self, name: str) -> list[float]:
        """Return the numbers of a parameter that counts; what is not set is 1."""
        value = self._values.get(name) if name else None
        return [_number(one, 1.0) for one in value] or [1.0] if isinstance(value, list) else [_number(value, 1.0)]

    def fits(self, when: Mapping[str, tuple[Any, ...]]) -> bool:
        """Tell whether every parameter of `when` has one of its values (of a list: any element)."""
        for name, allowed in when.items():
            value = self._values.get(name)
            elements = value if isinstance(value, list) else [value]
            if not {_word(one) for one in elements} & {_word(one) for one in allowed}:
                return False
        return True

    def overhead_s(self, overhead: Overhead) -> float:
        """Return what `overhead` costs with these values; where a list chooses, its dearest element counts."""
        if not overhead.by:
            return overhead.seconds
        keys = [""]
        for name in overhead.by:
            value = self._values.get(name)
            words = [_word(one) for one in value] if isinstance(value, list) else [_word(value)]
            keys = [f"{key} | {word}" if key else word for key in keys for word in words]
        return max((overhead.table.get(key, overhead.seconds) for key in keys), default=overhead.seconds)

    def _count(self, name: str) -> float:
        value = self._values.get(name)
        return float(len(value)) if isinstance(value, list) else _number(value, 1.0)


def total_seconds(exposures: list[float], subs: list[float], count: float) -> tuple[float, float]:
    """Return open-shutter seconds and number of integrations of `count` exposures; both lists are gone through again and again."""
    if len(exposures) == len(subs) == 1:
        return exposures[0] * subs[0] * count, subs[0] * count
    period = math.lcm(len(exposures), len(subs))
    pairs = [(exposures[i % len(exposures)], subs[i % len(subs)]) for i in range(period)]
    whole, rest = divmod(int(count), period)
    seconds = whole * sum(one * sub for one, sub in pairs) + sum(one * sub for one, sub in pairs[:rest])
    integrations = whole * sum(sub for _, sub in pairs) + sum(sub for _, sub in pairs[:rest])
    return seconds, integrations


def _number(value: Any, otherwise: float) -> float:
    """Return a number that is neither negative nor endless; of what is none, `otherwise`."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return otherwise
    return max(number, 0.0) if math.isfinite(number) else otherwise


def _word(value: Any) -> str:
    """Return a value as tables of overheads spell it: ``T`` for true, ``2`` for 2.0."""
    if isinstance(value, bool):
        return "T" if value else "F"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
