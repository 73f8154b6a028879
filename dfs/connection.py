"""Observatories elsewhere: `dfs.connect` and what it returns."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dfs.archive.client import ArchiveClient
from dfs.archive.remote import RemoteBackend, Session, services_of

__all__ = ["RemoteObservatory", "connect"]

if TYPE_CHECKING:
    from dfs.archive.remote import Services


class RemoteObservatory:
    """An observatory reached over HTTP, as one user.

    Attributes
    ----------
    services
        Where its services are.
    """

    def __init__(self, services: Services, token: str | None = None) -> None:
        self.services = services
        self._session = Session(services, token)

    @cached_property
    def archive(self) -> ArchiveClient:
        """Its archive: `dfs.archive.client.ArchiveClient`."""
        return ArchiveClient(RemoteBackend(self._session))

    def sign_in(self, name: str, password: str) -> None:
        """Sign in: later requests carry a token of this user.  The password is sent once and not kept.

        Raises
        ------
        AccessError
            Name and password do not fit.
        """
        self._session.sign_in(name, password)

    def __repr__(self) -> str:
        return f"RemoteObservatory({self.services.name!r})"


def connect(
    where: str, *, token: str | None = None, user: str | None = None, password: str | None = None
) -> RemoteObservatory:
    """Return the observatory at `where`; nothing is sent before the first question, but for signing in.

    Parameters
    ----------
    where
        ``"eso"``, or the address of a running ``dfs serve``.
    token
        A token that you have.
    user, password
        Sign in; without a password the terminal asks for it.
    """
    remote = RemoteObservatory(services_of(where), token)
    if user is not None:
        remote.sign_in(user, password if password is not None else _password_of(where, user))
    return remote


def _password_of(where: str, user: str) -> str:
    from getpass import getpass

    return getpass(f"password of {user} at {where}: ")
