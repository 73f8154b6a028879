"""One exposure of the night's plan: what, where, when, with which setup. The sky and the detector know nothing of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from dfs.clock import isoformat
from dfs_sims.figures import DATA

__all__ = ["Block", "Exposure", "kinds", "mjd_of"]

_MJD_OF_1970 = 40587.0


@dataclass(frozen=True, slots=True)
class Block:
    """An observation block: name, number, start, and the target it points at (J2000, degrees)."""

    name: str
    number: int
    start: datetime
    target: str = ""
    ra_deg: float = 0.0
    dec_deg: float = 0.0
    position_angle_deg: float = 0.0
    has_target: bool = False


@dataclass(frozen=True, slots=True)
class Exposure:
    """One exposure.

    Attributes
    ----------
    index
        Place in the night, from 0: the seed of its noise.
    kind
        ``bias``, ``flat``, ``arc``, ``sky_flat``, ``standard``, ``spectrum``, ``image``.
    block
        The observation block it belongs to.
    start, seconds
        Start (UTC, whole milliseconds) and exposure time.
    slit
        Header name of the slit; ``Free`` in images.
    number, of
        Place in the template and number of its exposures.
    file_number
        Of the original file name.
    offset_arcsec
        Of the header's pointing from the target, to the East and North.
    """

    index: int
    kind: str
    block: Block
    start: datetime
    seconds: float
    slit: str = "Free"
    number: int = 1
    of: int = 1
    file_number: int = 1
    offset_arcsec: tuple[float, float] = field(default=(0.0, 0.0))

    @property
    def dp_id(self) -> str:
        """Return the data product identifier."""
        return f"EFOSC.{isoformat(self.start)}"

    @property
    def mjd(self) -> float:
        """Return the modified Julian date of the start."""
        return mjd_of(self.start)

    @property
    def mjd_end(self) -> float:
        """Return the modified Julian date of the end."""
        return mjd_of(self.start + timedelta(seconds=self.seconds))

    @property
    def middle(self) -> float:
        """Return the modified Julian date of mid-exposure."""
        return 0.5 * (self.mjd + self.mjd_end)


def mjd_of(time: datetime) -> float:
    """Return the modified Julian date of a UTC time."""
    since = time - datetime(1970, 1, 1, tzinfo=UTC)
    return _MJD_OF_1970 + since.days + (since.seconds + since.microseconds / 1e6) / 86400.0


@cache
def kinds() -> Mapping[str, Any]:
    """Return what sets the headers of each kind of frame apart, from ``data/kinds.toml``."""
    return tomllib.loads((DATA / "kinds.toml").read_text(encoding="utf-8"))
