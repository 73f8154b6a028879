"""Which DP ID an arriving file gets: the one it has already, a new one, or a refusal.  Nothing is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from dfs.archive import rows
from dfs.archive.describe import Description
from dfs.archive.entries import Submission
from dfs.clock import isoformat
from dfs.errors import ConflictError, DataError
from dfs.store.durable import Fingerprint
from dfs.store.tables import files

__all__ = ["Name", "name_of"]

_ARRIVED = "ADP."  # prefix of science products that were made elsewhere, as in ESO's archive


@dataclass(frozen=True)
class Name:
    """A DP ID with its version; `existing` is the row that holds the same content already, if there is one."""

    dp_id: str
    version: int
    existing: Mapping[str, Any] | None = None


def name_of(
    connection: Connection,
    submission: Submission,
    described: Description,
    content: Fingerprint,
    parents: list[str],
    is_whole: Callable[[Mapping[str, Any]], bool],
    now: datetime,
) -> Name:
    """Return the name of an arriving file.  The caller holds the writer's lock.

    A product whose content is archived keeps its name, unless `is_whole` says of the row that its file was lost or changed.  A
    product of ESO's keeps the name it brings (``ADP.`` and a time); one that was made elsewhere of frames that nobody names gets such
    a name, with the time `now` of its arrival.

    Raises
    ------
    ConflictError
        A raw frame of this DP ID is archived with other content.
    DataError
        The header or the parents do not suffice for a name.
    """
    if submission.kind == "raw":
        return _raw_name(connection, submission, described, content)
    return _product_name(connection, submission, described, content, parents, is_whole, now)


def _kept_name(connection: Connection, submission: Submission, dp_id: str, content: Fingerprint) -> Name:
    """Return the name that the file brings with it."""
    row = connection.execute(select(files).where(files.c.dp_id == dp_id)).mappings().first()
    if row is None:
        return Name(dp_id, 1)
    if row["content_sha256"] == content.content_sha256:
        return Name(row["dp_id"], row["version"], dict(row))
    raise ConflictError(
        f"{row['dp_id']} is in the archive already, with other content",
        where=str(submission.path),
        hint=f"nothing is overwritten: compare with the copy from: dfs archive get {row['dp_id']}",
    )


def _raw_name(connection: Connection, submission: Submission, described: Description, content: Fingerprint) -> Name:
    if described.raw_dp_id is None:
        raise DataError(
            "not a raw frame: its header names neither file nor start of exposure",
            where=str(submission.path),
            keyword="ARCFILE",
            accepted="ARCFILE, or DATE-OBS or MJD-OBS of a known instrument",
        )
    return _kept_name(connection, submission, described.raw_dp_id, content)


def _product_name(
    connection: Connection,
    submission: Submission,
    described: Description,
    content: Fingerprint,
    parents: list[str],
    is_whole: Callable[[Mapping[str, Any]], bool],
    now: datetime,
) -> Name:
    from dfs.products.dp_id import product_dp_id, product_stem

    where = str(submission.path)
    if submission.kind == "product" and (described.raw_dp_id or "").startswith(_ARRIVED):
        return _kept_name(connection, submission, str(described.raw_dp_id), content)
    category = submission.category or described.category
    if category is None:
        raise DataError("the header names no PRO CATG", where=where, keyword="ESO PRO CATG")
    first_raw = submission.first_raw or rows.first_raw_of(connection, parents)
    if first_raw is None and submission.kind == "product" and described.is_science:
        return _arrived_name(connection, content, now)
    if first_raw is None:
        raise DataError(
            "cannot name this product: no raw frame among its parents",
            where=where,
            hint="give its parents, or first_raw",
        )
    versions = rows.versions_of(connection, product_stem(first_raw, category))
    for row in versions:
        if row["content_sha256"] == content.content_sha256 and is_whole(row):
            return Name(row["dp_id"], row["version"], row)
    version = 1 + max((row["version"] for row in versions), default=0)
    return Name(product_dp_id(first_raw, category, version), version)


def _arrived_name(connection: Connection, content: Fingerprint, now: datetime) -> Name:
    """Return the name of a science product of unknown frames: the one its content has, or the first free one from `now` on."""
    same = (files.c.content_sha256 == content.content_sha256) & files.c.dp_id.startswith(_ARRIVED)
    row = connection.execute(select(files).where(same)).mappings().first()
    if row is not None:
        return Name(row["dp_id"], row["version"], dict(row))
    while True:
        dp_id = f"{_ARRIVED}{isoformat(now)}"
        if connection.execute(select(files.c.dp_id).where(files.c.dp_id == dp_id)).first() is None:
            return Name(dp_id, 1)
        now += timedelta(milliseconds=1)
