"""Observatories elsewhere: `dfs.connect` and what it returns."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Self

from dfs.archive.client import ArchiveClient
from dfs.archive.remote import RemoteBackend, Session, services_of
from dfs.errors import ServiceError

__all__ = ["RemoteObservatory", "connect"]

if TYPE_CHECKING:
    from dfs.archive.remote import Services
    from dfs.etc.calculator import Calculator
    from dfs.phase2.client import Phase2
    from dfs.phase2.remote import RemotePhase2


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

    @cached_property
    def phase2_desk(self) -> RemotePhase2:
        """Its phase 2, as documents: `dfs.phase2.remote.RemotePhase2`."""
        from dfs.phase2.remote import RemotePhase2

        return RemotePhase2(self.services.name, self._session.token)

    @cached_property
    def phase2(self) -> Phase2:
        """Its phase 2, as a PI speaks of it: `dfs.phase2.client.Phase2`."""
        from dfs.phase2.client import Phase2

        return Phase2(self.phase2_desk)

    @cached_property
    def etc(self) -> Calculator:
        """Its exposure time calculator, called as the embedded one: `dfs.etc.calculator.Calculator`."""
        from dfs.etc.calculator import Calculator
        from dfs.etc.remote import RemoteEngine

        return Calculator(RemoteEngine(self.services.name, self._session))

    def sign_in(self, name: str, password: str) -> None:
        """Sign in: later requests carry a token of this user.  The password is sent and not kept.

        One token of our own server opens all its services.  ESO's archive and its P2 want one each: both are asked for.

        Raises
        ------
        AccessError
            Name and password do not fit.
        """
        self._session.sign_in(name, password)
        self._forget_phase2()  # it is made anew, with the new token
        if not self.phase2_desk.addresses.is_ours:
            with suppress(ServiceError):  # its P2 is down: the archive is not
                self.phase2_desk.sign_in(name, password)

    def close(self) -> None:
        """Let go of the connections."""
        self._session.requests.close()
        self._forget_phase2()

    def _forget_phase2(self) -> None:
        self.__dict__.pop("phase2", None)
        desk = self.__dict__.pop("phase2_desk", None)
        if desk is not None:
            desk.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
