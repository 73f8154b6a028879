"""Phase 2 elsewhere, with the calls of an embedded one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from dfs.phase2.api import Change, Document
from dfs.phase2.remote.addresses import p2_addresses
from dfs.phase2.remote.block_calls import P2BlockCalls
from dfs.phase2.remote.calls import P2Calls
from dfs.phase2.remote.composed import ComposedExtensions
from dfs.phase2.remote.extensions import OurExtensions
from dfs.phase2.remote.session import P2Session
from dfs.phase2.remote.wire import Wire

__all__ = ["RemotePhase2"]


class RemotePhase2(P2Calls, P2BlockCalls):
    """Phase 2 of one of our servers, or of ESO: `dfs.phase2.api.Phase2Desk` over HTTP.

    Parameters
    ----------
    where
        Address of a server; ``eso``, ``eso-lasilla``, ``eso-demo``.
    token
        A token that you have; else `sign_in`.

    Attributes
    ----------
    addresses
        Where its services are.

    Examples
    --------
    >>> desk = RemotePhase2("http://127.0.0.1:8000")                # doctest: +SKIP
    >>> desk.sign_in("52052", "tutorial")                           # doctest: +SKIP
    >>> [run["progId"] for run in desk.runs()]                      # doctest: +SKIP
    """

    def __init__(self, where: str, token: str | None = None, *, pause_s: float = 0.5) -> None:
        self.addresses = p2_addresses(where)
        self._session = P2Session(self.addresses.login, token, pause_s=pause_s)
        super().__init__(Wire(self._session, self.addresses))
        self._more: OurExtensions | ComposedExtensions = (
            OurExtensions(self._wire) if self.addresses.is_ours else ComposedExtensions(self, self.addresses.name)
        )

    def sign_in(self, name: str, password: str) -> str:
        """Sign in, and return the name of the account; the password is sent once and not kept."""
        return self._session.sign_in(name, password)

    @property
    def token(self) -> str | None:
        """The token that requests carry."""
        return self._session.token

    def tree(self, run_id: int) -> Document:
        """Return a run whole."""
        return self._more.tree(run_id)

    def apply(self, run_id: int, changes: Iterable[Change]) -> dict[int, int]:
        """Make all changes or none; towards ESO one after the other."""
        return self._more.apply(run_id, changes)

    def revision(self, run_id: int) -> int:
        """Return a number that grows with every change in the run."""
        return self._more.revision(run_id)

    def changes_since(self, run_id: int, revision: int, wait_s: int = 0) -> list[Document]:
        """Return the history entries after `revision`; wait up to `wait_s` for some."""
        return self._more.changes_since(run_id, revision, wait_s)

    def history(self, run_id: int, subject: str | None = None, limit: int = 100) -> list[Document]:
        """Return what was changed, newest first."""
        return self._more.history(run_id, subject, limit)

    def undo(self, run_id: int, operation: str) -> list[Document]:
        """Take an operation back."""
        return self._more.undo(run_id, operation)

    def findings(self, item_id: int) -> list[Document]:
        """Return every finding on a block, or on all in a container."""
        return self._more.findings(item_id)

    def comments(self, run_id: int) -> list[Document]:
        """Return what was said about the run and what is in it."""
        return self._more.comments(run_id)

    def comment(self, run_id: int, text: str, item_id: int | None = None, path: str = "") -> Document:
        """Say something."""
        return self._more.comment(run_id, text, item_id, path)

    def resolve_comment(self, run_id: int, comment_id: int) -> None:
        """Settle a comment."""
        self._more.resolve_comment(run_id, comment_id)

    def review(self, item_id: int, verdict: str, text: str = "") -> Document:
        """Give a verdict (support astronomers)."""
        return self._more.review(item_id, verdict, text)

    def execute(self, ob_id: int, event: str, details: Mapping[str, Any] | None = None) -> Document:
        """Tell what happened at the telescope (operators)."""
        return self._more.execute(ob_id, event, details)

    def library(self, kind: str) -> list[Document]:
        """Return what the user keeps of a kind."""
        return self._more.library(kind)

    def keep(self, kind: str, name: str, body: Document) -> Document:
        """Keep something."""
        return self._more.keep(kind, name, body)

    def forget(self, kind: str, name: str) -> None:
        """Keep it no longer."""
        self._more.forget(kind, name)

    def create_run(self, document: Document) -> Document:
        """Make a run (operators)."""
        return self._more.create_run(document)

    def set_run(self, run_id: int, changes: Mapping[str, Any]) -> Document:
        """Change a run (operators)."""
        return self._more.set_run(run_id, changes)

    def open_run(self, run_id: int) -> Document:
        """Let a notified run be changed by its user again (support)."""
        return self._more.open_run(run_id)

    def end_run(self, run_id: int) -> Document:
        """End a run before its time (operators)."""
        return self._more.end_run(run_id)

    def keep_time(self) -> list[int]:
        """Do what time does (operators)."""
        return self._more.keep_time()

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"RemotePhase2({self.addresses.name!r})"
