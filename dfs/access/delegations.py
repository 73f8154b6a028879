"""Delegation: a PI lets others work on his programme, and takes that back.

There are three kinds, none of which implies another.  *data*: the delegate shares the data; any number.  *phase2*: he prepares a run; one
for each run, a new one replaces the old.  *phase3*: he prepares the delivery of products; any number.  A delegate is named by the exact
e-mail address of his account.  Everything counts from the next request on, and is audited.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, union

from dfs.access.policy import Standing
from dfs.access.relations import Relation, Relations, in_force
from dfs.access.runs import covers, is_programme
from dfs.errors import AccessError, NotFoundError, UsageError
from dfs.store import Database
from dfs.store.tables import files, programmes, users

__all__ = ["KINDS", "Delegation", "Delegations"]

KINDS = {"data": "data-delegate", "phase2": "phase2-delegate", "phase3": "phase3-delegate"}


@dataclass(frozen=True, slots=True)
class Delegation:
    """A delegation in force, as its PI and its delegate see it."""

    kind: str
    programme: str
    user: str
    full_name: str
    email: str | None
    granted_by: str
    granted: str


class Delegations:
    """What a PI may do about his delegates; whoever manages relations may do it for any PI."""

    def __init__(self, database: Database, relations: Relations, standing: Callable[[], Standing]) -> None:
        self._database = database
        self._relations = relations
        self._standing = standing

    def list(self) -> list[Delegation]:
        """Return the delegations of the acting user's programmes, and those he received himself."""
        who, roles = self._standing().name, {role: kind for kind, role in KINDS.items()}
        with self._database.read() as connection:
            own = {one.scope for one in in_force(connection, role="pi", user=who)}
            found = [one for role in roles for one in in_force(connection, role=role)]
            mine = [one for one in found if one.user == who or any(covers(scope, one.scope) for scope in own)]
            query = select(users.c.name, users.c.full_name, users.c.email).where(
                users.c.name.in_({one.user for one in mine})
            )
            people = {row.name: row for row in connection.execute(query)}
        return [
            Delegation(
                roles[one.role],
                one.scope,
                one.user,
                people[one.user].full_name,
                people[one.user].email,
                one.granted_by,
                one.granted,
            )
            for one in mine
        ]

    def grant(self, kind: str, scope: str, email: str) -> Relation:
        """Make the owner of `email` a delegate for `scope`, a programme or one of its runs.

        Raises
        ------
        UsageError
            No such kind; phase 2 for a programme that has several runs; oneself.
        AccessError
            The acting user is not PI of `scope`, whether there is such a programme or not.
        NotFoundError
            No active account has this e-mail.
        ConflictError
            He is so already.
        """
        role, scope = _role(kind), scope.strip()
        with self._database.write() as connection:
            self._require_pi(connection, scope)
            return self._grant(connection, role, scope, self._delegate(connection, email))

    def grant_all(self, kind: str, email: str) -> builtins.list[Relation]:
        """Make the owner of `email` a delegate for every programme of the acting user; where he is so already, nothing changes."""
        role = _role(kind)
        with self._database.write() as connection:
            scopes = self._scopes(connection, role)
            user = self._delegate(connection, email)
            held = {one.scope for one in in_force(connection, role=role, user=user)}
            return [self._grant(connection, role, scope, user) for scope in scopes if scope not in held]

    def revoke(self, kind: str, scope: str, email: str) -> None:
        """End a delegation; `NotFoundError` when there is none."""
        role, scope = _role(kind), scope.strip()
        with self._database.write() as connection:
            self._require_pi(connection, scope)
            user = _owner_of(connection, email)
            if not self._relations.revoke(connection, user, role, scope):
                raise NotFoundError(f"{email} is no {kind} delegate of {scope}", hint="see your delegations")

    def revoke_all(self, kind: str | None = None, email: str | None = None) -> int:
        """End all delegations of the acting user's programmes, those of one kind or of one delegate if given; return how many."""
        roles = [_role(kind)] if kind else list(KINDS.values())
        with self._database.write() as connection:
            own = {one.scope for one in in_force(connection, role="pi", user=self._standing().name)}
            user = _owner_of(connection, email) if email else None
            found = [one for role in roles for one in in_force(connection, role=role, user=user)]
            ended = [
                self._relations.revoke(connection, one.user, one.role, one.scope)
                for one in found
                if any(covers(scope, one.scope) for scope in own)
            ]
        return sum(ended)

    def _require_pi(self, connection: Connection, scope: str) -> None:
        if not scope:
            raise UsageError("no programme is named", accepted="a programme or run, e.g. 108.22F6 or 108.22F6.001")
        mine = in_force(connection, role="pi", user=self._standing().name)
        if not self._relations.manages() and not any(covers(one.scope, scope) for one in mine):
            raise AccessError(f"you are not principal investigator of {scope}", hint="only the PI delegates")

    def _delegate(self, connection: Connection, email: str) -> str:
        user = _owner_of(connection, email)
        if user == self._standing().name:
            raise UsageError("nobody is his own delegate", accepted="the e-mail address of somebody else's account")
        return user

    def _grant(self, connection: Connection, role: str, scope: str, user: str) -> Relation:
        if any(covers(one.scope, scope) for one in in_force(connection, role="pi", user=user)):
            raise UsageError(f"the PI of {scope} needs no delegation", accepted="the e-mail of somebody else's account")
        if role == KINDS["phase2"]:
            self._free_run(connection, scope, user)
        return self._relations.grant(connection, user, role, scope)

    def _free_run(self, connection: Connection, run: str, user: str) -> None:
        """End what another phase-2 delegate of `run` had: there is one."""
        if is_programme(run):
            runs = ", ".join(_runs_of(connection, run)[:5])
            raise UsageError("a phase-2 delegate is for one run", where=run, accepted=runs or f"a run of {run}")
        for one in in_force(connection, role=KINDS["phase2"]):
            if one.scope == run and one.user != user:
                self._relations.revoke(connection, one.user, one.role, run)

    def _scopes(self, connection: Connection, role: str) -> builtins.list[str]:
        """Return what "all" means: the acting user's programmes; for phase 2 their runs."""
        own = [one.scope for one in in_force(connection, role="pi", user=self._standing().name)]
        if not own:
            raise AccessError("you are principal investigator of no programme")
        if role != KINDS["phase2"]:
            return own
        runs = [run for scope in own for run in (_runs_of(connection, scope) if is_programme(scope) else [scope])]
        return list(dict.fromkeys(runs))


def _role(kind: str) -> str:
    if kind not in KINDS:
        raise UsageError(f"there is no delegation {kind!r}", accepted=", ".join(KINDS))
    return KINDS[kind]


def _owner_of(connection: Connection, email: str) -> str:
    wanted = email.strip().lower()
    query = select(users.c.name).where(users.c.email == wanted, users.c.active)
    name = connection.execute(query).scalar() if wanted else None
    if name is None:
        raise NotFoundError(f"no account has the e-mail address {email.strip()!r}", hint="ask for that of his account")
    return str(name)


def _runs_of(connection: Connection, programme: str) -> Sequence[str]:
    """Return the runs of a programme that the observatory knows of."""
    inside = (
        files.c.programme.startswith(programme, autoescape=True),
        programmes.c.id.startswith(programme, autoescape=True),
    )
    known = union(select(files.c.programme).where(inside[0]), select(programmes.c.id).where(inside[1]))
    return sorted(run for run in connection.execute(known).scalars() if run != programme and covers(programme, run))
