"""Fetching a delivery into a folder: what is there already, with its checksum, is not fetched again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dfs.archive.deliveries.delivery import Delivery, Item
from dfs.archive.deliveries.readme import readme
from dfs.errors import AccessError, ConflictError, DataError, NotFoundError
from dfs.progress import Progress
from dfs.store.durable import disk_errors, fingerprint, make_folder

__all__ = ["Fetched", "fetch_delivery"]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of fetching a delivery.

    Attributes
    ----------
    folder
        Where its files and its README.txt are.
    files
        All files that are there now.
    refused
        Names of files that could not be had, with the reason; another file of a name that is there stays.
    """

    folder: Path
    files: tuple[Path, ...]
    refused: tuple[tuple[str, str], ...] = ()


def fetch_delivery(
    delivery: Delivery,
    folder: Path,
    fetch: Callable[[str, Path], Path],
    night_log: Callable[[str], str],
    progress: Progress,
) -> Fetched:
    """Put what a delivery lists into `folder`.

    Parameters
    ----------
    fetch
        Puts the file of a DP ID into a folder.
    night_log
        Returns the night log of a DP ID.
    progress
        One step a file.

    Raises
    ------
    ServiceError
        The folder cannot be written, or the archive cannot be reached: the next call goes on from there.
    """
    with disk_errors(folder, "write the delivery"):
        make_folder(folder)
        (folder / "README.txt").write_text(readme(delivery), encoding="utf-8")
    there: list[Path] = []
    refused: list[tuple[str, str]] = []
    progress.begin("fetch", len(delivery.items))
    for item in delivery.items:
        target = folder / Path(item.name).name
        try:
            if not _is_there(target, item):
                if item.role == "night log":
                    with disk_errors(target, "write the night log"):
                        target.write_text(night_log(item.dp_id), encoding="utf-8")
                else:
                    target = fetch(item.dp_id, folder)
            there.append(target)
        except (AccessError, ConflictError, DataError, NotFoundError) as error:
            refused.append((item.name, error.message))
        progress.step(item.name)
    progress.end()
    return Fetched(folder, tuple(there), tuple(refused))


def _is_there(target: Path, item: Item) -> bool:
    if not target.is_file():
        return False
    return item.role == "night log" or fingerprint(target).sha256 == item.sha256
