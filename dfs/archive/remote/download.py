"""Fetching files over HTTP: resumed where they broke off, proved where the archive tells their checksum, never half there."""

from __future__ import annotations

import hashlib
import re
import time
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from dfs.archive.remote.session import Session
from dfs.errors import ConflictError, DataError, ServiceError, UsageError
from dfs.progress import Progress
from dfs.store.durable import disk_errors, fingerprint, make_folder, sync_folder

if TYPE_CHECKING:
    import requests

__all__ = ["fetch"]

_PIECE = 1 << 20
_ATTEMPTS = 5
_NAME = re.compile(r'filename="?([^";]+)"?')
_DIGEST = re.compile(r"sha-256=:?([A-Za-z0-9+/=]+):?")


def fetch(session: Session, url: str, dp_id: str, folder: Path, progress: Progress, *, pause_s: float = 0.5) -> Path:
    """Put the file at `url` into `folder` under the name that the archive gives it, and return where it is.

    What came before a connection broke is kept beside it as ``.<dp_id>.part`` and continued, now or by the next call.

    Raises
    ------
    ConflictError
        A file of this name with other content is in `folder`.
    DataError
        What came is not what the archive says it sent.
    AccessError, NotFoundError, ServiceError
        From the archive, or from the way there.
    """
    with disk_errors(folder, "write the file"):
        make_folder(folder)
    part = folder / f".{_safe(dp_id)}.part"
    for attempt in range(_ATTEMPTS):
        try:
            answer = _receive(session, url, part)
            break
        except UsageError:
            if not part.is_file():
                raise
            _forget(part)  # nothing follows what is here, as when all of it came before: begin anew
        except ServiceError:
            if attempt + 1 == _ATTEMPTS:
                raise
            time.sleep(pause_s * 2**attempt)
    target = folder / _name(answer, dp_id)
    digest = _digest(answer)
    found = fingerprint(part)
    if digest is not None and found.sha256 != digest:
        _forget(part)
        raise DataError("what came is not what the archive sent: its checksum differs", where=url, hint="try again")
    if target.exists() and fingerprint(target).sha256 != found.sha256:
        raise ConflictError("another file of this name is here", where=str(target), hint="name another folder")
    with disk_errors(target, "write the file"):
        part.replace(target)
        sync_folder(folder)
    _forget(part)
    progress.step(dp_id)
    return target


def _receive(session: Session, url: str, part: Path) -> requests.Response:
    """Append to `part` what is still missing; `ServiceError` when the connection breaks before the end."""
    import requests

    have, mark = (part.stat().st_size if part.is_file() else 0), part.with_suffix(".etag")
    headers = {"Accept-Encoding": "identity"}
    if have and mark.is_file():  # only what is certainly of the same file is continued
        headers |= {"Range": f"bytes={have}-", "If-Range": mark.read_text(encoding="ascii")}
    answer = session.ask("GET", url, headers=headers, stream=True)
    with answer, disk_errors(part, "write the file"):
        is_continued = answer.status_code == requests.codes.partial_content
        if "ETag" in answer.headers:
            mark.write_text(answer.headers["ETag"], encoding="ascii")
        answer.raw.enforce_content_length = False  # it would throw away the last piece of what broke off; counted below
        with part.open("ab" if is_continued else "wb") as out, session.outside(url):
            for piece in answer.iter_content(_PIECE):
                out.write(piece)
        expected = int(answer.headers.get("Content-Length", 0)) + (have if is_continued else 0)
        if "Content-Length" in answer.headers and part.stat().st_size != expected:
            raise ServiceError("the connection broke", where=url, hint="the same call goes on from there")
    return answer


def _name(answer: requests.Response, dp_id: str) -> str:
    """Return the file's name as the archive gives it, without any folder in it."""
    found = _NAME.search(answer.headers.get("Content-Disposition", ""))
    return (found and _safe(Path(found[1]).name)) or f"{_safe(dp_id)}.fits"


def _safe(name: str) -> str:
    """Return a name that stays in its folder."""
    kept = quote(name, safe=" :+@,=~()").lstrip(".")
    return kept if len(kept) <= 200 else hashlib.sha256(name.encode()).hexdigest()


def _digest(answer: requests.Response) -> str | None:
    """Return the SHA-256 of the whole file, in hexadecimal, where the archive tells it."""
    found = _DIGEST.search(
        answer.headers.get("Repr-Digest", "") or answer.headers.get("Digest", "").replace("SHA", "sha")
    )
    return b64decode(found[1]).hex() if found else None


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    part.with_suffix(".etag").unlink(missing_ok=True)
