"""Quality values with all that a trend needs: which instrument, night, setup and detector, and which product says so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dfs.instruments import Instrument
from dfs.model import Header, HeaderValue, QcValue
from dfs.qc.night import night_of

__all__ = ["QcRow", "quality_rows"]


@dataclass(frozen=True, slots=True)
class QcRow:
    """One quality value of one product.

    Attributes
    ----------
    night
        Date of the local noon before.
    setup
        Short name -> value, as the classification of the raw frame gives it.
    value, error
        In `unit`; None when not measured.
    estimator
        How it was measured, in words and symbols.
    header_keyword, header_value
        What the raw header claims of the same quantity.
    score
        0 inside its limits, 1 outside, None when it has no limits.
    """

    instrument: str
    night: str
    mjd_obs: float | None
    setup: Mapping[str, HeaderValue]
    detector: str
    parameter: str
    value: float | None
    error: float | None
    unit: str
    estimator: str
    header_keyword: str | None
    header_value: HeaderValue
    score: int | None
    product_dp_id: str


def quality_rows(
    values: Iterable[QcValue],
    *,
    product_dp_id: str,
    instrument: Instrument,
    header: Header,
    setup: Mapping[str, HeaderValue],
) -> list[QcRow]:
    """Return the rows of one product.

    Parameters
    ----------
    values
        Its quality figures.
    product_dp_id
        Its DP ID in the archive.
    instrument
        The instrument that took its first raw frame.
    header
        Header of the product or of its first raw frame: MJD-OBS, ESO TEL GEOLON, the detector's name.
    setup
        Setup of its first raw frame (`FrameRecord.setup`).

    Raises
    ------
    DataError
        The header has no MJD-OBS.
    """
    night = night_of(header, instrument.site, product_dp_id)
    mjd = _finite(header.get("MJD-OBS"))
    detector = str(header.get(instrument.keywords.get("detector", "")) or "default").strip()
    return [
        QcRow(
            instrument=instrument.name,
            night=night,
            mjd_obs=mjd,
            setup=dict(setup),
            detector=detector,
            parameter=one.name,
            value=_finite(one.value),
            error=_finite(one.error),
            unit=one.unit,
            estimator=one.estimator,
            header_keyword=one.header_keyword,
            header_value=_json(one.header_value),
            score=None,
            product_dp_id=product_dp_id,
        )
        for one in values
    ]


def _finite(value: Any) -> float | None:
    """Return a number as a plain float; None for what is none, and for NaN and infinity."""
    if value is None or isinstance(value, bool | str):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _json(value: HeaderValue) -> HeaderValue:
    return _finite(value) if isinstance(value, float) else value
