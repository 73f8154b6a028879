"""The raw frames of a folder on their way into a reduction: looked at, told apart, archived."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dfs.errors import DataError, DfsError, NotFoundError, ServiceError
from dfs.frames import frame_class_of, is_usable, scan
from dfs.model import FrameRecord
from dfs.pipeline.sink import Delivery, Sink
from dfs.progress import Progress
from dfs.store.durable import fingerprint

__all__ = ["RawFrame", "Rejection", "archive_frames", "look"]


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
    seen: dict[tuple[str, str], FrameRecord] = {}
    progress.begin("checksums", len(records))
    frames = []
    for record in records:
        frames.append(_look(record, seen))
        progress.step(record.path.name)
    progress.end()
    return frames


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


def _look(record: FrameRecord, seen: dict[tuple[str, str], FrameRecord]) -> RawFrame:
    rejection = next((found for found in (check(record) for check in _CHECKS) if found is not None), None)
    if rejection is not None:
        return RawFrame(record, rejection=rejection)
    try:
        content = fingerprint(record.path).content_sha256
    except DfsError as error:
        return RawFrame(record, rejection=Rejection("rejected", error.message, error))
    first = seen.setdefault((str(record.dp_id), content), record)
    if first is not record:
        return RawFrame(record, rejection=Rejection("duplicate", f"the same frame as {first.path.name}"))
    return RawFrame(record, content)


def _damaged(record: FrameRecord) -> Rejection | None:
    if record.problem is None or _is_unclassified(record):
        return None
    message, _, hint = record.problem.partition("; ")  # some problems bring their remedy along
    error = DataError(message, where=str(record.path), hint=hint or "fetch the file again, or leave it out")
    return Rejection("rejected", message, error)


def _unknown(record: FrameRecord) -> Rejection | None:
    return None if is_usable(record) else Rejection("unclassified", record.problem or "no class fits")


def _product(record: FrameRecord) -> Rejection | None:
    frame_class = frame_class_of(record)
    if frame_class is None or not frame_class.is_product:
        return None
    return Rejection("unused", "a product, not a raw frame: existing calibrations are taken from the archive")


def _nameless(record: FrameRecord) -> Rejection | None:
    if record.dp_id is not None:
        return None
    reason = "neither ARCFILE nor the file name gives a DP ID"
    return Rejection("rejected", reason, DataError(reason, where=str(record.path), keyword="ARCFILE"))


_CHECKS: tuple[Callable[[FrameRecord], Rejection | None], ...] = (_damaged, _unknown, _product, _nameless)


def _is_unclassified(record: FrameRecord) -> bool:
    return (record.problem or "").startswith("not classified")
