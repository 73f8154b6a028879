"""A survey as the items of a run: blocks made of a pattern block, in groups, time links and concatenations.

=====================================  ==================================================================================
asked                                  made
=====================================  ==================================================================================
one visit                              a group of all blocks (started groups are finished first)
several visits                         for each pointing a time link of its visits
several set-ups, near-simultaneous     where a block would be: a concatenation of one block for each set-up
visits of the whole field at once      one time link of concatenations, each of all pointings
visitor mode                           folders: scheduling containers are for service mode
=====================================  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dfs.errors import UsageError
from dfs.model.phase2 import ObservingRun
from dfs.phase2.api import Change
from dfs.phase2.survey.copies import copied_block
from dfs.phase2.survey.epochs import Epochs, require_room
from dfs.phase2.survey.tilings import Pointing

__all__ = ["SurveyPlan", "plan_survey"]

Document = dict[str, Any]

_LONGEST_S = 3600.0
_LONGEST_NAME = 68  # of a FITS card: OBS NAME


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    """What a survey puts into a run.

    Attributes
    ----------
    items
        Whole documents of what goes into the chosen container, without numbers; containers hold ``items``.
    pointings
        Where the blocks point.
    warnings
        What the user should know, one sentence each.
    """

    name: str
    items: tuple[Document, ...]
    pointings: tuple[Pointing, ...]
    warnings: tuple[str, ...] = field(default=())

    def blocks(self) -> Iterator[Document]:
        """Give every block, in order."""
        yield from _blocks(self.items)

    def changes(self, container_id: int, first: int = -1) -> list[Change]:
        """Return the bulk edit that makes all of it in a container; new items have numbers from `first` downwards."""
        found: list[Change] = []

        def make(items: Sequence[Document], into: int) -> None:
            for item in items:
                number = first - len(found)
                body = {key: value for key, value in item.items() if key != "items"}
                found.append(Change("create-item", number, {**body, "containerId": into}))
                make(item.get("items", ()), number)

        make(self.items, container_id)
        return found


def plan_survey(
    name: str,
    pointings: Sequence[Pointing],
    patterns: Sequence[Mapping[str, Any]],
    run: ObservingRun,
    epochs: Epochs | None = None,
    *,
    together: bool = False,
) -> SurveyPlan:
    """Return the items of a survey.

    Parameters
    ----------
    name
        Of the survey; blocks are called ``name_pointing_set-up_visit``.
    patterns
        Whole documents of blocks: each block is a copy of one with its own name and target.  Several are set-ups (bands, say) to be
        taken right after one another at each pointing.  Charts, absolute windows and ephemerides are not copied.
    together
        The whole field right after one another in each visit.

    Raises
    ------
    UsageError
        No pattern or pointing; visits that the run is too short for.
    """
    visits = epochs or Epochs()
    for what, given in (("pattern block", patterns), ("pointing", pointings)):
        if not given:
            raise UsageError(f"a survey needs a {what}", where="survey", accepted="one or more")
    require_room(visits, run)
    _require_name(name)
    made = _Maker(name, patterns, visits)
    if run.mode != "SM":
        items, warnings = (
            made.folders(pointings),
            ["visitor mode knows no links between blocks: the visits are folders"],
        )
    elif together:
        items, warnings = made.whole_field(pointings), _long(patterns, len(pointings))
    else:
        items, warnings = made.field(pointings), _long(patterns, 1)
    return SurveyPlan(name, tuple(items), tuple(pointings), (*warnings, *_told(patterns)))


class _Maker:
    """Makes documents of items."""

    def __init__(self, name: str, patterns: Sequence[Mapping[str, Any]], epochs: Epochs) -> None:
        self._name = name
        self._patterns = patterns
        self._epochs = epochs

    def field(self, pointings: Sequence[Pointing]) -> list[Document]:
        """Return a group for one visit, or a time link for each pointing."""
        if self._epochs.count == 1:
            members = [self._visit(one, 0) for one in pointings]
            return [_container("Group", self._name, _contributing(members))] if len(members) > 1 else members
        return [
            _container(
                "TimeLink", f"{self._name}_{one.name}", [self._linked(self._visit(one, k), k) for k in self._visits]
            )
            for one in pointings
        ]

    def whole_field(self, pointings: Sequence[Pointing]) -> list[Document]:
        """Return concatenations of all pointings, in a time link when there are several visits."""
        visits = [
            _container(
                "Concatenation",
                f"{self._name}{self._visit_name(k)}",
                [block for one in pointings for block in self._setups(one, k)],
            )
            for k in self._visits
        ]
        if len(visits) == 1:
            return visits
        return [_container("TimeLink", self._name, [self._linked(one, k) for k, one in enumerate(visits)])]

    def folders(self, pointings: Sequence[Pointing]) -> list[Document]:
        """Return a folder for each visit."""
        return [
            _container(
                "Folder",
                f"{self._name}{self._visit_name(k)}",
                [block for one in pointings for block in self._setups(one, k)],
            )
            for k in self._visits
        ]

    @property
    def _visits(self) -> range:
        return range(self._epochs.count)

    def _visit(self, pointing: Pointing, epoch: int) -> Document:
        """Return the block of a pointing, or the concatenation of its set-ups."""
        setups = self._setups(pointing, epoch)
        if len(setups) == 1:
            return setups[0]
        return _container("Concatenation", f"{self._name}_{pointing.name}{self._visit_name(epoch)}", setups)

    def _setups(self, pointing: Pointing, epoch: int) -> list[Document]:
        several = len(self._patterns) > 1
        return [
            copied_block(
                pattern,
                f"{self._name}_{pointing.name}{f'_s{number}' if several else ''}{self._visit_name(epoch)}",
                f"{self._name}_{pointing.name}",
                pointing,
            )
            for number, pattern in enumerate(self._patterns, 1)
        ]

    def _visit_name(self, epoch: int) -> str:
        return f"_e{epoch + 1:0{len(f'{self._epochs.count}')}d}" if self._epochs.count > 1 else ""

    def _linked(self, item: Document, epoch: int) -> Document:
        return {**item, "schedule": self._epochs.delays(epoch)}


def _require_name(name: str) -> None:
    longest = _LONGEST_NAME - 28  # for pointing, set-up and visit
    if not name.strip() or len(name) > longest or not name.isprintable():
        raise UsageError(f"{name!r} is no name", where="survey.name", accepted=f"1 to {longest} printable characters")


def _container(kind: str, name: str, items: list[Document]) -> Document:
    return {"itemType": kind, "name": name, "items": items}


def _contributing(members: list[Document]) -> list[Document]:
    """Give each member its share of a group: hundredths of a per cent that add up to 100."""
    share, rest = divmod(10_000, len(members))
    return [
        {**one, "schedule": {"groupContribution": (share + (1 if number < rest else 0)) / 100}}
        for number, one in enumerate(members)
    ]


def _told(patterns: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what of the patterns is not copied."""
    left = {
        "finding charts": "charts",
        "absolute time windows": "absolute",
        "the ephemeris": "ephemeris",
    }
    return [
        f"{what} of the pattern block are its own and not copied"
        for what, key in left.items()
        if any(one.get(key) for one in patterns)
    ]


def _long(patterns: Sequence[Mapping[str, Any]], repeated: int) -> list[str]:
    """Tell when a concatenation takes more than an hour, which needs a waiver (ESO, Service Mode Rules)."""
    seconds = repeated * sum(float(one.get("executionTime") or 0) for one in patterns)
    if seconds <= _LONGEST_S or repeated * len(patterns) == 1:
        return []
    return [f"each concatenation takes {seconds / 60:.0f} min: more than 60 min need a waiver"]


def _blocks(items: Sequence[Document]) -> Iterator[Document]:
    for item in items:
        if "items" in item:
            yield from _blocks(item["items"])
        else:
            yield item
