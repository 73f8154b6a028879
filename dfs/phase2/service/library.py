"""What a user keeps to use again: targets, constraint sets, descriptions, templates with their values, whole blocks, set-ups of the calculator."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update

from dfs.clock import isoformat
from dfs.errors import AccessError, NotFoundError, UsageError
from dfs.phase2.api import Document
from dfs.phase2.service.desk import Desk
from dfs.phase2.service.pending import Pending
from dfs.store.tables import p2_library

__all__ = ["KINDS", "Library"]

KINDS = ("target", "constraints", "description", "template", "block", "exposure")
_LONGEST_NAME = 120


class Library(Desk):
    """A user's own shelf: nobody else sees it."""

    def library(self, kind: str) -> list[Document]:
        """Return what the user keeps of a kind, by name: kind, name, body, changed."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(p2_library).where(*self._mine(kind)).order_by(p2_library.c.name)
            ).mappings()
            return [_document(dict(row)) for row in rows]

    def keep(self, kind: str, name: str, body: Document) -> Document:
        """Keep something under a name; what was there before is replaced."""
        mine = self._mine(kind)
        name = name.strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise UsageError(
                f"{name!r:.60} is no name", where="name", accepted=f"1 to {_LONGEST_NAME} printable characters"
            )
        if not isinstance(body, dict):
            raise UsageError("the body is an object", where="body", accepted='{"name": ...}')
        now = isoformat(self._clock.now())
        with self._database.write() as connection:
            row = connection.execute(select(p2_library.c.id).where(*mine, p2_library.c.name == name)).scalar()
            if row is None:
                number = Pending(connection).number(p2_library.c.id)
                values = {
                    "id": number,
                    "owner": self._owner(),
                    "kind": kind,
                    "name": name,
                    "body": body,
                    "changed": now,
                }
                connection.execute(insert(p2_library).values(**values))
            else:
                connection.execute(update(p2_library).where(p2_library.c.id == row).values(body=body, changed=now))
        return {"kind": kind, "name": name, "body": body, "changed": f"{now}Z"}

    def forget(self, kind: str, name: str) -> None:
        """Keep it no more."""
        with self._database.write() as connection:
            done = connection.execute(delete(p2_library).where(*self._mine(kind), p2_library.c.name == name.strip()))
            if not done.rowcount:
                raise NotFoundError(f"you keep no {kind} {name!r}")

    def _mine(self, kind: str) -> tuple[Any, ...]:
        if kind not in KINDS:
            raise UsageError(f"there is no kind {kind!r}", where="kind", accepted=", ".join(KINDS))
        return (p2_library.c.owner == self._owner(), p2_library.c.kind == kind)

    def _owner(self) -> str:
        standing = self._standing()
        if not standing.name:
            raise AccessError("you have not signed in", hint="sign in to keep things")
        return self._user.name


def _document(row: dict[str, Any]) -> Document:
    return {"kind": row["kind"], "name": row["name"], "body": row["body"], "changed": f"{row['changed']}Z"}
