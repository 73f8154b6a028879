"""The way into the file store.

A file comes in by steps, so that a crash at any moment leaves it fully visible or absent:

1. *stage*: copied to ``staging/<token>/<number>`` on every volume, fsync;
2. *publish* (under the database's writer's lock): the staged file is renamed to carry its final name, fsync of the staging
   folder, then linked into its date folder, fsync of that folder;
3. the caller commits the row, and only then acknowledges;
4. *finish*: the staged names go.

A process that dies leaves its staging folder behind.  `recover` finds it (nobody holds its lock any more) and settles each
file: with a row it stays, without one it goes, for it was never acknowledged.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dfs.errors import DfsError
from dfs.store.durable import Fingerprint, copy_durably, disk_errors, link_new, make_folder, set_aside, sync_folder
from dfs.store.places import location

__all__ = ["Staged", "Staging", "Transfer"]

_MARK = "@"  # between number and final name of a staged file; no name holds it


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that is on disk in every volume's staging folder, not yet visible."""

    token: str
    number: int
    fingerprint: Fingerprint


class Transfer:
    """Files on their way in; made by `Staging.transfer`."""

    def __init__(self, staging: Staging, token: str) -> None:
        self._staging = staging
        self.token = token
        self._count = 0

    def stage(self, source: Path) -> Staged:
        """Copy `source` durably into staging on every volume.

        Raises
        ------
        NotFoundError, AccessError, DataError
            The source is at fault.
        ServiceError
            A volume is at fault: full, read-only, broken.
        """
        number, self._count = self._count, self._count + 1
        targets = [folder / str(number) for folder in self._staging.folders(self.token)]
        with disk_errors(targets[0], "store the file"):
            for target in targets:
                make_folder(target.parent)
            return Staged(self.token, number, copy_durably(source, targets))

    def publish(self, named: Iterable[tuple[Staged, str]]) -> None:
        """Make staged files visible under their final names; the caller holds the writer's lock and no row bears the names.

        A file without a row that stands in the way (left by a crash) is moved to quarantine.
        """
        pairs = list(named)
        for volume, folder in zip(self._staging.volumes, self._staging.folders(self.token), strict=True):
            with disk_errors(folder, "store the file"):
                self._publish_on(volume, folder, pairs)

    def _publish_on(self, volume: Path, folder: Path, pairs: list[tuple[Staged, str]]) -> None:
        for staged, name in pairs:
            (folder / str(staged.number)).rename(folder / f"{staged.number}{_MARK}{name}")
        sync_folder(folder)  # from here on, recovery knows which names are ours
        homes = []
        for staged, name in pairs:
            target = volume / location(name)
            make_folder(target.parent)
            if target.exists():
                set_aside(target, volume)
            link_new(folder / f"{staged.number}{_MARK}{name}", target)
            homes.append(target.parent)
        for home in dict.fromkeys(homes):
            sync_folder(home)


class Staging:
    """The staging folders of all volumes, and the locks that tell living transfers from dead ones."""

    def __init__(self, volumes: Sequence[Path]) -> None:
        self.volumes = volumes

    def folders(self, token: str) -> list[Path]:
        """Return the staging folder of a transfer on each volume."""
        return [volume / "staging" / token for volume in self.volumes]

    @contextmanager
    def transfer(self, settle: Callable[[str], object]) -> Iterator[Transfer]:
        """Give a `Transfer`; at its end staged names are settled.

        Parameters
        ----------
        settle
            Called with the token when the transfer failed after something may have become visible: must call `Staging.settle`
            while holding the writer's lock.  When even that fails, the next `recover` does it.
        """
        token, lock = self._claim()
        try:
            try:
                yield Transfer(self, token)
            except BaseException:
                with suppress(DfsError):
                    settle(token) if self._published(token) else self.finish(token)
                raise
            self.finish(token)
        finally:
            os.close(lock)

    def finish(self, token: str) -> None:
        """Remove what staging holds of a transfer; the lock's name goes last."""
        for folder in reversed(self.folders(token)):
            shutil.rmtree(folder, ignore_errors=True)
        self._lock_path(token).unlink(missing_ok=True)

    def settle(self, token: str, is_known: Callable[[str], bool]) -> list[str]:
        """Remove files of an interrupted transfer that got no row; return their places.  Hold the writer's lock.

        Parameters
        ----------
        is_known
            Tells whether a row bears this place.
        """
        removed = []
        for volume, folder in zip(self.volumes, self.folders(token), strict=True):
            with disk_errors(folder, "clear what an interrupted ingest left"):
                for staged in self._marked(folder):
                    place = location(staged.name.partition(_MARK)[2])
                    target = volume / place
                    if is_known(place) or not (target.exists() and target.samefile(staged)):
                        continue
                    target.unlink()
                    sync_folder(target.parent)
                    removed.append(place)
        self.finish(token)
        return list(dict.fromkeys(removed))

    def abandoned(self) -> Generator[str]:
        """Give the tokens of transfers whose process is gone, each with its lock held until the next is asked for."""
        tokens = {
            entry.name.removesuffix(".lock")
            for volume in self.volumes
            if (volume / "staging").is_dir()
            for entry in (volume / "staging").iterdir()
        }
        for token in sorted(tokens):
            with self._seized(token) as seized:
                if seized:
                    yield token

    def _published(self, token: str) -> bool:
        return any(self._marked(folder) for folder in self.folders(token))

    @staticmethod
    def _marked(folder: Path) -> list[Path]:
        return sorted(entry for entry in folder.iterdir() if _MARK in entry.name) if folder.is_dir() else []

    def _lock_path(self, token: str) -> Path:
        return self.volumes[0] / "staging" / f"{token}.lock"

    def _claim(self) -> tuple[str, int]:
        """Return a new token and the handle that holds its lock for as long as this process lives."""
        with disk_errors(self.volumes[0], "store files"):
            for volume in self.volumes:
                make_folder(volume / "staging")
            while True:
                token = secrets.token_hex(8)
                path = self._lock_path(token)
                handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
                fcntl.flock(handle, fcntl.LOCK_EX)
                if os.fstat(handle).st_nlink:  # nobody swept it between the making and the locking
                    return token, handle
                os.close(handle)

    @contextmanager
    def _seized(self, token: str) -> Iterator[bool]:
        """Hold the lock of a transfer; False when its process lives (or when it is not ours to judge)."""
        try:
            handle = os.open(self._lock_path(token), os.O_RDWR)
        except FileNotFoundError:  # names go before the lock does: what is left of it is nobody's
            yield True
            return
        except OSError:
            yield False
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield True
        except BlockingIOError:
            yield False
        finally:
            os.close(handle)

    @contextmanager
    def spare(self, volume: Path) -> Iterator[Path]:
        """Give a free name in the staging folder of `volume`, gone at the end."""
        token, lock = self._claim()
        try:
            folder = volume / "staging" / token
            make_folder(folder)
            yield folder / "0"
        finally:
            self.finish(token)
            os.close(lock)
