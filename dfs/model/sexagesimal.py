"""Right ascension and declination as text, ``HH:MM:SS.sss`` and ``[+|-]DD:MM:SS.sss``, and back."""

from __future__ import annotations

import re

__all__ = ["DEC_FORMAT", "RA_FORMAT", "dec_deg", "dec_text", "ra_deg", "ra_text"]

RA_FORMAT = "HH:MM:SS.sss with 0 <= HH <= 23, 0 <= MM < 60 and 0 <= SS < 60"
DEC_FORMAT = "[+|-]DD:MM:SS.sss with -90 <= DD <= 90, 0 <= MM < 60 and 0 <= SS < 60"

_PARTS = re.compile(r"\s*([+-]?)\s*(\d{1,3})[:\s]\s*(\d{1,2})[:\s]\s*(\d{1,2}(?:\.\d*)?)\s*", re.ASCII)


def ra_deg(text: str) -> float:
    """Return the right ascension that `text` gives, in degrees; `ValueError` says what is accepted."""
    found = _PARTS.fullmatch(text)
    if found is None or found[1] == "-" or int(found[2]) > 23:
        raise ValueError(RA_FORMAT)
    return 15.0 * _value(found, RA_FORMAT)


def dec_deg(text: str) -> float:
    """Return the declination that `text` gives, in degrees; `ValueError` says what is accepted."""
    found = _PARTS.fullmatch(text)
    if found is None:
        raise ValueError(DEC_FORMAT)
    value = _value(found, DEC_FORMAT)
    if value > 90.0:
        raise ValueError(DEC_FORMAT)
    return -value if found[1] == "-" else value


def ra_text(degrees: float, decimals: int = 3) -> str:
    """Return right ascension as hours, ``06:36:12.345``."""
    unit = 10**decimals
    return _joined(round(degrees % 360.0 * 240.0 * unit) % (86_400 * unit), unit, decimals)


def dec_text(degrees: float, decimals: int = 3) -> str:
    """Return declination as degrees, ``-31:13:14.500``."""
    unit = 10**decimals
    count = round(abs(degrees) * 3600.0 * unit)
    return ("-" if degrees < 0 and count else "") + _joined(count, unit, decimals)


def _value(found: re.Match[str], accepted: str) -> float:
    minutes, seconds = int(found[3]), float(found[4])
    if minutes >= 60 or seconds >= 60.0:
        raise ValueError(accepted)
    return int(found[2]) + minutes / 60.0 + seconds / 3600.0


def _joined(count: int, unit: int, decimals: int) -> str:
    seconds, rest = divmod(count, unit)
    whole = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{whole}.{rest:0{decimals}d}" if decimals else whole
