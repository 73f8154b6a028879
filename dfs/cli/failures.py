"""From any exception to one line, and the traceback to a log file."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click

from dfs.errors import Cancelled, DfsError, ServiceError, UsageError

__all__ = ["as_error", "keep_traceback", "one_line", "set_up_logging"]

_LOG_BYTES = 2_000_000  # a log larger than this is set aside once


def as_error(raised: BaseException) -> DfsError:
    """Return `raised` as an error of our own tree, ready to be said in one line."""
    match raised:
        case DfsError():
            return raised
        case click.exceptions.Abort() | KeyboardInterrupt():
            return Cancelled()
        case click.UsageError():
            return _usage(raised)
        case click.ClickException():
            return ServiceError(raised.format_message())
        case OSError():
            return ServiceError(raised.strerror or str(raised), where=str(raised.filename or ""), hint=_remedy(raised))
        case MemoryError():
            return ServiceError("out of memory", hint="use fewer workers: --workers 1")
        case _:
            return ServiceError(f"unexpected {type(raised).__name__}: {raised}")


def _usage(raised: click.UsageError) -> UsageError:
    """Return click's complaint with the names that would have been right."""
    path, accepted = "dfs", ""
    if raised.ctx is not None:
        path = " ".join(raised.ctx.command_path.split())  # a command may have no word of its own
        if isinstance(raised, click.exceptions.NoSuchCommand) and isinstance(raised.ctx.command, click.Group):
            accepted = ", ".join(raised.ctx.command.list_commands(raised.ctx))
    return UsageError(
        raised.format_message().rstrip("."),
        where=path.removeprefix("dfs").strip(),
        accepted=accepted,
        hint=f"see: {path} --help",
    )


def _remedy(error: OSError) -> str:
    """Return what to do about the usual faults of a file system."""
    import errno

    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "free some space, then give the same command again"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return "check the permissions of that file and its folder"
        case errno.ENOENT:
            return "check the name"
        case _:
            return ""


def set_up_logging(verbose: int) -> None:
    """Send log lines to standard error: warnings, with ``-v`` information, with ``-vv`` everything.

    Python's own warnings (of libraries, mostly) are shown from ``-v`` on only.
    """
    level = {0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("dfs")
    logger.handlers = [handler]
    logger.setLevel(level)
    if not verbose and not sys.warnoptions:
        import warnings

        warnings.simplefilter("ignore")


def one_line(text: str) -> str:
    """Return `text` with all that is no letter or sign written out: a file's name may hold line ends and orders to the terminal."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def keep_traceback(raised: BaseException, root: Path | None) -> Path | None:
    """Append the traceback of `raised` to the log and return the log's path; None when there is no place for it."""
    folder = root / "log" if root is not None and root.is_dir() and os.access(root, os.W_OK) else _log_folder()
    path = folder / "dfs.log"
    text = "".join(traceback.format_exception(raised))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _LOG_BYTES:
            path.replace(folder / "dfs.log.1")
        with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} dfs {' '.join(sys.argv[1:])}\n{text}\n")
    except OSError:
        return None
    return path


def _log_folder() -> Path:
    from platformdirs import user_log_path

    return user_log_path("vlt-dfs", appauthor=False)
