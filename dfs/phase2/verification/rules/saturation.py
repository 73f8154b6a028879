"""Rules on light: exposures that fill the detector, and a brightness that cannot be read."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dfs.errors import UsageError
from dfs.model.phase2 import Fix, Severity
from dfs.phase2.exposure_times import Peak, Question
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.views import BlockView

__all__: list[str] = []

_SOURCE = "the exposure time calculator, in the best tenth of the nights' seeing (dfs.phase2.exposure_times)"
_MARGIN = 0.8  # of the longest safe time, that a fix proposes (assumed)


@rule("brightness-format", "block", "docs/exposure-times-in-blocks.md", Severity.WARNING)
def brightness_format(view: BlockView) -> Iterator[Problem]:
    """The line `ETC:` of the comments, which says how bright the target is, can be read."""
    if isinstance(view.exposures, UsageError):
        error = view.exposures
        accepted = error.accepted or "ETC: mag=21.3 band=R sed=blackbody:5800"
        yield Problem("obsDescription.userComments", f"{error.where}: {error.message}", accepted)


@rule("sky-saturates", "block", _SOURCE, Severity.WARNING)
def sky_saturates(view: BlockView) -> Iterator[Problem]:
    """The sky, as bright as the block allows, does not fill the detector in one exposure or DIT."""
    for question, peak in _full(view):
        if peak.is_sky:
            yield _problem(question, peak, "the sky fills the detector")


@rule("target-saturates", "block", _SOURCE, Severity.WARNING)
def target_saturates(view: BlockView) -> Iterator[Problem]:
    """A target whose brightness is known does not fill the detector in one exposure or DIT."""
    for question, peak in _full(view):
        if not peak.is_sky:
            yield _problem(question, peak, "the target fills the detector")


def _full(view: BlockView) -> Iterator[tuple[Question, Peak]]:
    if not isinstance(view.exposures, UsageError):
        yield from ((question, peak) for question, peak in view.exposures if peak.is_saturated)


def _problem(question: Question, peak: Peak, what: str) -> Problem:
    arm = f" ({question.arm})" if question.arm else ""
    unit = "DIT" if question.integration.subs else "exposure"
    message = (
        f"{what}{arm} at {peak.at_nm:.0f} nm: {peak.electrons:,.0f} electrons in one {unit} of {peak.read_out_s:g} s, "
        f"a pixel holds {peak.full_well_e:,.0f}"
    )
    shorter = _round_down(peak.longest_safe_s * _MARGIN)
    fix = Fix(f"{shorter:g} s", shorter) if shorter > 0 else None
    accepted = f"up to {peak.longest_safe_s:.3g} s, and more of them"
    return Problem(question.exposure_path, message, accepted, fix)


def _round_down(seconds: float) -> float:
    """Return the seconds to two digits, no more than given."""
    if not seconds > 0 or not math.isfinite(seconds):
        return 0.0
    step = 10.0 ** (math.floor(math.log10(seconds)) - 1)
    return round(math.floor(seconds / step + 1e-9) * step, 9)
