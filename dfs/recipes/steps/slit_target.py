"""Which light along the slit is the target, and its trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dfs.errors import DataError
from dfs.model import Flag
from dfs.recipes.steps.slit_frame import SlitFrame
from dfs.recipes.steps.slit_sources import SlitSource
from dfs.recipes.steps.trace import Trace, trace_source

__all__ = ["Target", "find_target"]

_TYPICAL_FWHM_PX = 5.0
_SATURATED_SHARE = 0.3  # of the columns: then a trace fails for that reason


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The target's trace, and how it was found.

    Attributes
    ----------
    trace
        Row and width along the spectrum.
    source
        The source it belongs to; None for a trace that is only assumed.
    origin
        In words.
    """

    trace: Trace
    source: SlitSource | None
    origin: str


def find_target(slit: SlitFrame, *, position_px: float | None, search_px: float, order: int) -> Target:
    """Return the target and its trace.

    Parameters
    ----------
    slit
        The frame with its sources.
    position_px
        Row of the target, or None for the brightest source within `search_px` of the middle of the slit, and the brightest of
        all where there is none. At a row that shows no source a straight trace is assumed.
    search_px
        See above.
    order
        Largest order of the trace.

    Raises
    ------
    DataError
        There is no source and no row was given, or the row lies outside the slit.
    """
    real = tuple(one for one in slit.sources if not one.is_defect)
    if position_px is None:
        if not real:
            raise DataError(
                f"no spectrum above {slit.choices.threshold:g} sigma along the slit",
                where=slit.frame.name,
                hint="give its row as position_px, or a lower detection_threshold",
            )
        source, origin = _brightest(real, sum(slit.lit) / 2.0, search_px)
        return Target(_traced(slit, source, order), source, origin)
    if not slit.lit[0] <= position_px < slit.lit[1]:
        raise DataError(
            f"position_px = {position_px:g} lies outside the slit",
            where=slit.frame.name,
            accepted=f"{slit.lit[0]} to {slit.lit[1] - 1}",
        )
    near = [one for one in real if abs(one.position - position_px) <= max(one.fwhm, 3.0)]
    if not near:
        return Target(
            _straight(slit, position_px, real), None, "row given; no source seen there, straight trace assumed"
        )
    source = min(near, key=lambda one: abs(one.position - position_px))
    return Target(_traced(slit, source, order), source, "source at the row given")


def _brightest(sources: Sequence[SlitSource], middle: float, search_px: float) -> tuple[SlitSource, str]:
    near = [one for one in sources if abs(one.position - middle) <= search_px]
    if near:
        return max(near, key=lambda one: one.peak), f"brightest within {search_px:g} px of the middle of the slit"
    return max(sources, key=lambda one: one.peak), "brightest along the slit (none near its middle)"


def _traced(slit: SlitFrame, source: SlitSource, order: int) -> Trace:
    try:
        return trace_source(
            slit.residual(),
            slit.image.variance.astype(np.float64),
            slit.image.good(),
            source.position,
            source.fwhm,
            order=order,
            where=slit.frame.name,
        )
    except DataError as error:
        reach = 2.0 * max(source.fwhm, _TYPICAL_FWHM_PX)  # of a saturated star only the wings were seen
        near = slit.image.mask[max(int(source.position - reach), 0) : int(source.position + reach) + 1]
        share = float(np.mean(np.any((near & np.uint8(Flag.SATURATED)) != 0, axis=0)))
        if share <= _SATURATED_SHARE:
            raise
        raise DataError(
            f"the spectrum at row {source.position:.1f} of the slit is saturated over {100 * share:.0f} % of its length",
            where=slit.frame.name,
            keyword="EXPTIME",
            hint="take a shorter exposure",
        ) from error


def _straight(slit: SlitFrame, row: float, sources: Sequence[SlitSource]) -> Trace:
    nx = slit.image.shape[1]
    narrow = min((one.fwhm for one in sources), default=_TYPICAL_FWHM_PX)
    return Trace(np.full(nx, row), np.full(nx, narrow), order=0, rms_px=0.0, points=0, snr=0.0)
