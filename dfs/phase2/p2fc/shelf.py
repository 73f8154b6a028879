"""Where the background of a block is kept, and the images uploaded for it."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from dfs.clock import Clock, isoformat
from dfs.errors import NotFoundError, UsageError
from dfs.phase2.api import Upload
from dfs.phase2.failures import FileKindError, FileTooLargeError
from dfs.phase2.p2fc.background import Choice, read_choice
from dfs.store import Database
from dfs.store.tables import p2_blobs, p2_documents

__all__ = ["IMAGE_BYTES", "Shelf"]

IMAGE_BYTES = 32 * 2**20
_IMAGES_MOST = 10
_ASPECT = "background"
_HASH = 64


class Shelf:
    """Settings and images, by block; who may is asked by whoever calls.

    Parameters
    ----------
    user
        Who acts, for the record.
    """

    def __init__(self, database: Database, clock: Clock, user: str) -> None:
        self._database, self._clock, self._user = database, clock, user

    def choice(self, ob_id: int) -> Choice:
        """Return the background of a block."""
        with self._database.read() as connection:
            return read_choice(_body(connection, ob_id)["choice"])

    def images(self, ob_id: int) -> dict[str, dict[str, Any]]:
        """Return the images uploaded for a block, by name."""
        with self._database.read() as connection:
            return dict(_body(connection, ob_id)["images"])

    def image(self, ob_id: int, digest: str) -> Upload:
        """Return an uploaded image; `NotFoundError` when there is none with this hash."""
        with self._database.read() as connection:
            name = _named(_body(connection, ob_id)["images"], ob_id, digest)
            found = connection.execute(select(p2_blobs.c.content).where(p2_blobs.c.sha256 == digest)).scalar_one()
        return Upload(name, found)

    def choose(self, ob_id: int, run_id: int, choice: Choice) -> None:
        """Set the background of a block."""
        with self._database.write() as connection:
            body = _body(connection, ob_id)
            if choice.kind == "user_bkg_image":
                _named(body["images"], ob_id, choice.name)
            self._write(connection, ob_id, run_id, {**body, "choice": str(choice)})

    def add(self, ob_id: int, run_id: int, file: Upload, band: str) -> str:
        """Keep an image for a block, and return its hash.

        Raises
        ------
        UsageError
            It is no FITS file, too large, or one too many.
        """
        _check(file)
        digest = hashlib.sha256(file.content).hexdigest()
        about = {
            "fits_hash": digest,
            "bytes": len(file.content),
            "band": band,
            "uploaded": isoformat(self._clock.now()),
        }
        with self._database.write() as connection:
            body = _body(connection, ob_id)
            images = {**body["images"], file.name: about}
            if len(images) > _IMAGES_MOST:
                raise UsageError(
                    "there are too many images", accepted=f"at most {_IMAGES_MOST}", hint="delete one first"
                )
            known = select(p2_blobs.c.sha256).where(p2_blobs.c.sha256 == digest)
            if connection.execute(known).first() is None:
                connection.execute(insert(p2_blobs).values(sha256=digest, content=file.content))
            self._write(connection, ob_id, run_id, {**body, "images": images})
        return digest

    def remove(self, ob_id: int, run_id: int, digest: str) -> None:
        """Take an image away; a background that was this image becomes the default."""
        with self._database.write() as connection:
            body = _body(connection, ob_id)
            name = _named(body["images"], ob_id, digest)
            images = {one: about for one, about in body["images"].items() if one != name}
            choice = "default" if read_choice(body["choice"]).name == digest else body["choice"]
            self._write(connection, ob_id, run_id, {"choice": choice, "images": images})

    def _write(self, connection: Connection, ob_id: int, run_id: int, body: dict[str, Any]) -> None:
        row = {"body": body, "changed": isoformat(self._clock.now()), "changed_by": self._user}
        there = connection.execute(select(p2_documents.c.version).where(_of(ob_id))).scalar()
        if there is None:
            key = {"subject": f"item:{ob_id}", "aspect": _ASPECT, "run_id": run_id}
            connection.execute(insert(p2_documents).values(**key, version=1, **row))
        else:
            connection.execute(update(p2_documents).where(_of(ob_id)).values(version=there + 1, **row))


def _of(ob_id: int) -> Any:
    return and_(p2_documents.c.subject == f"item:{ob_id}", p2_documents.c.aspect == _ASPECT)


def _body(connection: Connection, ob_id: int) -> dict[str, Any]:
    found = connection.execute(select(p2_documents.c.body).where(_of(ob_id))).scalar()
    return found or {"choice": "default", "images": {}}


def _named(images: dict[str, Any], ob_id: int, digest: str) -> str:
    for name, about in images.items():
        if about["fits_hash"] == digest:
            return name
    raise NotFoundError(
        f"block {ob_id} has no image {digest[:_HASH]!r}", where="fits_hash", hint="see its list of images"
    )


def _check(file: Upload) -> None:
    if len(file.content) > IMAGE_BYTES:
        raise FileTooLargeError(f"{file.name} is too large", accepted=f"at most {IMAGE_BYTES >> 20} MiB")
    if not file.content.startswith(b"SIMPLE  ="):
        raise FileKindError(f"{file.name} is no FITS file", accepted="a FITS image with a celestial WCS")
