"""The signal-to-noise of a whole block: every template and arm, as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dfs.errors import DfsError
from dfs.etc.result import Result
from dfs.model.phase2 import ObservationBlock
from dfs.phase2.exposure_times.brightness import is_bright_enough_known
from dfs.phase2.exposure_times.peaks import Peak, peak_of
from dfs.phase2.exposure_times.question import Question, questions

__all__ = ["BlockExposures", "ExposureResult", "exposure_times"]


@dataclass(frozen=True, slots=True, eq=False)
class ExposureResult:
    """One template, or one arm of it.

    Attributes
    ----------
    question
        What is asked.
    result
        The calculator's answer; None where it has none.
    peak
        The fullest pixel in the worst night; None likewise.
    problem
        Why there is no answer, in one line; empty: there is one.
    """

    question: Question
    result: Result | None
    peak: Peak | None
    problem: str = ""

    @property
    def best_snr(self) -> float | None:
        """Return the signal-to-noise where it is highest."""
        return None if self.result is None else float(np.max(self.result.snr_per_pixel))

    @property
    def median_snr(self) -> float | None:
        """Return the median along the spectrum, where light arrives: a spectrum's middle may lie between two chips."""
        if self.result is None:
            return None
        lit = self.result.snr_per_pixel[self.result.throughput > 0]
        return float(np.median(lit)) if lit.size else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class BlockExposures:
    """All of a block, in its order; ``print`` shows a table."""

    name: str
    results: tuple[ExposureResult, ...]

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[ExposureResult]:
        return iter(self.results)

    def __getitem__(self, at: int) -> ExposureResult:
        return self.results[at]

    def __str__(self) -> str:
        return "\n".join([self.name, *(f"  {_line(one)}" for one in self.results)])

    __repr__ = __str__


def exposure_times(block: ObservationBlock) -> BlockExposures:
    """Return what the exposures of a block give, under the worst sky that it allows.

    Raises
    ------
    UsageError
        The ``ETC:`` line of the comments cannot be read.
    """
    return BlockExposures(block.name, tuple(_answer(one) for one in questions(block)))


def _answer(question: Question) -> ExposureResult:
    from dfs.etc.documents.mapping import request_of
    from dfs.etc.engine.calculation import calculate

    peak = peak_of(question)
    inputs = question.inputs
    if "exposure" not in inputs and "dit" not in inputs:
        return ExposureResult(question, None, peak, "the exposure time is not filled in")
    if not is_bright_enough_known(inputs):
        hint = "ETC: mag=21.3 band=R in the comments"
        return ExposureResult(question, None, peak, f"the brightness of the target is not known ({hint})")
    try:
        result = calculate(request_of(inputs, files=False))
    except DfsError as error:
        return ExposureResult(
            question, None, peak, f"{error.message}; {error.accepted}" if error.accepted else error.message
        )
    return ExposureResult(question, result, peak)


def _line(one: ExposureResult) -> str:
    if one.result is None:
        return f"{one.question.label}: {one.problem}"
    found = one.result
    many = "" if found.light.kind == "image" else f", median {one.median_snr:.1f}, best {one.best_snr:.1f}"
    full = (
        "" if one.peak is None or not one.peak.is_saturated else f"; saturates, safe to {one.peak.longest_safe_s:.3g} s"
    )
    return f"{one.question.label}: {found.exposure_s:g} s, S/N {found.snr:.1f} at {found.at_nm:.1f} nm{many}{full}"
