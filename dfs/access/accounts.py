"""Accounts: who may sign in.  A name is never given twice: it stands in the audit trail and in provenance for ever."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from dfs.access.audit import AuditTrail
from dfs.access.passwords import check_rules, hash_password
from dfs.access.policy import Standing
from dfs.access.roles import ROLES, Power, require
from dfs.clock import Clock, isoformat
from dfs.errors import ConflictError, NotFoundError, UsageError
from dfs.store import Database
from dfs.store.tables import relations, users

__all__ = ["Account", "Accounts"]

# ASCII without the characters that a token's payload cannot carry through every client's base64.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}")
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_RESERVED = frozenset({"anonymous", "unknown", "system", "me", "public"})


@dataclass(frozen=True, slots=True)
class Account:
    """An account as others may see it: no password."""

    name: str
    full_name: str
    email: str | None
    affiliation: str | None
    roles: tuple[str, ...]
    active: bool
    created: str


class Accounts:
    """Makes, changes and closes accounts; every change is audited.

    Parameters
    ----------
    standing
        Gives what the acting user may, each time anew.
    """

    def __init__(self, database: Database, audit: AuditTrail, clock: Clock, standing: Callable[[], Standing]) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._standing = standing

    def add(
        self,
        name: str,
        password: str | None,
        *,
        email: str | None = None,
        full_name: str = "",
        affiliation: str | None = None,
        roles: Iterable[str] = (),
    ) -> Account:
        """Make an account.  Without a password it can only be used through the configured sign-in service.

        Raises
        ------
        UsageError
            A name, e-mail, role or password that cannot be.
        ConflictError
            The name was used before, or another account has this e-mail.
        AccessError
            The acting user may not make accounts, or not give roles.
        """
        roles = _checked_roles(roles)
        require(self._standing(), Power.GIVE_ROLES if roles else Power.MANAGE_ACCOUNTS)
        if not _NAME.fullmatch(name) or name.casefold() in _RESERVED:
            raise UsageError(f"{name!r} cannot be an account's name", accepted="1 to 80 of A-Z a-z 0-9 . _ @ + -")
        email = _checked_email(email)
        if password is not None:
            check_rules(password, name, email)
        row = {
            "name": name,
            "full_name": full_name,
            "email": email,
            "affiliation": affiliation,
            "password": None if password is None else hash_password(password),
            "roles": list(roles),
            "active": True,
            "created": isoformat(self._clock.now()),
        }
        with self._database.write() as connection:
            same = func.lower(users.c.name) == name.lower()
            if connection.execute(select(users.c.name).where(same)).first() is not None:
                raise ConflictError(f"the name {name!r} is taken, or was", hint="names are never given twice")
            if email and connection.execute(select(users.c.name).where(users.c.email == email)).first() is not None:
                raise ConflictError("another account has this e-mail address", hint="see: dfs user list")
            connection.execute(insert(users).values(**row))
            self._audit.append(connection, "account", name, did="added", roles=list(roles))
        return _account(row)

    def list(self) -> list[Account]:
        """Return all accounts by name, also the closed ones."""
        require(self._standing(), Power.READ_ACCOUNTS)
        with self._database.read() as connection:
            return [_account(dict(row)) for row in connection.execute(select(users).order_by(users.c.name)).mappings()]

    def set_password(self, name: str, password: str) -> None:
        """Give an account a new password; every token made with the old one stops at once."""
        if self._standing().name != name:
            require(self._standing(), Power.MANAGE_ACCOUNTS)
        self._protect_staff(name)
        with self._database.read() as connection:
            row = _active(connection, name)
        check_rules(password, name, row["email"])
        self._change(name, {"password": hash_password(password)}, "password set")

    def set_roles(self, name: str, roles: Iterable[str]) -> None:
        """Set what an account is to the whole observatory."""
        require(self._standing(), Power.GIVE_ROLES)
        roles = _checked_roles(roles)
        self._change(name, {"roles": list(roles)}, "roles set", roles=list(roles))

    def deactivate(self, name: str) -> None:
        """Close an account: it cannot sign in, its tokens and relations end, what is personal is removed.

        The name stays as a pseudonym in the audit trail and in provenance, and is not given again.
        """
        require(self._standing(), Power.MANAGE_ACCOUNTS)
        self._protect_staff(name)
        now = isoformat(self._clock.now())
        with self._database.write() as connection:
            _active(connection, name)
            gone: dict[str, Any] = {
                "full_name": "",
                "email": None,
                "affiliation": None,
                "password": None,
                "roles": [],
                "active": False,
            }
            connection.execute(update(users).where(users.c.name == name).values(**gone))
            in_force = (relations.c.user == name) & relations.c.revoked.is_(None)
            ended = {"revoked": now, "revoked_by": self._standing().name}
            connection.execute(update(relations).where(in_force).values(**ended))
            self._audit.append(connection, "account", name, did="deactivated")

    def _protect_staff(self, name: str) -> None:
        """Let nobody take over an account that may do more than he: only who gives roles touches one that has any."""
        with self._database.read() as connection:
            row = _active(connection, name)
        if row["roles"] and self._standing().name != name:
            require(self._standing(), Power.GIVE_ROLES)

    def _change(self, name: str, values: Mapping[str, Any], did: str, **details: Any) -> None:
        with self._database.write() as connection:
            _active(connection, name)
            connection.execute(update(users).where(users.c.name == name).values(**values))
            self._audit.append(connection, "account", name, did=did, **details)


def _active(connection: Connection, name: str) -> Mapping[str, Any]:
    row = connection.execute(select(users).where(users.c.name == name, users.c.active)).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no active account {name!r}", hint="see: dfs user list")
    return dict(row)


def _account(row: Mapping[str, Any]) -> Account:
    return Account(
        row["name"],
        row["full_name"],
        row["email"],
        row["affiliation"],
        tuple(row["roles"]),
        row["active"],
        row["created"],
    )


def _checked_roles(roles: Iterable[str]) -> tuple[str, ...]:
    given = tuple(sorted(set(roles)))
    wrong = [one for one in given if one not in ROLES]
    if wrong:
        raise UsageError(f"there is no role {wrong[0]!r}", accepted=", ".join(ROLES), hint="see docs/access.md")
    return given


def _checked_email(email: str | None) -> str | None:
    """Return an e-mail address as it is compared: without blanks around it, in lower case."""
    if email is None or not email.strip():
        return None
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        raise UsageError(f"{email!r} is no e-mail address", accepted="name@host")
    return email
