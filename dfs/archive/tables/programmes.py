"""What a run's identifier tells: its observing period and the type of its programme."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["period_of", "programme_type"]

# 60.A-9203(A), 077.D-0683(B), 183.B-0100(B), 0103.B-0001(A), 1100.A-0528(A): category and number follow the period, a digit for
# the type goes before it.  From period 105 on: 108.22F6.001.  Source: archive.eso.org/cms/eso-data/eso-programme-identification-code.
_OLD = re.compile(r"(?P<front>\d{2,4})\.[A-Z]-\d{4}")
_NEW = re.compile(r"(?P<period>\d{3})\.[0-9A-Z]{4}(\.\d{3})?")
# Codes of dbo.raw.prog_type, from memory; 0 (normal) and 4 (large) are seen in real answers.
_TYPES = {
    "normal": 0,
    "gto": 1,
    "guaranteed time": 1,
    "ddt": 2,
    "too": 3,
    "target of opportunity": 3,
    "large": 4,
    "short": 5,
    "calibration": 6,
}


@lru_cache(maxsize=65536)
def period_of(programme: str | None) -> int | None:
    """Return the observing period of a run, 108 for ``108.22F6.001``; None when the identifier does not tell.

    The first digit of ``183.B-0100(B)`` is the programme's type, its period 83; ``1100.A-0528(A)`` is of period 100.
    """
    if not isinstance(programme, str):
        return None
    old = _OLD.match(programme)
    if old is not None:
        front = old["front"]
        return int(front if len(front) == 2 else front[1:])
    new = _NEW.fullmatch(programme)
    return int(new["period"]) if new else None


def programme_type(name: object) -> int | None:
    """Return the code of a programme's type (``Normal``, ``Large`` ...); None for a type without code."""
    return _TYPES.get(name.strip().lower()) if isinstance(name, str) else None
