"""The files of jobs: what was uploaded with them, and their results, in ``<root>/jobs/<id>/``."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from dfs.errors import NotFoundError
from dfs.store.durable import disk_errors

__all__ = ["JobFolders"]

_ID = re.compile(r"[0-9a-f]{32}")
_ORPHAN_AFTER_S = 86_400  # a folder without a row this old was left by a crash


class JobFolders:
    """Folders of jobs under `root`; ids that this server did not make have none."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def of(self, job_id: str) -> Path:
        """Return the folder of a job; `NotFoundError` when `job_id` is not of our making."""
        if not _ID.fullmatch(job_id):
            raise NotFoundError("no such job", where=job_id[:80])
        return self.root / job_id

    def make(self, job_id: str, uploads: Mapping[str, bytes]) -> None:
        """Make the folder of a new job and put its uploads there, each under its number in the order given."""
        folder = self.of(job_id)
        with disk_errors(folder, "keep the job"):
            folder.mkdir(parents=True)
            for number, content in enumerate(uploads.values()):
                (folder / f"upload-{number}").write_bytes(content)

    def add_upload(self, job_id: str, content: bytes) -> str:
        """Keep one more upload and return the name of its file."""
        folder = self.of(job_id)
        with disk_errors(folder, "keep the upload"):
            number = len(list(folder.glob("upload-*")))
            (folder / f"upload-{number}").write_bytes(content)
        return f"upload-{number}"

    def result(self, job_id: str) -> Path:
        """Return the path of a job's result, which may not be there yet."""
        return self.of(job_id) / "result"

    def write_result(self, job_id: str, chunks: Iterable[bytes]) -> int:
        """Write a result, whole or not at all, and return its bytes."""
        final = self.result(job_id)
        part, size = final.with_name("result.part"), 0
        with disk_errors(final, "keep the result"):
            try:
                with part.open("wb") as file:
                    for chunk in chunks:
                        size += file.write(chunk)
                part.replace(final)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        return size

    def count_attempt(self, job_id: str) -> int:
        """Note that a job begins once more after its runner died; return how often that happened."""
        file = self.of(job_id) / "resumed"
        with disk_errors(file, "keep the job"):
            count = (int(file.read_text()) if file.exists() else 0) + 1
            file.write_text(str(count))
        return count

    def remove(self, job_id: str) -> None:
        """Remove the files of a job."""
        shutil.rmtree(self.of(job_id), ignore_errors=True)

    def orphans(self, known: Iterable[str]) -> list[str]:
        """Return ids of old folders whose job is not among `known`."""
        if not self.root.is_dir():
            return []
        found, oldest = [], time.time() - _ORPHAN_AFTER_S
        for folder in self.root.iterdir():
            with suppress(OSError):
                if _ID.fullmatch(folder.name) and folder.stat().st_mtime < oldest:
                    found.append(folder.name)
        return sorted(set(found) - set(known))
