"""The calibrations of a frame as a tree: what was chosen, the calibrations of that, and what is missing and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["MODES", "Association", "MainFile", "Mode"]

Mode = Literal["raw2raw", "raw2master"]
MODES: dict[Mode, str] = {"raw2raw": "Raw2Raw", "raw2master": "Raw2Master"}  # as ESO's documents write them


@dataclass(frozen=True, slots=True)
class MainFile:
    """A file by its DP ID, with its class: that of a raw frame (``BIAS``), or PRO CATG of a product."""

    category: str
    name: str


@dataclass(frozen=True, slots=True)
class Association:
    """Files that belong together, and what they need in turn.

    Attributes
    ----------
    category
        Class of the frames.
    files
        Of the root: the frame asked for; else the calibrations chosen.
    certified
        Whether quality control vouches for all files of this tree but the root's own: a master made from them (or the master itself) has
        quality values on record, and none is outside its limits.
    complete
        Whether every calibration that is needed was found, here and below.
    mode
        Of the root; None below.
    match
        How well it fits: ``calib_plan``, ``certifiable``, ``acceptable``, ``risky`` (levels of EDPS), ``N/A``.
    kind
        ``main``, or ``secondary`` for what the reduction can do without.
    messages
        What is missing or in doubt, and why; a line each.
    associated
        The calibrations of these files.
    """

    category: str
    files: tuple[MainFile, ...]
    certified: bool
    complete: bool
    mode: Mode | None = None
    match: str = "N/A"
    kind: str = "main"
    messages: tuple[str, ...] = ()
    associated: tuple[Association, ...] = ()

    def walk(self) -> Iterator[Association]:
        """Give this association and all below, from the top."""
        yield self
        for one in self.associated:
            yield from one.walk()

    def calibrations(self) -> list[MainFile]:
        """Return every calibration of the tree once, in order; without the frame asked for."""
        below = [file for one in self.associated for branch in one.walk() for file in branch.files]
        return [one for one in dict.fromkeys(below) if one not in self.files]

    def dp_ids(self) -> list[str]:
        """Return the DP IDs of the calibrations, each once."""
        return list(dict.fromkeys(one.name for one in self.calibrations()))

    def all_messages(self) -> list[str]:
        """Return the messages of the whole tree, each once."""
        return list(dict.fromkeys(message for one in self.walk() for message in one.messages))

    def __str__(self) -> str:
        return "\n".join(_lines(self, 0))


def _lines(one: Association, depth: int) -> Iterator[str]:
    marks = [one.match] if one.mode is None else []
    marks += ([] if one.certified else ["not certified"]) + ([] if one.complete else ["incomplete"])
    said = f"  ({', '.join(marks)})" if marks else ""
    yield f"{'   ' * depth}{one.category}{said}"
    yield from (f"{'   ' * (depth + 1)}{file.name}" for file in one.files)
    yield from (f"{'   ' * (depth + 1)}! {message}" for message in one.messages)
    for below in one.associated:
        yield from _lines(below, depth + 1)
