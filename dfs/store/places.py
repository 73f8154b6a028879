"""Names of files and where they lie inside a volume."""

from __future__ import annotations

import re

from dfs.errors import DataError

__all__ = ["check_name", "location"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,219}")
_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")


def check_name(name: str) -> str:
    """Return `name` if it is safe as a file name on every disk; `DataError` else (no path, no dots alone, no spaces)."""
    if not _NAME.fullmatch(name) or ".." in name:
        raise DataError(
            f"the name {name!r} cannot be archived",
            accepted="letters, digits and . _ : + -, beginning with a letter or digit",
        )
    return name


def location(name: str) -> str:
    """Return where file `name` lies inside a volume: a folder by the date in its name, ``undated`` without one."""
    date = _DATE.search(check_name(name))
    return f"{date.group() if date else 'undated'}/{name}"
