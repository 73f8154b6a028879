"""What nobody can make of ESO's calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from dfs.errors import ServiceError
from dfs.phase2.api import Document

__all__ = ["Lacking"]


class Lacking:
    """The calls of `dfs.phase2.api.Phase2Desk` that a service of ESO has nothing for: each raises `ServiceError`, which says so.

    Parameters
    ----------
    name
        Of the service.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def revision(self, run_id: int) -> int:
        """Say that there is none."""
        self._lacking(f"revisions of runs ({run_id})")

    def changes_since(self, run_id: int, revision: int, wait_s: int = 0) -> list[Document]:  # noqa: ARG002
        """Say that there is none."""
        self._lacking(f"news of runs ({run_id})")

    def history(self, run_id: int, subject: str | None = None, limit: int = 100) -> list[Document]:  # noqa: ARG002
        """Say that there is none."""
        self._lacking(f"a history of runs ({run_id})")

    def undo(self, run_id: int, operation: str) -> list[Document]:  # noqa: ARG002
        """Say that there is none."""
        self._lacking(f"undo ({operation})")

    def comments(self, run_id: int) -> list[Document]:
        """Say that there is none."""
        self._lacking(f"comments on runs ({run_id})")

    def comment(self, run_id: int, text: str, item_id: int | None = None, path: str = "") -> Document:  # noqa: ARG002
        """Say that there is none."""
        self._lacking(f"comments on runs ({run_id})")

    def resolve_comment(self, run_id: int, comment_id: int) -> None:  # noqa: ARG002
        """Say that there is none."""
        self._lacking(f"comments on runs ({run_id})")

    def review(self, item_id: int, verdict: str, text: str = "") -> Document:  # noqa: ARG002
        """Say that there is none."""
        self._lacking(f"reviews by its API ({verdict} of {item_id})")

    def execute(self, ob_id: int, event: str, details: Mapping[str, Any] | None = None) -> Document:  # noqa: ARG002
        """Say that there is none."""
        self._lacking(f"executions by its API ({event} of {ob_id})")

    def library(self, kind: str) -> list[Document]:
        """Say that there is none."""
        self._lacking(f"a library ({kind})")

    def keep(self, kind: str, name: str, body: Document) -> Document:  # noqa: ARG002
        """Say that there is none."""
        self._lacking(f"a library ({kind} {name})")

    def forget(self, kind: str, name: str) -> None:
        """Say that there is none."""
        self._lacking(f"a library ({kind} {name})")

    def create_run(self, document: Document) -> Document:
        """Say that there is none."""
        self._lacking(f"runs made by its API ({document.get('progId')})")

    def set_run(self, run_id: int, changes: Mapping[str, Any]) -> Document:  # noqa: ARG002
        """Say that there is none."""
        self._lacking(f"runs changed by its API ({run_id})")

    def open_run(self, run_id: int) -> Document:
        """Say that there is none."""
        self._lacking(f"runs opened by its API ({run_id})")

    def end_run(self, run_id: int) -> Document:
        """Say that there is none."""
        self._lacking(f"runs ended by its API ({run_id})")

    def keep_time(self) -> list[int]:
        """Say that there is none."""
        self._lacking("clock of ours")

    def _lacking(self, what: str) -> NoReturn:
        raise ServiceError(
            f"{self._name} has no {what}", where=self._name, hint="an embedded observatory and our server have"
        )
