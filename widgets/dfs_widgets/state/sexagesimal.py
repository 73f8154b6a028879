"""Positions as astronomers write them."""

from __future__ import annotations

__all__ = ["dec_text", "ra_text"]


def ra_text(ra_deg: float) -> str:
    """Return right ascension as hours, ``06:36:12.34``, to 0.01 s."""
    hundredths = round(ra_deg % 360.0 * 24000.0) % (24 * 360_000)
    seconds, rest = divmod(hundredths, 100)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:02d}"


def dec_text(dec_deg: float) -> str:
    """Return declination as degrees, ``-31:13:14.5``, to 0.1 arcsec."""
    tenths = round(abs(dec_deg) * 36000.0)
    seconds, rest = divmod(tenths, 10)
    sign = "-" if dec_deg < 0 and tenths else "+"
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest}"
