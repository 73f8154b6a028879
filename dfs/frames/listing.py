"""Every FITS file of a folder as a record: classified or not, readable or not, none left out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from dfs.errors import DataError, NotFoundError
from dfs.frames.headers import HeaderReader
from dfs.frames.records import RecordMaker, dp_id_of, wanted_keywords
from dfs.model import FrameRecord
from dfs.progress import Progress, Silent

__all__ = ["SUFFIXES", "find_files", "iterate", "scan"]

SUFFIXES = (".fits", ".fits.gz", ".fits.fz", ".fits.Z", ".fit", ".fts", ".tfits")
_STEP = 100  # files between two reports of progress


def scan(places: str | Path | Iterable[str | Path], progress: Progress | None = None) -> list[FrameRecord]:
    """Return a record of every FITS file in `places`, sorted by start of exposure and path.

    Parameters
    ----------
    places
        A folder (with those below it), a file, or several of either. A file named by the caller is taken whatever its name.
    progress
        Told of every hundred files; may cancel.

    Returns
    -------
    list of FrameRecord
        A file or folder that cannot be read is there too, with its `problem`.

    Raises
    ------
    NotFoundError
        One of `places` does not exist.
    """
    records = list(iterate(places, progress))
    records.sort(key=lambda record: (record.mjd_obs is None, record.mjd_obs or 0.0, str(record.path)))
    return records


def iterate(places: str | Path | Iterable[str | Path], progress: Progress | None = None) -> Iterator[FrameRecord]:
    """Yield the records of `scan` in the order of their paths, one at a time, in bounded memory."""
    progress = progress or Silent()
    reader, maker = HeaderReader(wanted_keywords()), RecordMaker()
    progress.begin("reading headers")
    count = 0
    for path, problem in _all_files(places):
        if problem is None:
            yield _read(path, reader, maker)
        else:
            yield FrameRecord(Path(path), problem=problem)
        count += 1
        if count % _STEP == 0:
            progress.step(count=_STEP)
    progress.step(count=count % _STEP)
    progress.end()


def find_files(folder: str | Path) -> Iterator[tuple[str, str | None]]:
    """Yield (absolute path, problem) of every FITS file below `folder`, by name; hidden ones are left out.

    A folder that cannot be read is yielded itself, with its problem.
    """
    waiting = [(str(folder), True)]  # no recursion: folders may lie deeper than Python's stack is
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            yield path, None
            continue
        try:
            with os.scandir(path) as entries:
                found = sorted(entries, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            yield path, f"the folder cannot be read: {error.strerror}"
            continue
        for entry in found:
            is_below = entry.is_dir(follow_symlinks=False)
            if not entry.name.startswith(".") and (is_below or entry.name.endswith(SUFFIXES)):
                waiting.append((entry.path, is_below))


def _all_files(places: str | Path | Iterable[str | Path]) -> Iterator[tuple[str, str | None]]:
    for place in [places] if isinstance(places, str | Path) else places:
        path = os.path.abspath(place)  # noqa: PTH100 - links are kept as they are
        if os.path.isdir(path):  # noqa: PTH112
            yield from find_files(path)
        elif os.path.lexists(path):
            yield path, None
        else:
            raise NotFoundError("there is no such file or folder", where=path)


def _read(path: str, reader: HeaderReader, maker: RecordMaker) -> FrameRecord:
    where = Path(path)
    try:
        header = reader.read(path)
    except DataError as error:
        problem = error.message
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror}"
    else:
        return maker.make(where, header.values, header.problem)
    return FrameRecord(where, dp_id=dp_id_of({}, where), problem=problem)
