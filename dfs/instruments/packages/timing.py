"""Overheads and how they add up to the time of a template: data only, evaluated by `dfs.phase2.execution`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["MODELS", "Integration", "Overhead", "Step", "TimeModel"]

# model -> what it does; the functions stand in dfs.phase2.execution.models
MODELS = {
    "acquisition": "preset of the telescope, the steps, and the integrations one after the other",
    "exposures": "the steps, and the integrations one after the other",
    "arms": "the steps, and the integrations side by side: the longest counts",
}


@dataclass(frozen=True, slots=True)
class Overhead:
    """What a thing costs.

    Attributes
    ----------
    seconds
        When nothing in `table` fits.
    by
        Parameters whose values choose from `table`; empty: always `seconds`.
    table
        Values of those parameters, joined by `` | `` -> seconds.
    source
        Where the figures were read, or ``assumed``.
    """

    name: str
    seconds: float
    label: str
    source: str
    by: tuple[str, ...] = ()
    table: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """An overhead and how often it is paid: the product of `times`, `less` times fewer (never below none).

    `times` holds numbers, and names of parameters (of a list its length counts).  `when`: parameter -> values for which the step is made.
    """

    overhead: str
    times: tuple[str | float, ...] = ()
    less: int = 0
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Integration:
    """What one detector does: `count` exposures of `subs` integrations of `exposure`.

    Attributes
    ----------
    exposure
        Parameter with the time in seconds; a list is gone through again and again.
    count
        Numbers and parameters whose product is the number of exposures.
    subs
        Parameter with the number of integrations in an exposure (NDIT); empty: one.
    readout
        Overhead of each exposure; empty: none.
    sub_readout
        Overhead of each integration; empty: none.
    when
        As of a step.
    """

    exposure: str
    count: tuple[str | float, ...] = ()
    subs: str = ""
    readout: str = ""
    sub_readout: str = ""
    label: str = ""
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimeModel:
    """How long a template takes; `model` is one of `MODELS`."""

    model: str
    integrations: tuple[Integration, ...] = ()
    steps: tuple[Step, ...] = ()
