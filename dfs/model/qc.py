"""One quality-control value, with what was claimed beside what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from dfs.model.header import HeaderValue

__all__ = ["QcValue"]


@dataclass(frozen=True, slots=True)
class QcValue:
    """A measured parameter.

    Attributes
    ----------
    name
        Parameter name with its unit as suffix, e.g. ``ron_adu``; fixed names are listed in ``qc.toml`` of the instrument.
    value, error
        The figure and its standard error; None when it could not be measured.
    unit
        FITS spelling, ``""`` for a pure number.
    estimator
        The formula in words and symbols, enough to repeat it.
    header_keyword, header_value
        The keyword of the raw frame that claims the same quantity, and its claim.
    """

    name: str
    value: float | None
    error: float | None = None
    unit: str = ""
    estimator: str = ""
    header_keyword: str | None = None
    header_value: HeaderValue = None
