"""Programme and run identifiers: which run belongs to which programme.

Up to period 104 a run is ``TP.C-NNNN(R)``, e.g. ``095.A-0123(B)`` of programme ``095.A-0123``; from period 105 on ``PPP.XXXX.NNN``, e.g.
``108.22F6.001`` of programme ``108.22F6`` (archive.eso.org, ESO programme identification code).
"""

from __future__ import annotations

import re

__all__ = ["covers", "is_programme", "programme_of", "scopes_of"]

_RUN = re.compile(r"(?P<old>[^()]+)\([0-9A-Z]+\)|(?P<new>\d{3}\.[0-9A-Z]{4})\.\d{3}")
_PROGRAMME = re.compile(r"\d{2,3}\.[A-Z]-\d{4}|\d{3}\.[0-9A-Z]{4}")


def programme_of(run: str) -> str:
    """Return the programme of a run; a name that is no run's is returned as it is."""
    found = _RUN.fullmatch(run)
    return (found["old"] or found["new"]) if found else run


def scopes_of(run: str) -> frozenset[str]:
    """Return the scopes that cover `run`: itself and its programme; none for the empty name."""
    return frozenset({run, programme_of(run)}) if run else frozenset()


def covers(scope: str, run: str) -> bool:
    """Tell whether what holds for `scope` (a programme or a run) holds for `run`."""
    return scope in scopes_of(run)


def is_programme(name: str) -> bool:
    """Tell whether `name` is a programme that has runs, and not a run."""
    return _PROGRAMME.fullmatch(name) is not None
