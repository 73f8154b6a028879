"""The files of jobs: what was uploaded with them, and their results, in ``<root>/jobs/<id>/``."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from dfs.errors import NotFoundError
from dfs.store.durable import disk_errors

__all__ = ["JobFolders"]

_INDEX = "uploads.json"
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

    def make(self, job_id: str, uploads: Mapping[str, BinaryIO]) -> None:
        """Make the folder of a new job, with its uploads by their names."""
        folder = self.of(job_id)
        with disk_errors(folder, "keep the job"):
            folder.mkdir(parents=True)
        if uploads:
            self.add_uploads(job_id, uploads)

    def add_uploads(self, job_id: str, uploads: Mapping[str, BinaryIO]) -> None:
        """Keep uploads of a job; one of the same name is replaced, and its file goes."""
        folder = self.of(job_id)
        files = {name: path.name for name, path in self.uploads(job_id).items()}
        replaced = [folder / files[name] for name in uploads if name in files]
        with disk_errors(folder, "keep the upload"):
            for name, content in uploads.items():
                files[name] = f"upload-{secrets.token_hex(8)}"
                with (folder / files[name]).open("xb") as target:
                    shutil.copyfileobj(content, target, 1 << 20)
            index = folder / "uploads.part"
            index.write_text(json.dumps(files), encoding="utf-8")
            index.replace(folder / _INDEX)
            for one in replaced:
                one.unlink(missing_ok=True)

    def uploads(self, job_id: str) -> dict[str, Path]:
        """Return the files uploaded with a job by the names they came under."""
        folder = self.of(job_id)
        index = folder / _INDEX
        with disk_errors(index, "read the uploads"):
            files = json.loads(index.read_text(encoding="utf-8")) if index.exists() else {}
        return {name: folder / file for name, file in files.items()}

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
