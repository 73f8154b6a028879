"""Identifiers of files as clients send them: a DP ID, or the IVOA identifier made of it."""

from __future__ import annotations

import re

from dfs.errors import NotFoundError

__all__ = ["dp_id_of", "ivo_id", "no_such_file"]

_PREFIX = re.compile(r"ivo://eso\.org/ID\?", re.IGNORECASE)
_DP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,199}")
_SHOWN = 80


def dp_id_of(identifier: str) -> str:
    """Return the DP ID that `identifier` names: itself, or what follows ``ivo://eso.org/ID?``.

    Raises
    ------
    NotFoundError
        No file can have this name: the answer is the one for a name that no file has.
    """
    text = identifier.strip()
    found = _PREFIX.match(text)
    dp_id = text[found.end() :] if found else text
    if not _DP_ID.fullmatch(dp_id) or ".." in dp_id:
        raise no_such_file(dp_id)
    return dp_id


def ivo_id(dp_id: str) -> str:
    """Return the IVOA identifier of a file."""
    return f"ivo://eso.org/ID?{dp_id}"


def no_such_file(dp_id: str) -> NotFoundError:
    """Return the error for a file that is not there, or that the user may not know of."""
    shown = dp_id if len(dp_id) <= _SHOWN else f"{dp_id[:_SHOWN]}..."
    return NotFoundError(f"no file {shown!r} in the archive", hint="see: dfs archive list")
