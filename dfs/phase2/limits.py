"""How long what users write may be, and how far from now: the same for the server, for files and tables."""

from __future__ import annotations

__all__ = ["LONGEST_NAME", "LONGEST_TEXT", "YEARS"]

LONGEST_NAME = 68  # a FITS card holds no more: OBS NAME
LONGEST_TEXT = 10_000  # assumed
YEARS = range(1972, 2101)  # those for which nights can be computed (`dfs.sky.ephemerides`)
