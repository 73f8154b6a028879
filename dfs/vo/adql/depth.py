"""Room for queries that are nested deep.

Reading, checking and printing go down a query level by level, each some frames of Python: what Python allows by default is used up by some
fifty parentheses, and machines write more. Such a query is taken once more with room for `dfs.vo.adql.tokens.MOST_NESTED` levels.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from dfs.vo.adql.errors import AdqlError

__all__ = ["with_room"]

T = TypeVar("T")

_FRAMES = 12_000  # MOST_NESTED levels of any kind fit, and take below 2 MB of a thread's stack (measured)
_lock = threading.Lock()
_inside = 0
_usual = 0


def with_room(work: Callable[[], T]) -> T:
    """Return what `work` returns; should it run out of frames, it is begun again with more.

    Raises
    ------
    AdqlError
        They do not suffice either.
    """
    try:
        return work()
    except Exception as error:
        if not _ran_out(error):
            raise
    try:
        with _more_frames():
            return work()
    except Exception as error:
        if not _ran_out(error):
            raise
        raise AdqlError("the query is nested too deep", hint="use fewer levels of parentheses") from None


def _ran_out(error: BaseException | None) -> bool:
    """Return whether frames are what was missing; sqlglot's tokenizer, of which some dialects have types read, raises its own error then."""
    while error is not None and not isinstance(error, RecursionError):
        error = error.__cause__ or error.__context__
    return error is not None


@contextmanager
def _more_frames() -> Iterator[None]:
    """Raise Python's limit, which all threads share, until the last one has left."""
    global _inside, _usual  # noqa: PLW0603 - it is the interpreter's own state that is kept here
    with _lock:
        if not _inside:
            _usual = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_usual, _FRAMES))
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                sys.setrecursionlimit(_usual)
