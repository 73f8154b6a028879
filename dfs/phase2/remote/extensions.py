"""What our server offers beyond ESO's API, over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from dfs.phase2.api import Change, Document
from dfs.phase2.remote.wire import Wire

__all__ = ["OurExtensions"]


class OurExtensions:
    """The calls of `dfs.phase2.api.Phase2Desk` that ESO's API lacks, as our server offers them under ``/ext``."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def tree(self, run_id: int) -> Document:
        """Return a run whole."""
        return dict(self._wire.json("GET", f"/ext/runs/{run_id}/tree"))

    def apply(self, run_id: int, changes: Iterable[Change]) -> dict[int, int]:
        """Make all changes or none."""
        body = {
            "changes": [
                {"action": one.action, "subject": one.subject, "body": one.body, "version": one.version}
                for one in changes
            ]
        }
        created = self._wire.json("POST", f"/ext/runs/{run_id}/apply", body)["created"]
        return {int(given): int(number) for given, number in created.items()}

    def revision(self, run_id: int) -> int:
        """Return the number that grows with every change in the run."""
        return int(self._wire.json("GET", f"/ext/runs/{run_id}/revision")["revision"])

    def changes_since(self, run_id: int, revision: int, wait_s: int = 0) -> list[Document]:
        """Return the history entries after `revision`; wait up to `wait_s` (25 at most) for some."""
        return list(self._wire.json("GET", f"/ext/runs/{run_id}/changes", since=revision, wait=wait_s)["changes"])

    def history(self, run_id: int, subject: str | None = None, limit: int = 100) -> list[Document]:
        """Return what was changed, newest first."""
        query: dict[str, Any] = {"limit": limit} | ({} if subject is None else {"subject": subject})
        return list(self._wire.json("GET", f"/ext/runs/{run_id}/history", **query))

    def undo(self, run_id: int, operation: str) -> list[Document]:
        """Take an operation back."""
        return list(self._wire.json("POST", f"/ext/runs/{run_id}/undo", {"operation": operation}))

    def findings(self, item_id: int) -> list[Document]:
        """Return every finding on a block, or on all in a container."""
        return list(self._wire.json("GET", f"/ext/items/{item_id}/findings"))

    def comments(self, run_id: int) -> list[Document]:
        """Return what was said about the run and what is in it."""
        return list(self._wire.json("GET", f"/ext/runs/{run_id}/comments"))

    def comment(self, run_id: int, text: str, item_id: int | None = None, path: str = "") -> Document:
        """Say something."""
        body = {"text": text, "item_id": item_id, "path": path}
        return dict(self._wire.json("POST", f"/ext/runs/{run_id}/comments", body))

    def resolve_comment(self, run_id: int, comment_id: int) -> None:
        """Settle a comment."""
        self._wire.json("POST", f"/ext/runs/{run_id}/comments/{comment_id}/resolve")

    def review(self, item_id: int, verdict: str, text: str = "") -> Document:
        """Give a verdict."""
        return dict(self._wire.json("POST", f"/ext/items/{item_id}/review", {"verdict": verdict, "text": text}))

    def execute(self, ob_id: int, event: str, details: Mapping[str, Any] | None = None) -> Document:
        """Tell what happened at the telescope."""
        body = {"event": event, "details": dict(details or {})}
        return dict(self._wire.json("POST", f"/ext/obsBlocks/{ob_id}/execute", body))

    def library(self, kind: str) -> list[Document]:
        """Return what the user keeps of a kind."""
        return list(self._wire.json("GET", f"/ext/library/{quote(kind, safe='')}"))

    def keep(self, kind: str, name: str, body: Document) -> Document:
        """Keep something."""
        return dict(self._wire.json("PUT", f"/ext/library/{quote(kind, safe='')}/{quote(name, safe='')}", body))

    def forget(self, kind: str, name: str) -> None:
        """Keep it no longer."""
        self._wire.json("DELETE", f"/ext/library/{quote(kind, safe='')}/{quote(name, safe='')}")

    def create_run(self, document: Document) -> Document:
        """Make a run (operators)."""
        return dict(self._wire.json("POST", "/ext/runs", document))

    def set_run(self, run_id: int, changes: Mapping[str, Any]) -> Document:
        """Change a run (operators)."""
        return dict(self._wire.json("PUT", f"/ext/runs/{run_id}", dict(changes)))

    def open_run(self, run_id: int) -> Document:
        """Let a notified run be changed by its user again (support)."""
        return dict(self._wire.json("POST", f"/ext/runs/{run_id}/open"))

    def end_run(self, run_id: int) -> Document:
        """End a run before its time (operators)."""
        return dict(self._wire.json("POST", f"/ext/runs/{run_id}/end"))

    def keep_time(self) -> list[int]:
        """Do what time does (operators)."""
        return [int(one) for one in self._wire.json("POST", "/ext/keepTime")]
