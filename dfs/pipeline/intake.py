"""The raw frames of a folder on their way into a reduction: looked at, told apart, archived."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dfs import instruments
from dfs.errors import DataError, DfsError, NotFoundError, ServiceError
from dfs.frames import frame_class_of, is_usable, scan
from dfs.model import FrameRecord
from dfs.pipeline.sink import Delivery, Sink
from dfs.products import read_frame
from dfs.products.dp_id import raw_dp_id
from dfs.products.raw import check_raw
from dfs.progress import Progress
from dfs.store.durable import fingerprint

__all__ = ["RawFrame", "Rejection", "archive_frames", "look", "unreadable"]

_ABSENT = re.compile(r"not classified: keyword (.+?) is missing")
_RESTORE = "restore the header from the archive's copy of this file, or leave the file out"
_MJD_RANGE = (15020.0, 88069.0)  # 1900 to 2100


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a frame takes no part: a word for its status, and one line; `error` where it is a fault of the file."""

    status: str
    reason: str
    error: DfsError | None = None


@dataclass(frozen=True, slots=True)
class RawFrame:
    """A file of the folder.

    Attributes
    ----------
    record
        What its header says.
    content
        SHA-256 of its content without gzip; empty for a frame that takes no part.
    rejection
        Why it takes no part; None when it does.
    """

    record: FrameRecord
    content: str = ""
    rejection: Rejection | None = None


def look(folder: Path, progress: Progress) -> list[RawFrame]:
    """Return every file of `folder`: those that may be reduced with their checksum, the others with the reason.

    Raises
    ------
    NotFoundError
        The folder is not there, or there is no FITS file in it.
    """
    if not folder.exists():
        raise NotFoundError("there is no such folder", where=str(folder), hint="check the name")
    records = scan(folder, progress)
    if not records:
        raise NotFoundError(
            "there is no FITS file in this folder", where=str(folder), accepted="*.fits, *.fits.gz, *.fits.fz"
        )
    seen: dict[str, tuple[FrameRecord, str]] = {}
    progress.begin("checksums", len(records))
    frames = []
    for record in records:
        frames.append(_look(record, seen))
        progress.step(record.path.name)
    progress.end()
    return frames


def unreadable(frames: Sequence[RawFrame], progress: Progress) -> dict[Path, DfsError]:
    """Read the raw frames whole and return the errors of those that are damaged, by path.

    One bad frame found here is left out alone; found by a recipe, it would take all frames reduced with it along.
    """
    errors: dict[Path, DfsError] = {}
    for one in frames:
        path = one.record.path
        try:
            check_raw(read_frame(path, name=str(path)))
        except DfsError as error:
            errors[path] = error
        progress.step(path.name)
    return errors


def archive_frames(frames: Sequence[RawFrame], sink: Sink) -> dict[Path, DfsError]:
    """Archive the raw frames, all at once; when that fails, one by one. Return the errors by path.

    Raises
    ------
    ServiceError
        Disk or database failed: no fault of a frame.
    """
    deliveries = [Delivery(one.record.path, "raw", one.record.frame_class) for one in frames]
    try:
        sink.deliver(deliveries)
    except ServiceError:
        raise
    except DfsError:
        return _one_by_one(deliveries, sink)
    return {}


def _one_by_one(deliveries: Iterable[Delivery], sink: Sink) -> dict[Path, DfsError]:
    errors: dict[Path, DfsError] = {}
    for one in deliveries:
        try:
            sink.deliver([one])
        except ServiceError:
            raise
        except DfsError as error:
            errors[one.path] = error
    return errors


def _look(record: FrameRecord, seen: dict[str, tuple[FrameRecord, str]]) -> RawFrame:
    rejection = next((found for found in (check(record) for check in _CHECKS) if found is not None), None)
    if rejection is not None:
        return RawFrame(record, rejection=rejection)
    try:
        content = fingerprint(record.path).content_sha256
    except DfsError as error:
        return RawFrame(record, rejection=Rejection("rejected", error.message, error))
    first, known = seen.setdefault(str(record.dp_id), (record, content))
    if first is record:
        return RawFrame(record, content)
    if known == content:
        return RawFrame(record, rejection=Rejection("duplicate", f"the same frame as {first.path.name}"))
    reason = f"{record.dp_id} is the name of {first.path.name} too, which has other content"
    hint = "keep the right one of the two: dfs archive get gives the archive's copy, where there is one"
    taken = DataError(reason, where=str(record.path), keyword="ARCFILE", hint=hint)
    return RawFrame(record, rejection=Rejection("rejected", reason, taken))


def _damaged(record: FrameRecord) -> Rejection | None:
    if record.problem is None or _is_unclassified(record):
        return None
    message, _, hint = record.problem.partition("; ")  # some problems bring their remedy along
    denied = message.endswith(": Permission denied")
    remedy = "allow reading it, or leave it out" if denied else "fetch the file again, or leave it out"
    error = DataError(message, where=str(record.path), hint=hint or remedy)
    return Rejection("rejected", message, error)


def _unknown(record: FrameRecord) -> Rejection | None:
    if is_usable(record):
        return None
    reason = record.problem or "no class fits"
    absent = _ABSENT.match(reason)
    is_raw = record.instrument is not None or record.category is not None  # else it is none of our business
    if absent is None or not is_raw or record.header.get("ESO PRO CATG") is not None:
        return Rejection("unclassified", reason)
    message = reason.removeprefix("not classified: ")
    return Rejection(
        "unclassified", reason, DataError(message, where=str(record.path), keyword=absent[1], hint=_RESTORE)
    )


def _impossible(record: FrameRecord) -> Rejection | None:
    """Judge the two values that everything rests on: when and how long."""
    low, high = _MJD_RANGE
    for keyword, lowest, highest, accepted in (
        ("MJD-OBS", low, high, f"a modified Julian date, {low:g} to {high:g}"),
        ("EXPTIME", 0.0, float("inf"), "seconds, 0 or more"),
    ):
        value = record.header.get(keyword)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and lowest <= float(value) <= highest:  # type: ignore[arg-type]
            continue
        reason = f"keyword {keyword} is missing" if value is None else f"{keyword} = {value} is impossible"
        error = DataError(reason, where=str(record.path), keyword=keyword, accepted=accepted, hint=_RESTORE)
        return Rejection("rejected", reason, error)
    return None


def _product(record: FrameRecord) -> Rejection | None:
    frame_class = frame_class_of(record)
    if frame_class is None or not frame_class.is_product:
        return None
    return Rejection("unused", "a product, not a raw frame: existing calibrations are taken from the archive")


def _nameless(record: FrameRecord) -> Rejection | None:
    """Refuse a frame whose name is unknown, or not the one under which the archive would keep it."""
    prefix = instruments.load(str(record.instrument)).dp_prefix
    try:
        kept = raw_dp_id(record.header, prefix)
    except DataError:
        kept = None
    if record.dp_id is not None and record.dp_id == kept:
        return None
    reason, hint = "neither ARCFILE nor the file name gives a DP ID", _RESTORE
    if record.dp_id is not None:
        reason = f"{record.dp_id!r} by ARCFILE or file name, but {kept} by the start of exposure"
        hint = "restore ARCFILE, or name the file after its start of exposure"
    error = DataError(reason, where=str(record.path), keyword="ARCFILE", hint=hint)
    return Rejection("rejected", reason, error)


_CHECKS: tuple[Callable[[FrameRecord], Rejection | None], ...] = (
    _damaged,
    _unknown,
    _product,
    _impossible,
    _nameless,
)


def _is_unclassified(record: FrameRecord) -> bool:
    return (record.problem or "").startswith("not classified")
