"""The observatory behind the pages: your own in process, or a server's over HTTP."""

from __future__ import annotations

import shlex
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dfs.errors import UsageError

if TYPE_CHECKING:
    from dfs.archive.deliveries import Delivery
    from dfs.connection import RemoteObservatory
    from dfs.observatory import Observatory
    from dfs.phase2.remote import RemotePhase2

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

    @property
    def phase2(self) -> Any:
        """Its phase 2, as documents: `dfs.phase2.api.Phase2Desk`."""
        return self._observatory.phase2_desk

    @property
    def chart_background(self) -> Any:
        """What finding charts are drawn on."""
        return self._observatory.chart_background

    @property
    def token(self) -> str:
        """Return nothing: there is nobody else to be."""
        return ""

    def script(self, delivery: Delivery) -> str:
        """Return the command that fetches a delivery."""
        return f"#!/bin/sh\ndfs --root {shlex.quote(self._path)} archive fetch {delivery.id}\n"

    def sign_in(self, name: str, password: str) -> None:  # noqa: ARG002 - as every desk
        """Refuse: there is nobody else to be."""
        raise UsageError("your own observatory knows you already", where="sign in")

    def resume(self, token: str) -> None:  # noqa: ARG002 - as every desk
        """Refuse, for the same reason."""
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
        self._act(None)

    @property
    def archive(self) -> Any:
        """Its archive."""
        return self._remote.archive

    @property
    def phase2(self) -> RemotePhase2:
        """Its phase 2, as documents."""
        return self._phase2

    @property
    def chart_background(self) -> None:
        """Return nothing: the server's images are not files here."""

    @property
    def token(self) -> str:
        """What proves who is signed in; empty: nobody is."""
        return self._phase2.token or ""

    def script(self, delivery: Delivery) -> str:
        """Return a script that fetches a delivery with curl, with a token of whoever runs it."""
        from dfs.archive.deliveries import script

        return script(delivery, self._url)[0]

    def sign_in(self, name: str, password: str) -> None:
        """Sign in; later questions carry a token of this user."""
        from dfs.phase2.remote import RemotePhase2

        door = RemotePhase2(self._url)
        who = door.sign_in(name, password)
        self._act(door.token)
        self.user_name = who

    def resume(self, token: str) -> None:
        """Be whom a token says; `AccessError` when it holds no more."""
        from dfs.phase2.remote import RemotePhase2

        who = str(RemotePhase2(self._url, token).user()["username"])
        self._act(token)
        self.user_name = who

    def sign_out(self) -> None:
        """Let the token hold no more, and forget it."""
        import httpx

        with suppress(httpx.HTTPError):  # it ends by itself within hours
            httpx.delete(
                f"{self._url.rstrip('/')}/auth/session", headers={"Authorization": f"Bearer {self.token}"}, timeout=10
            )
        self._act(None)
        self.user_name = ""

    def _act(self, token: str | None) -> None:
        import dfs
        from dfs.phase2.remote import RemotePhase2

        self._remote: RemoteObservatory = dfs.connect(self._url, token=token)
        self._phase2 = RemotePhase2(self._url, token)


def open_desk(*, server: str | None, root: str | None) -> EmbeddedDesk | RemoteDesk:
    """Return the desk of the pages: of the server at `server` if there is one, else of the observatory in folder `root`."""
    if server:
        return RemoteDesk(server)
    import dfs

    return EmbeddedDesk(dfs.open(root))
