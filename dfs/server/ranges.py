"""Parts of files and conditions on them, as HTTP has them (RFC 9110): ``Range``, ``If-Range``, ``If-None-Match``, ``If-Match``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from dfs.errors import UsageError

__all__ = ["RangeError", "etag_of", "http_date", "is_unchanged", "misses", "part_of"]

_RANGE = re.compile(r"bytes=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.IGNORECASE)


class RangeError(UsageError):
    """The part asked for lies beyond the end of the file."""

    status = 416


def part_of(headers: Mapping[str, str], size: int, etag: str, modified: str) -> tuple[int, int] | None:
    """Return the part wanted as (first, end), end not included; None: the whole file.

    What is no range of bytes, several ranges at once, and a range of a version that is no more (``If-Range``) mean the whole file.

    Raises
    ------
    RangeError
        The range lies beyond the end.
    """
    found = _RANGE.fullmatch(headers.get("range", ""))
    if found is None or found.group(1) == found.group(2) == "":
        return None
    if headers.get("if-range", etag).strip() not in {etag, http_date(modified)}:
        return None
    first_text, last_text = found.groups()
    if first_text == "":
        length = min(int(last_text), size)
        first, end = size - length, size
    else:
        first = int(first_text)
        end = min(int(last_text) + 1, size) if last_text else size
        if last_text and int(last_text) < first:
            return None  # no valid range: as if there were none
    if first >= end:
        raise RangeError("the part asked for lies beyond the end of the file", where="Range", accepted=f"0-{size - 1}")
    return first, end


def is_unchanged(headers: Mapping[str, str], etag: str) -> bool:
    """Tell whether the client has this version already."""
    return _names(headers.get("if-none-match"), etag)


def misses(headers: Mapping[str, str], etag: str) -> bool:
    """Tell whether the client wants another version, and no other (``If-Match``)."""
    return "if-match" in headers and not _names(headers["if-match"], etag)


def _names(text: str | None, etag: str) -> bool:
    tags = {one.strip().removeprefix("W/") for one in (text or "").split(",")}
    return "*" in tags or etag in tags


def etag_of(sha256: str) -> str:
    """Return the entity tag of a content."""
    return f'"{sha256}"'


def http_date(time: str) -> str:
    """Return a time (UTC ISO 8601) as HTTP writes it, to the second."""
    return format_datetime(datetime.fromisoformat(time).replace(tzinfo=UTC, microsecond=0), usegmt=True)
