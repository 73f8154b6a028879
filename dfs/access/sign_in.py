"""Signing in: name and password to a token; throttled, and silent about which of the two was wrong."""

from __future__ import annotations

import hmac
import secrets
import threading

from sqlalchemy import select

from dfs.access.failures import NotSignedInError
from dfs.access.passwords import verify_password
from dfs.access.throttle import Throttle
from dfs.access.tokens import Token, Tokens
from dfs.access.user import Member
from dfs.errors import ServiceError
from dfs.store import Database
from dfs.store.tables import users

__all__ = ["SignIn"]

_REMEMBERED = 1000
_LOCKS = 64
_MOST_AT_ONCE = 12  # more would fill the threads of a server that others need, too


class SignIn:
    """Finds out who is there, from a name and a password."""

    def __init__(self, database: Database, throttle: Throttle, tokens: Tokens) -> None:
        self._database = database
        self._throttle = throttle
        self._tokens = tokens
        self._secret = secrets.token_bytes(32)
        self._proved: dict[bytes, None] = {}
        self._turns = threading.BoundedSemaphore(_MOST_AT_ONCE)
        self._proving = [threading.Lock() for _ in range(_LOCKS)]

    def with_password(self, name: str, password: str) -> Token:
        """Return a token for the account `name`.

        Raises
        ------
        NotSignedInError
            Unknown name, wrong password, closed account: the same words after the same time.
        TooManyTriesError
            Five tries of this name failed within the last minute.
        ServiceError
            Too many sign-ins run at this moment.
        """
        self._prove(name, password, self._hash_of(name))
        return self._tokens.issue(name)

    def basic(self, name: str, password: str) -> Member:
        """Return whom name and password name, for clients that send both with every request.

        A pair once proved is known again, by a keyed digest that covers the account's present hash, without the costly check: a
        new password or a closed account still counts at once.  Of many requests at the same time one is the try, the others wait for it.
        """
        stored = self._hash_of(name)
        mark = hmac.digest(self._secret, "\0".join((name, password, stored or "")).encode(), "sha256")
        if stored is None:
            self._prove(name, password, stored)
        elif mark not in self._proved:
            with self._proving[mark[0] % _LOCKS]:
                if mark not in self._proved:
                    self._prove(name, password, stored)
                    if len(self._proved) >= _REMEMBERED:
                        self._proved.clear()
                    self._proved[mark] = None
        return Member(name)

    def _prove(self, name: str, password: str, stored: str | None) -> None:
        if not self._turns.acquire(blocking=False):
            raise ServiceError("too many people sign in at once", hint="try again in some seconds")
        try:
            number = self._throttle.begin(name)
            if not verify_password(password, stored):
                raise NotSignedInError("name or password is wrong")
            self._throttle.succeeded(number)
        finally:
            self._turns.release()

    def _hash_of(self, name: str) -> str | None:
        """Return the hash of the password of an active account; None when there is none."""
        if "\0" in name:  # PostgreSQL takes no such text
            return None
        with self._database.read() as connection:
            found = connection.execute(select(users.c.password).where(users.c.name == name, users.c.active)).scalar()
        return None if found is None else str(found)
