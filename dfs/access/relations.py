"""Who is what to which programme or instrument.  A relation is never changed or removed: it is granted, and revoked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from dfs.access.audit import AuditTrail
from dfs.access.policy import Standing
from dfs.access.roles import Power, may, require
from dfs.clock import Clock, isoformat
from dfs.errors import ConflictError, NotFoundError, UsageError
from dfs.store import Database
from dfs.store.tables import relations, users

__all__ = ["RELATIONS", "Relation", "Relations", "in_force"]

RELATIONS = ("pi", "coi", "data-delegate", "phase2-delegate", "phase3-delegate", "instrument-team")


@dataclass(frozen=True, slots=True)
class Relation:
    """Somebody is something to a programme, a run or (``instrument-team``) an instrument."""

    user: str
    role: str
    scope: str
    granted_by: str
    granted: str
    revoked_by: str | None = None
    revoked: str | None = None


class Relations:
    """Grants and revokes relations, for those who may; a PI's own door is `dfs.access.delegations.Delegations`."""

    def __init__(self, database: Database, audit: AuditTrail, clock: Clock, standing: Callable[[], Standing]) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._standing = standing

    def list(self, *, user: str | None = None, scope: str | None = None, history: bool = False) -> list[Relation]:
        """Return the relations in force, oldest first; with `history` also those revoked.  One's own need no power."""
        who = self._standing()
        if user is None or user != who.name:
            require(who, Power.READ_ACCOUNTS)
        query = select(relations).order_by(relations.c.id)
        for column, value in ((relations.c.user, user), (relations.c.scope, scope)):
            query = query if value is None else query.where(column == value)
        if not history:
            query = query.where(relations.c.revoked.is_(None))
        with self._database.read() as connection:
            return [_relation(row) for row in connection.execute(query).mappings()]

    def relate(self, user: str, role: str, scope: str) -> Relation:
        """Let `user` be `role` to `scope` from now on.

        Raises
        ------
        UsageError
            No such role, or no scope.
        NotFoundError
            No active account of this name.
        ConflictError
            He is so already.
        """
        require(self._standing(), Power.MANAGE_RELATIONS)
        if role not in RELATIONS:
            raise UsageError(f"there is no relation {role!r}", accepted=", ".join(RELATIONS))
        scope = _checked_scope(scope)
        with self._database.write() as connection:
            return self.grant(connection, user, role, scope)

    def unrelate(self, user: str, role: str, scope: str) -> None:
        """Let `user` be `role` to `scope` no more; `NotFoundError` when he is not."""
        require(self._standing(), Power.MANAGE_RELATIONS)
        with self._database.write() as connection:
            if not self.revoke(connection, user, role, scope.strip()):
                raise NotFoundError(f"{user} is not {role} of {scope}", hint="see: dfs user list")

    def grant(self, connection: Connection, user: str, role: str, scope: str) -> Relation:
        """Write a relation and its audit row on the writer's connection; whether the acting user may is asked before."""
        if connection.execute(select(users.c.name).where(users.c.name == user, users.c.active)).first() is None:
            raise NotFoundError(f"there is no active account {user!r}", hint="see: dfs user list")
        same = (relations.c.user == user) & (relations.c.role == role) & (relations.c.scope == scope)
        if connection.execute(select(relations.c.id).where(same, relations.c.revoked.is_(None))).first() is not None:
            raise ConflictError(f"{user} is {role} of {scope} already")
        made = Relation(user, role, scope, self._standing().name, isoformat(self._clock.now()))
        row = {"user": user, "role": role, "scope": scope, "granted_by": made.granted_by, "granted": made.granted}
        connection.execute(insert(relations).values(**row))
        self._audit.append(connection, "grant", f"user:{user}", role=role, scope=scope)
        return made

    def revoke(self, connection: Connection, user: str, role: str, scope: str) -> bool:
        """End a relation on the writer's connection; return whether there was one."""
        same = (relations.c.user == user) & (relations.c.role == role) & (relations.c.scope == scope)
        ended = {"revoked": isoformat(self._clock.now()), "revoked_by": self._standing().name}
        done = connection.execute(update(relations).where(same, relations.c.revoked.is_(None)).values(**ended))
        if done.rowcount:
            self._audit.append(connection, "revoke", f"user:{user}", role=role, scope=scope)
        return bool(done.rowcount)

    def manages(self) -> bool:
        """Tell whether the acting user may change everybody's relations."""
        return may(self._standing(), Power.MANAGE_RELATIONS)


def in_force(connection: Connection, *, role: str, user: str | None = None) -> list[Relation]:
    """Return the relations of a role in force, those of one user or all."""
    query = select(relations).where(relations.c.role == role, relations.c.revoked.is_(None)).order_by(relations.c.id)
    query = query if user is None else query.where(relations.c.user == user)
    return [_relation(row) for row in connection.execute(query).mappings()]


def _relation(row: Any) -> Relation:
    return Relation(**{name: value for name, value in row.items() if name != "id"})


def _checked_scope(scope: str) -> str:
    scope = scope.strip()
    if not scope or len(scope) > 80 or not scope.isprintable():
        raise UsageError(f"{scope!r} is no programme, run or instrument", accepted="108.22F6, 108.22F6.001, EFOSC2 ...")
    return scope
