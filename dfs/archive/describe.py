"""What a file's header tells the archive: the columns of its row, and the header itself, whole."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dfs.errors import DataError, NotFoundError, ServiceError
from dfs.model import Header, HeaderValue

__all__ = ["EXTENSIONS", "Description", "describe", "file_suffix", "keywords_of"]

EXTENSIONS = (
    "extensions"  # beside the keywords, in small letters as no keyword is: headers of the extensions of a product
)
_LARGEST = 2**63 - 1  # integers beyond are kept as floating point
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
    is_science
        Its header follows the standard for science data products: it names a PRODCATG.
    """

    category: str | None = None
    observation_category: str | None = None
    is_science: bool = False
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
    from dfs.instruments.eso import known_instrument

    header = _header(path)
    found = instruments.of(header)
    known = known_instrument(header.get("INSTRUME"))
    science = _word(header.get("PRODCATG")) or ""
    prefix = found.dp_prefix if found else known.prefix
    return Description(
        category=_word(header.get("ESO PRO CATG")) or science.replace(".", "_") or _word(header.get("ESO DPR CATG")),
        is_science=bool(science),
        observation_category=_word(header.get("ESO DPR CATG")),
        instrument=found.name if found else known.name or _word(header.get("INSTRUME")),
        raw_dp_id=_raw_dp_id(header, prefix, path),
        mjd_obs=_number(header.get("MJD-OBS")),
        target=_word(header.get("ESO OBS TARG NAME") or header.get("OBJECT")),
        programme=_word(header.get("ESO OBS PROG ID") or header.get("PROG_ID")),
        exposure_s=_number(header.get("EXPTIME")),
        keywords=keywords_of(path, header),
    )


def keywords_of(path: Path, header: Header) -> dict[str, Any]:
    """Return what is kept of a file's headers: the whole primary header, and of a product those of its extensions.

    Extensions stand as a list under `EXTENSIONS`.  With them, rows of tables are made without opening the file again.
    """
    from dfs.frames.whole import extension_headers

    kept: dict[str, Any] = {keyword: _json(value) for keyword, value in header.items()}
    if "PRODCATG" in header or "ESO PRO CATG" in header:
        kept[EXTENSIONS] = [
            {keyword: _json(value) for keyword, value in one.items() if not keyword.startswith("ESO ")}
            for one in extension_headers(path)
        ]
    return kept


def _header(path: Path) -> Header:
    """Return the whole primary header."""
    from dfs.frames.whole import primary_header

    try:
        return primary_header(path)
    except FileNotFoundError as error:
        raise NotFoundError("there is no such file", where=str(path)) from error
    except OSError as error:
        raise ServiceError(f"cannot be read: {error.strerror}", where=str(path)) from error


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
    """Return a header value as JSON and every database take it: no NaN, no infinity, no huge integer, no control characters."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str) and not value.isprintable():
        return "".join(letter if letter.isprintable() else " " for letter in value)
    return float(value) if type(value) is int and abs(value) > _LARGEST else value
