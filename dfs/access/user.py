"""The current user as an injected part: an embedded observatory has one, a server asks the token."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, insert

from dfs.clock import isoformat
from dfs.store.tables import users

__all__ = ["Anonymous", "CurrentUser", "EmbeddedUser", "Member", "register"]


class CurrentUser(Protocol):
    """Whoever acts now."""

    @property
    def name(self) -> str:
        """Account name, as it goes to the audit trail."""
        ...

    @property
    def roles(self) -> frozenset[str]:
        """What this user is to the observatory."""
        ...


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container may run under a number without a name
        return "unknown"


@dataclass(frozen=True)
class EmbeddedUser:
    """The single user of an embedded observatory: whoever is logged in, with every right."""

    name: str = field(default_factory=_login_name)
    roles: frozenset[str] = frozenset({"owner"})


@dataclass(frozen=True)
class Member:
    """Somebody who has signed in; what he may is asked of the database each time."""

    name: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Anonymous:
    """Whoever has not signed in."""

    name: str = "anonymous"
    roles: frozenset[str] = frozenset()


def register(connection: Connection, user: CurrentUser, now: datetime, full_name: str = "") -> None:
    """Add `user` to the table of users, on the writer's connection; `ConflictError` (from it) when the name is taken."""
    row = {
        "name": user.name,
        "full_name": full_name,
        "roles": sorted(user.roles),
        "active": True,
        "created": isoformat(now),
    }
    connection.execute(insert(users).values(**row))
