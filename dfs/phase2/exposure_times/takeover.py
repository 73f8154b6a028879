"""A calculation taken over: divided as the block reads out, what was asked told from mere defaults, and what the block gives then."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dfs.errors import UsageError
from dfs.etc.request import Request
from dfs.etc.result import Result
from dfs.phase2.documents import read_block
from dfs.phase2.exposure_times.answer import Taken, answered, count_of, taken, unasked, with_taken
from dfs.phase2.exposure_times.question import questions
from dfs.phase2.exposure_times.summary import exposure_times

__all__ = ["Takeover", "block_snr", "chosen_changes", "snr_told", "takeover"]


@dataclass(frozen=True, slots=True)
class Takeover:
    """What a calculation changes in a block.

    Attributes
    ----------
    result
        The answer, to the number of exposures that the block makes.
    changes
        Every field that differs.
    notes
        What became other than it was asked.
    """

    result: Result
    changes: tuple[Taken, ...]
    notes: tuple[str, ...]


def takeover(document: Mapping[str, Any], index: int, result: Result, arm: str = "") -> Takeover:
    """Return what `result` changes in a template of a block; a signal-to-noise that was asked is kept through the division of the time.

    Raises
    ------
    UsageError
        As of `taken`.
    """
    count = _count(document, index, result.request, arm)
    defaults = unasked(result.request)
    found = result
    if count != result.request.exposure.count:
        found = _divided(result, count)
    changes = tuple(taken(document, index, answered(found), arm, defaults=defaults))
    return Takeover(found, changes, tuple(_notes(result, found, count)))


def _count(document: Mapping[str, Any], index: int, request: Request, arm: str) -> int:
    """Return how many exposures the block makes: its own number where the calculation divides nothing, else the nearest that its offsets allow."""
    exposure = request.exposure
    block = read_block(document)
    asked = [one for one in questions(block) if one.index == index]
    chosen = next((one for one in asked if not arm or one.arm.casefold() == arm.casefold()), None)
    if chosen is None or request.choice.instrument.casefold() != block.instrument.casefold():
        return exposure.count  # refused where it is taken over
    if exposure.count == 1 and exposure.ndit is None:
        return int(chosen.inputs.get("count", 1))
    return count_of(block, chosen, exposure.count)


def _divided(result: Result, count: int) -> Result:
    """Return the same question answered in `count` exposures."""
    from dfs.etc.engine.calculation import calculate

    request = result.request
    return calculate(replace(request, exposure=replace(request.exposure, count=count)))


def _notes(asked: Result, found: Result, count: int) -> Iterator[str]:
    if count == asked.request.exposure.count:
        return
    if asked.request.exposure.snr is not None:
        yield f"in {count} exposures S/N {found.snr:.3g} takes {found.exposure_s:.4g} s, not {asked.exposure_s:.4g} s: each is read out"
    else:
        yield f"in {count} exposures S/N is {found.snr:.3g}, not {asked.snr:.3g}: each is read out"


def chosen_changes(changes: Collection[Taken], only: Collection[str] | None = None) -> list[Taken]:
    """Return the changes that are made: those that were asked, or those whose path has one of the words `only`.

    Raises
    ------
    UsageError
        A word that is in no path.
    """
    if only is None:
        return [one for one in changes if one.is_asked]
    for word in only:
        if not any(_means(word, one) for one in changes):
            accepted = ", ".join(_short(one) for one in changes) or "nothing changes"
            raise UsageError(f"no change is called {word[:60]!r}", where="only", accepted=accepted)
    return [one for one in changes if any(_means(word, one) for word in only)]


def block_snr(document: Mapping[str, Any], index: int, changes: Collection[Taken], arm: str = "") -> float | None:
    """Return the signal-to-noise of a template with `changes` made, at the limits of the block's constraints; None: it has none."""
    made = read_block(with_taken(document, changes))
    for one in exposure_times(made):
        if one.question.index == index and (not arm or one.question.arm.casefold() == arm.casefold()):
            return None if one.result is None else one.result.snr
    return None


def snr_told(asked: Result, got: float | None) -> str:
    """Return a line that says that a block gives another signal-to-noise than was calculated; empty: the same within 1 %."""
    if got is None or abs(got - asked.snr) <= 0.01 * asked.snr:
        return ""
    return f"calculated S/N {asked.snr:.3g}; the block gives {got:.3g} at the limits of its constraints"


def _short(one: Taken) -> str:
    head, _, rest = one.path.partition(".")
    return rest if head != "obsDescription" else "brightness"


_WORDS = {
    "exposure": ("UIT", "DIT", "NEXPO", "EXPTIME", "NDIT", "NDSAMPLES"),
    "slit": ("SLIT", "OPTI"),
    "grism": ("GRIS", "GRAT", "MODE"),
    "filter": ("FILT",),
    "collimator": ("COLL",),
    "read_mode": ("READ", "CLKIND"),
    "brightness": ("userComments",),
    "constraints": ("constraints.",),
}


def _means(word: str, one: Taken) -> bool:
    """Tell whether a word names a change: a part of its path, or the control that it belongs to."""
    parts = _WORDS.get(word.casefold(), (word,))
    return any(part.casefold() in one.path.casefold() for part in parts)
