"""What a file's header tells the archive: the columns of its row and the keywords that searches need."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dfs.errors import DataError
from dfs.model import Header, HeaderValue

__all__ = ["KEYWORDS", "Description", "describe", "file_suffix"]

KEYWORDS = (
    *("INSTRUME", "TELESCOP", "OBJECT", "RA", "DEC", "EQUINOX", "EXPTIME", "MJD-OBS", "MJD-END", "DATE-OBS", "ORIGIN"),
    *("ARCFILE", "ORIGFILE", "PRODCATG", "PROG_ID", "DATAMD5", "WAVELMIN", "WAVELMAX", "SPEC_RES", "SNR", "ABMAGLIM"),
    *(
        "ESO DPR CATG",
        "ESO DPR TYPE",
        "ESO DPR TECH",
        "ESO PRO CATG",
        "ESO PRO TYPE",
        "ESO PRO TECH",
        "ESO PRO REC1 ID",
    ),
    *("ESO OBS ID", "ESO OBS NAME", "ESO OBS PROG ID", "ESO OBS TARG NAME", "ESO OBS CONTAINER ID", "ESO OBS TPLNO"),
    *("ESO TPL ID", "ESO TPL START", "ESO TPL EXPNO", "ESO TPL NEXP", "ESO TEL AIRM START", "ESO TEL AIRM END"),
    *(
        "ESO TEL AMBI FWHM START",
        "ESO TEL AMBI FWHM END",
        "ESO DET READ CLOCK",
        "ESO DET WIN1 BINX",
        "ESO DET WIN1 BINY",
    ),
    *("ESO DET CHIP1 ID", "ESO INS MODE", "ESO INS FILT1 NAME", "ESO INS GRIS1 NAME", "ESO INS SLIT1 NAME"),
)
_SUFFIXES = (".fits.gz", ".fits.fz", ".fits.Z", ".fits", ".ipynb", ".html", ".json", ".log", ".txt", ".png")


@dataclass(frozen=True)
class Description:
    """What the archive keeps of a header.

    Attributes
    ----------
    raw_dp_id
        Identifier as a raw frame; None when the header gives none.
    observation_category
        DPR CATG, which decides on the proprietary period.
    """

    category: str | None = None
    observation_category: str | None = None
    instrument: str | None = None
    raw_dp_id: str | None = None
    mjd_obs: float | None = None
    target: str | None = None
    programme: str | None = None
    exposure_s: float | None = None
    keywords: Mapping[str, Any] | None = None


def file_suffix(path: Path) -> str:
    """Return the suffix under which a file is kept; `DataError` for kinds of file the archive does not take."""
    name = path.name
    for suffix in _SUFFIXES:
        if name.lower().endswith(suffix.lower()):
            return suffix
    if name.lower().endswith(".fit"):
        return ".fits"
    raise DataError("the archive does not take this kind of file", where=str(path), accepted=", ".join(_SUFFIXES))


def describe(path: Path) -> Description:
    """Return what the header of `path` tells; for a file that is not FITS, nothing.

    Raises
    ------
    DataError
        The name says FITS and the content is something else.
    """
    if ".fits" not in file_suffix(path):
        return Description()
    from dfs import instruments  # listing the archive needs none of these
    from dfs.frames.headers import read_header

    header = read_header(path, KEYWORDS)
    found = instruments.of(header)
    return Description(
        category=_word(header.get("ESO PRO CATG") or header.get("ESO DPR CATG")),
        observation_category=_word(header.get("ESO DPR CATG")),
        instrument=found.name if found else _word(header.get("INSTRUME")),
        raw_dp_id=_raw_dp_id(header, found.dp_prefix if found else "", path),
        mjd_obs=_number(header.get("MJD-OBS")),
        target=_word(header.get("ESO OBS TARG NAME") or header.get("OBJECT")),
        programme=_word(header.get("ESO OBS PROG ID") or header.get("PROG_ID")),
        exposure_s=_number(header.get("EXPTIME")),
        keywords={keyword: _json(header[keyword]) for keyword in KEYWORDS if header.get(keyword) is not None},
    )


def _raw_dp_id(header: Header, prefix: str, path: Path) -> str | None:
    from dfs.products.dp_id import raw_dp_id

    try:
        return raw_dp_id(header, prefix, str(path))
    except DataError:
        return None


def _word(value: HeaderValue) -> str | None:
    return str(value).strip() or None if value is not None else None


def _number(value: HeaderValue) -> float | None:
    return (
        float(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        else None
    )


def _json(value: HeaderValue) -> HeaderValue:
    """Return a header value as JSON takes it: no NaN, no infinity."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
