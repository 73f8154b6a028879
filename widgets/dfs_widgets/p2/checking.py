"""What is wrong with a draft, how long it takes, when it can be seen: worked out here, on every keystroke, with the server's own rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from dfs.errors import DfsError, NotFoundError
from dfs.model.phase2 import ObservationBlock, ObservingRun, RunTree
from dfs.phase2.api import Document, Phase2Desk
from dfs.phase2.documents import read_block, read_container, read_run, read_tree
from dfs_widgets.state.p2.findings import finding_document
from dfs_widgets.state.p2.rows import duration_text

__all__ = ["Checking", "Instrument"]


class Instrument:
    """What an instrument package says: constraints, and template signatures as they are asked for."""

    def __init__(self, desk: Phase2Desk, name: str, version: str) -> None:
        self._desk = desk
        self.name, self.version = name, version
        self.constraints: list[Document] = list(
            desk.instrument_constraints(name, version).get("observingConstraints", ())
        )
        self.offered: list[dict[str, str]] = [
            {"name": one["templateName"], "type": one["type"]} for one in desk.signatures(name, version)
        ]
        self._known: dict[str, Document] = {}

    def signatures(self, block: Mapping[str, Any]) -> dict[str, Document]:
        """Return the signatures of a block's templates, by name."""
        wanted = {one["templateName"] for one in block.get("templates", ())}
        for name in wanted - self._known.keys():
            with suppress(NotFoundError):  # a template of an older package is shown as it is
                self._known[name] = self._desk.signature(self.name, self.version, name)
        return {name: self._known[name] for name in wanted if name in self._known}


class Checking:
    """Applies rules, overheads and ephemerides to whole documents."""

    def __init__(self, desk: Callable[[], Phase2Desk]) -> None:
        self._desk = desk
        self._instruments: dict[tuple[str, str], Instrument] = {}

    @cached_property
    def _verifier(self) -> Any:
        from dfs.phase2.verification import Verifier

        return Verifier()

    def instrument(self, name: str, version: Any) -> Instrument:
        """Return what is known of an instrument's package."""
        key = (name, f"{version}")
        if key not in self._instruments:
            self._instruments[key] = Instrument(self._desk(), *key)
        return self._instruments[key]

    def forget(self) -> None:
        """Forget what another user's desk said."""
        self._instruments = {}

    def findings(self, run: Document, document: Document, container: Document) -> list[Document]:
        """Return what is wrong with a block or container under edit."""
        if document["itemType"] in {"OB", "CB"}:
            # What else lies in a folder has no say, and may be a thousand blocks.
            around = {**container, "items": []} if container["itemType"] == "Folder" else container
            found = self._verifier.verify_block(read_run(run), read_block(document), read_container(around))
        else:
            found = self._verifier.verify_container(read_run(run), read_container(document))
        return [finding_document(one) for one in found]

    def run_findings(self, tree: Document) -> list[Document]:
        """Return what is wrong in a whole run."""
        return [finding_document(one) for one in self._verifier.verify_run(read_tree(tree))]

    @staticmethod
    def nouns_of(tree: Document) -> RunTree:
        """Return a run as frozen nouns."""
        return read_tree(tree)

    def checked(self, tree: RunTree) -> tuple[dict[int, float], list[Document]]:
        """Return how long each block takes (s), those in concatenations as they follow each other; and all findings."""
        from dfs.phase2.execution import run_time

        try:
            times = {number: one.execution_s for number, one in run_time(tree).blocks.items()}
        except DfsError:  # no package for this instrument: the store's own figures stand
            times = {}
        return times, [finding_document(one) for one in self._verifier.verify_run(tree)]

    def execution(self, document: Document) -> tuple[float, dict[str, Any]]:
        """Return the execution time of a block in seconds, and its break-down as it is shown; 0 where no package knows."""
        from dfs.phase2.execution import execution_time, package_of

        block = read_block(document)
        try:
            time = execution_time(block, package_of(block))
        except DfsError as error:
            return 0.0, {"total": "unknown", "parts": [], "note": error.line()}
        longest = max([1.0, *(one.seconds for one in time.parts)])
        parts = [
            [one.label, duration_text(one.seconds), round(100 * one.seconds / longest), one.source]
            for one in time.parts
        ]
        return time.execution_s, {"total": duration_text(time.execution_s), "parts": parts}

    @staticmethod
    def nights_seen(run: Document, blocks: Sequence[Document]) -> dict[int, tuple[tuple[float, float], ...]]:
        """Return, by number, the stretches of nights (s since 1970) in which each block can be observed."""
        from dfs_widgets.state.p2.sight import stretches

        nouns = []
        for one in blocks:
            with suppress(ValueError, DfsError):  # a target that cannot be read: the rules say so
                noun = read_block(one)
                if noun.target.is_set or noun.ephemeris:
                    nouns.append(noun)
        return stretches(nouns, read_run(run)) if nouns else {}

    @staticmethod
    def nouns(run: Document, document: Document, seconds: float) -> tuple[ObservingRun, ObservationBlock]:
        """Return run and block as the visibility wants them."""
        return read_run(run), read_block({**document, "executionTime": seconds or document.get("executionTime") or 0})
