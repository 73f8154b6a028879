"""Data product identifiers.

Raw frames: the instrument's prefix and the start of the exposure to the millisecond, as ESO's archive names them
(``EFOSC.2022-01-26T19:02:38.210``; ARCFILE without its suffix).  Products: the identifier of the first raw frame they were made
from, their PRO CATG and a version (``EFOSC.2022-01-26T19:02:38.210_MASTER_BIAS_v1``).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from dfs.errors import DataError
from dfs.model import Header

__all__ = ["product_dp_id", "product_stem", "raw_dp_id", "version_of"]

_RAW = re.compile(r"[A-Za-z0-9_-]{1,20}\.\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}")
_CATEGORY = re.compile(r"[A-Z][A-Z0-9_]{0,59}")
_VERSION = re.compile(r"_v([1-9]\d*)$")
_SUFFIX = re.compile(r"\.fits?(\.gz|\.fz|\.Z)?$", re.IGNORECASE)
_MJD_ZERO = datetime(1858, 11, 17)  # noqa: DTZ001 - UTC throughout, as in the header


def raw_dp_id(header: Header, prefix: str, where: str = "") -> str:
    """Return the DP ID of a raw frame: from ARCFILE, else from `prefix` and DATE-OBS, else from MJD-OBS.

    Parameters
    ----------
    header
        Primary header.
    prefix
        Prefix of the instrument's DP IDs (not always its name), e.g. ``EFOSC``.
    where
        The file, for messages.

    Raises
    ------
    DataError
        None of the three keywords gives an identifier.
    """
    archive_file = _SUFFIX.sub("", str(header.get("ARCFILE") or "").strip())
    if _RAW.fullmatch(archive_file):
        return archive_file
    start = _start(header)
    if start is None or not prefix:
        raise DataError(
            "the header names neither file nor start of exposure",
            where=where,
            keyword="ARCFILE",
            accepted="ARCFILE, or DATE-OBS or MJD-OBS of a known instrument",
            hint="restore the header from the archive's copy of this file",
        )
    return f"{prefix}.{start.isoformat(timespec='milliseconds')}"


def _start(header: Header) -> datetime | None:
    """Return the start of the exposure, rounded to the millisecond; None when the header does not tell."""
    try:
        start = datetime.fromisoformat(str(header.get("DATE-OBS") or "").strip().removesuffix("Z"))
    except ValueError:
        mjd = header.get("MJD-OBS")
        if isinstance(mjd, bool | str) or mjd is None:
            return None
        try:
            start = _MJD_ZERO + timedelta(days=float(mjd))
        except (OverflowError, ValueError):  # beyond the calendar, or no number
            return None
    start = start.replace(tzinfo=None) + timedelta(microseconds=500)
    return start.replace(microsecond=start.microsecond // 1000 * 1000)


def product_stem(first_raw: str, category: str) -> str:
    """Return the DP ID of a product without its version.

    Raises
    ------
    DataError
        `category` is no PRO CATG: capitals, digits and underscores.
    """
    if not _CATEGORY.fullmatch(category):
        raise DataError(
            f"category {category!r} cannot name a product",
            where=first_raw,
            accepted="capitals, digits and _, e.g. MASTER_BIAS",
        )
    return f"{first_raw}_{category}"


def product_dp_id(first_raw: str, category: str, version: int) -> str:
    """Return the DP ID of version `version` (from 1) of a product."""
    return f"{product_stem(first_raw, category)}_v{version}"


def version_of(dp_id: str) -> int:
    """Return the version that a product's DP ID names; 1 for a raw frame."""
    found = _VERSION.search(dp_id)
    return int(found.group(1)) if found else 1
