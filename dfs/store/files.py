"""The file store: immutable, checksummed files on one volume and its replicas; `dfs.store.staging` is the way in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dfs.errors import AccessError, DataError
from dfs.store.durable import copy_durably, disk_errors, fingerprint, link_new, make_folder, set_aside, sync_folder
from dfs.store.staging import Staging

__all__ = ["Copy", "FileStore"]


@dataclass(frozen=True, slots=True)
class Copy:
    """What was found of one copy of a file: ``good``, ``missing``, ``changed``, or ``unreadable`` (no permission, or its volume is not there)."""

    path: Path
    state: str


class FileStore:
    """Immutable files on a volume and its replicas.

    Parameters
    ----------
    volume
        Folder of the files.
    replicas
        Further folders, each with a copy of every file.
    """

    def __init__(self, volume: Path, replicas: Iterable[Path] = ()) -> None:
        self.volumes = (volume, *replicas)
        self.staging = Staging(self.volumes)

    def path(self, relative: str) -> Path:
        """Return where the file lies on the first volume."""
        return self.volumes[0] / relative

    def check(self, relative: str, sha256: str) -> list[Copy]:
        """Read every copy of a file and say of each whether it is good, missing or changed."""
        return [Copy(volume / relative, _state(volume, relative, sha256)) for volume in self.volumes]

    def quarantine(self, path: Path) -> Path:
        """Move a copy that must not be served to quarantine; return where it went."""
        return set_aside(path, self._volume_of(path))

    def heal(self, good: Path, bad: Path) -> None:
        """Put a copy of `good` where the copy `bad` was."""
        volume = self._volume_of(bad)
        with disk_errors(bad, "restore the file from a replica"), self.staging.spare(volume) as spare:
            copy_durably(good, [spare])
            make_folder(bad.parent)
            link_new(spare, bad)
            sync_folder(bad.parent)

    def copy_out(self, relative: str, sha256: str, target: Path) -> bool:
        """Copy a file to `target`, which appears only when its checksum is right; False when no copy has it.

        Raises
        ------
        ServiceError
            `target` cannot be written.
        """
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            for volume in self.volumes:
                if (volume / relative).is_file() and self._copied(volume / relative, sha256, part):
                    with disk_errors(target, "write the file"):
                        part.replace(target)
                        sync_folder(target.parent)
                    return True
        finally:
            part.unlink(missing_ok=True)
        return False

    def _volume_of(self, path: Path) -> Path:
        return next(volume for volume in self.volumes if path.is_relative_to(volume))

    def _copied(self, source: Path, sha256: str, part: Path) -> bool:
        part.unlink(missing_ok=True)
        with disk_errors(part.parent, "write the file"):
            try:
                found = copy_durably(source, [part])
            except (AccessError, DataError):
                return False
            part.chmod(0o644)  # the archive's own are read-only, a copy is the user's
        return found.sha256 == sha256


def _state(volume: Path, relative: str, sha256: str) -> str:
    path = volume / relative
    if not path.is_file():
        return "missing" if _is_there(volume) else "unreadable"
    try:
        return "good" if fingerprint(path).sha256 == sha256 else "changed"
    except AccessError:
        return "unreadable"
    except DataError:  # a fault of the disk while reading
        return "changed"


def _is_there(volume: Path) -> bool:
    """Tell whether a volume has anything on it: a disk that is not mounted says nothing about its files."""
    try:
        return any(volume.iterdir())
    except OSError:
        return False
