"""Sets of frames: the plain text files with which EsoRex is fed, one ``path TAG`` a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dfs.errors import DataError, NotFoundError

__all__ = ["SofEntry", "format_sof", "read_sof"]

# Names of grisms and filters hold a hash (``Gr#3``), so only one that begins a word is a comment.
_COMMENT = re.compile(r"(^|\s)#.*")


@dataclass(frozen=True, slots=True)
class SofEntry:
    """A file and the tag under which the recipe sees it; `name` is what provenance calls it (default: its own)."""

    path: Path
    tag: str
    name: str | None = None


def read_sof(path: Path) -> tuple[SofEntry, ...]:
    """Return the entries of a set-of-frames file.

    Empty lines and everything after a ``#`` that begins a word are left out; a relative path is taken from the current folder as EsoRex does,
    else from the folder of the file; ``$VARIABLES`` are not expanded.

    Raises
    ------
    NotFoundError
        The file, or a frame named in it, is not there.
    DataError
        A line has no tag, or the file is empty; names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotFoundError("there is no such set of frames", where=str(path)) from error
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise DataError("a set of frames is a text file", where=str(path), accepted="lines of: PATH TAG") from error
    entries = tuple(
        _entry(line, path, number)
        for number, line in enumerate(text.splitlines(), start=1)
        if _COMMENT.sub("", line).strip()
    )
    if not entries:
        raise DataError("the set of frames is empty", where=str(path), accepted="lines of: PATH TAG")
    return entries


def format_sof(entries: Iterable[SofEntry]) -> str:
    """Return the text of a set-of-frames file."""
    return "".join(f"{entry.path} {entry.tag}\n" for entry in entries)


def _entry(line: str, sof: Path, number: int) -> SofEntry:
    where = f"{sof}, line {number}"
    # The tag is the last word, so that a path may hold blanks.
    words = _COMMENT.sub("", line).rsplit(None, 1)
    if len(words) < 2:
        raise DataError(f"{line.strip()!r} has no tag", where=where, accepted="PATH TAG, e.g. bias1.fits BIAS")
    name, tag = words[0].strip(), words[1]
    path = Path(name)
    if not path.is_absolute() and not path.exists():
        path = sof.parent / path
    if not path.is_file():
        raise NotFoundError(f"there is no frame {name}", where=where, hint="correct the path")
    return SofEntry(path.resolve(), tag)
