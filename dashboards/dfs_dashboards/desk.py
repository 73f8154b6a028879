"""The observatory behind the pages: your own in process, or a server's over HTTP."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from dfs.errors import UsageError

if TYPE_CHECKING:
    from dfs.archive.deliveries import Delivery
    from dfs.connection import RemoteObservatory
    from dfs.observatory import Observatory

__all__ = ["open_desk"]


class EmbeddedDesk:
    """Your own observatory: you are its user already."""

    def __init__(self, observatory: Observatory) -> None:
        self._observatory = observatory
        self.asks_for_name = False
        self._path = str(observatory.root)
        self.name = observatory.root.name
        self.user_name = observatory.user.name
        self.opened_by = f"dfs.open({self._path!r})"
        self.fetched_by = f"dfs --root {shlex.quote(self._path)} archive get"

    @property
    def archive(self) -> Any:
        """Its archive."""
        return self._observatory.archive

    def script(self, delivery: Delivery) -> str:
        """Return the command that fetches a delivery."""
        return f"#!/bin/sh\ndfs --root {shlex.quote(self._path)} archive fetch {delivery.id}\n"

    def sign_in(self, name: str, password: str) -> None:  # noqa: ARG002 - as every desk
        """Refuse: there is nobody else to be."""
        raise UsageError("your own observatory knows you already", where="sign in")

    def sign_out(self) -> None:
        """Refuse, for the same reason."""
        raise UsageError("your own observatory knows you already", where="sign out")


class RemoteDesk:
    """A server's observatory: anonymous until somebody signs in."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.asks_for_name = True
        self.name = url
        self.user_name = ""
        self.opened_by = f"dfs.connect({url!r})"
        self.fetched_by = f"dfs archive get --connect {shlex.quote(url)}"
        self._remote: RemoteObservatory = self._connected()

    @property
    def archive(self) -> Any:
        """Its archive."""
        return self._remote.archive

    def script(self, delivery: Delivery) -> str:
        """Return a script that fetches a delivery with curl, with a token of whoever runs it."""
        from dfs.archive.deliveries import script

        return script(delivery, self._url)[0]

    def sign_in(self, name: str, password: str) -> None:
        """Sign in; later questions carry a token of this user."""
        remote = self._connected()
        remote.sign_in(name, password)
        self._remote, self.user_name = remote, name

    def sign_out(self) -> None:
        """Forget the token."""
        self._remote, self.user_name = self._connected(), ""

    def _connected(self) -> RemoteObservatory:
        import dfs

        return dfs.connect(self._url)


def open_desk(*, server: str | None, root: str | None) -> EmbeddedDesk | RemoteDesk:
    """Return the desk of the pages: of the server at `server` if there is one, else of the observatory in folder `root`."""
    if server:
        return RemoteDesk(server)
    import dfs

    return EmbeddedDesk(dfs.open(root))
