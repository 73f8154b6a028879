"""Gain and read-out noise: the model that every error rests on, and how it is measured."""

from __future__ import annotations

from dataclasses import dataclass

from dfs.errors import DataError
from dfs.instruments import Instrument
from dfs.model import Frame, Header
from dfs.model.header import number

__all__ = ["NoiseModel", "best_gain", "header_gain", "header_ron", "noise_model"]

GAIN_CARD = "ESO QC GAIN_E_PER_ADU"  # as the products' writer stores quality figures
RON_CARD = "ESO QC RON_ADU"


@dataclass(frozen=True, slots=True)
class NoiseModel:
    """Gain and read-out noise of a frame.

    Attributes
    ----------
    gain_e_per_adu
        Electrons for one ADU.
    ron_e
        Read-out noise in electrons, digitisation included.
    origin
        Where the two come from: ``measured`` or ``header``, with the name of the master or the keywords.
    gain_error, ron_error
        Standard errors; None where only claimed.
    """

    gain_e_per_adu: float
    ron_e: float
    origin: str
    gain_error: float | None = None
    ron_error: float | None = None


def noise_model(header: Header, instrument: Instrument, *masters: Frame | None, where: str = "") -> NoiseModel:
    """Return the noise model for the frame with `header`.

    The gain is ``ESO QC GAIN_E_PER_ADU`` of the first of `masters` that has one, else what frames of this read-out mode have
    shown (the instrument's folder), else the header's claim; the read-out noise is ``ESO QC RON_ADU`` of a master times that
    gain, else the header's claim.

    Parameters
    ----------
    header
        Header of the raw frame.
    instrument
        The instrument that took it.
    *masters
        Master flats and biases used on the frame; None is skipped.
    where
        The frame's name, for messages.

    Raises
    ------
    DataError
        Nobody measured it and the header claims nothing, or an impossible value.
    """
    given = [master for master in masters if master is not None]
    detector = instrument.detector(header)
    gain_by, ron_by = _first_with(given, GAIN_CARD), _first_with(given, RON_CARD)
    gain, gain_origin = _gain(header, instrument, gain_by, where)
    ron = number(ron_by.header, RON_CARD, ron_by.name) * gain if ron_by else _claim(header, detector.ron_keyword, where)
    origin = (
        gain_origin,
        f"read-out noise measured ({ron_by.name})"
        if ron_by
        else f"read-out noise claimed by header ({detector.ron_keyword})",
    )
    return NoiseModel(gain, ron, "; ".join(origin), _error(gain_by, GAIN_CARD, 1.0), _error(ron_by, RON_CARD, gain))


def best_gain(header: Header, instrument: Instrument) -> float | None:
    """Return the gain (e-/ADU) for a frame that no flat comes with: measured for its read-out mode, else claimed."""
    return instrument.measured_gain(header) or header_gain(header, instrument)


def header_gain(header: Header, instrument: Instrument) -> float | None:
    """Return the gain that `header` claims, e-/ADU; None where it claims none."""
    return _positive(header, instrument.detector(header).gain_keyword)


def header_ron(header: Header, instrument: Instrument) -> float | None:
    """Return the read-out noise that `header` claims, electrons; None where it claims none."""
    return _positive(header, instrument.detector(header).ron_keyword)


def _positive(header: Header, keyword: str) -> float | None:
    value = header.get(keyword)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    return float(value)


def _gain(header: Header, instrument: Instrument, master: Frame | None, where: str) -> tuple[float, str]:
    if master is not None:
        return number(master.header, GAIN_CARD, master.name), f"gain measured ({master.name})"
    known = instrument.measured_gain(header)
    if known is not None:
        return known, f"gain of the read-out mode ({instrument.name.lower()}/instrument.toml)"
    keyword = instrument.detector(header).gain_keyword
    return _claim(header, keyword, where), f"gain claimed by header ({keyword})"


def _first_with(masters: list[Frame], keyword: str) -> Frame | None:
    return next((one for one in masters if one.header.get(keyword) is not None), None)


def _error(master: Frame | None, keyword: str, factor: float) -> float | None:
    value = master.header.get(f"{keyword} ERR") if master is not None else None
    return float(value) * factor if isinstance(value, int | float) else None


def _claim(header: Header, keyword: str, where: str) -> float:
    value = number(header, keyword, where)
    if value <= 0:
        raise DataError(f"{keyword} = {value:g} is impossible", where=where, keyword=keyword, accepted="above 0")
    return value
