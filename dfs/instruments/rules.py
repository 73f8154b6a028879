"""Rules about frames, as data: classification, grouping, association.

The words and numbers of association levels are those of EDPS: below 0 tighter than the calibration plan, 0 the plan, 1
certifiable, 2 acceptable, 3 risky. A time range is in days relative to the frame; the nearest in time wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dfs.model.header import HeaderValue

__all__ = ["Condition", "FrameClass", "FrameRules", "MatchRule", "Need"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a keyword: ``equals`` one of `values`, ``contains``, ``present``, ``below``, ``above``, ``not``."""

    keyword: str
    test: str
    values: tuple[HeaderValue, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchRule:
    """One level of an association.

    Attributes
    ----------
    level
        Quality of a match by this rule, in the numbers of EDPS.
    keys
        Short names of the keys that must agree.
    days
        (earliest, latest) distance in time, days after the frame (negative: before it).
    minimum
        Raw frames a master must have to match by this rule.
    made_from
        Raw classes this rule holds for; empty for all of the need.
    """

    level: int
    keys: tuple[str, ...]
    days: tuple[float, float]
    minimum: int = 1
    made_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """A calibration that frames of a class need.

    Attributes
    ----------
    kind
        Product category needed, e.g. ``MASTER_BIAS``.
    made_from
        The raw classes it may be made from, e.g. ``("BIAS",)``.
    minimum
        Raw frames a master should have at least, where a rule says nothing else.
    rules
        Match rules in order of level, best first.
    required
        False: the reduction goes on without it and says so.
    """

    kind: str
    made_from: tuple[str, ...]
    minimum: int
    rules: tuple[MatchRule, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class FrameClass:
    """A class of frames.

    Attributes
    ----------
    name
        E.g. ``BIAS``, ``SPECTRUM_FLAT``; product classes carry their PRO CATG.
    conditions
        All must hold.
    mode
        Instrument mode or None.
    setup
        Short names of the setup keys shown and grouped by, e.g. ``("binning", "grism", "slit")``.
    group_by
        Short names of keys that frames reduced together share, e.g. ``("template",)``; the setup is shared in any case.
        Empty: every frame is reduced by itself.
    minimum
        Frames a group needs for its recipe.
    recipe
        The recipe these frames are the subject of; None for none (acquisition images).
    needs
        Calibrations needed.
    """

    name: str
    conditions: tuple[Condition, ...]
    mode: str | None = None
    setup: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    minimum: int = 1
    recipe: str | None = None
    needs: tuple[Need, ...] = ()
    is_product: bool = False


@dataclass(frozen=True, slots=True)
class FrameRules:
    """All rules of an instrument.

    Attributes
    ----------
    keys
        Short name -> keywords whose values, joined by ``x``, make its value
        (``binning = ("ESO DET WIN1 BINX", "ESO DET WIN1 BINY")``).
    classes
        In order; the first that fits wins.
    """

    keys: Mapping[str, tuple[str, ...]]
    classes: tuple[FrameClass, ...]

    def keywords(self) -> frozenset[str]:
        """Return every header keyword that a rule reads."""
        named = {keyword for group in self.keys.values() for keyword in group}
        tested = {condition.keyword for one in self.classes for condition in one.conditions}
        return frozenset(named | tested)

    def find(self, name: str) -> FrameClass | None:
        """Return the class called `name`, or None."""
        return next((one for one in self.classes if one.name == name), None)
