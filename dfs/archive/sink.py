"""The archive as the pipeline sees it: fulfils `dfs.pipeline.sink.Sink`."""

from __future__ import annotations

from collections.abc import Sequence

from dfs.archive.archive import Archive
from dfs.archive.entries import ArchivedFile, Submission
from dfs.errors import DfsError
from dfs.pipeline.sink import Also, Delivery, Kept
from dfs.store.durable import fingerprint

__all__ = ["ArchiveSink"]


class ArchiveSink:
    """Takes a reduction's files into the archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def deliver(self, deliveries: Sequence[Delivery], *, also: Also | None = None) -> tuple[Kept, ...]:
        """Archive all of `deliveries` in one transaction, or none."""
        submissions = [
            Submission(one.path, one.kind, one.category, one.parents, datasum=one.datasum) for one in deliveries
        ]
        archived = self._archive.ingest_many(
            submissions,
            also=None
            if also is None
            else lambda connection, entries: also(connection, [_kept(one) for one in entries]),
        )
        return tuple(_kept(one) for one in archived)

    def find(self, dp_ids: Sequence[str]) -> dict[str, Kept]:
        """Return those of `dp_ids` that are online and whose file is there; products and reports only when it is unchanged.

        Work is spared on the strength of these, so they are read and compared with their checksum; what somebody changed is
        made anew.
        """
        return {one.dp_id: _kept(one) for one in self._archive.find_all(dp_ids) if _is_there(one) and _is_whole(one)}

    def products(self) -> list[Kept]:
        """Return all products that are online and whose file is there."""
        return [_kept(one) for one in self._archive.list(kind="product") if _is_there(one)]

    def parents(self, dp_id: str) -> tuple[str, ...]:
        """Return the DP IDs a product was made from."""
        return self._archive.parents(dp_id)


def _is_there(one: ArchivedFile) -> bool:
    return one.state == "online" and one.path.is_file()


def _is_whole(one: ArchivedFile) -> bool:
    if one.kind == "raw":  # the pipeline reads the user's copy
        return True
    try:
        return one.path.stat().st_size == one.bytes and fingerprint(one.path).sha256 == one.sha256
    except (OSError, DfsError):
        return False


def _kept(one: ArchivedFile) -> Kept:
    return Kept(one.dp_id, one.path, one.category, one.kind, one.sha256, one.datasum, one.version)
