"""Which of ESO's instruments a header means, and what the archive calls it; the names are data (``eso.toml``).

The instrument is never read off a DP ID: their prefixes are shared between instruments and have changed with time.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dfs.errors import DataError

__all__ = ["OTHER", "KnownInstrument", "known_instrument", "known_instruments"]


@dataclass(frozen=True, slots=True)
class KnownInstrument:
    """An instrument of ESO's.

    Attributes
    ----------
    name
        As this package and its tables show it, e.g. ``EFOSC2``.
    headers
        Values of INSTRUME that mean it.
    prefix
        Of the DP IDs of its raw frames.
    table
        Its table in schema ``ist``, e.g. ``efosc``.
    """

    name: str
    headers: tuple[str, ...]
    prefix: str
    table: str


OTHER = KnownInstrument("", (), "", "other")  # whose frames are kept although nobody knows it


@cache
def known_instruments() -> tuple[KnownInstrument, ...]:
    """Return the instruments that ``eso.toml`` beside this module lists, by name."""
    path = Path(__file__).with_name("eso.toml")
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["instrument"]
        return tuple(
            KnownInstrument(one["name"], tuple(one["headers"]), one["prefix"], one.get("table", one["name"].lower()))
            for one in entries
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(f"not a list of instruments: {error}", where=str(path)) from error


@cache
def _by_header() -> Mapping[str, KnownInstrument]:
    found = {header: one for one in known_instruments() for header in one.headers}
    return found | {one.name: one for one in known_instruments()}


def known_instrument(instrume: object) -> KnownInstrument:
    """Return the instrument that a header's INSTRUME, or our own name of it, means; `OTHER` when it is unknown."""
    return _by_header().get(instrume.strip().upper(), OTHER) if isinstance(instrume, str) else OTHER
