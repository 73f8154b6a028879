"""What every part of the desk stands on: opening a look or a change, and whole nouns for the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from dfs.access import AuditTrail, CurrentUser, Standing
from dfs.clock import Clock
from dfs.model.phase2 import Container, ObservationBlock, ObservingRun, RunTree
from dfs.phase2.api import Versioned
from dfs.phase2.documents import read_block, read_container, read_run
from dfs.phase2.service.injected import Export, NightCurves, Packages, Rules, unset
from dfs.phase2.service.look import Look
from dfs.phase2.service.readme import filled
from dfs.phase2.service.records import Item, Run, Stored
from dfs.phase2.service.shown import run_document, whole_block, whole_container
from dfs.phase2.service.work import Work
from dfs.store import Database

__all__ = ["Desk", "block_noun", "container_noun", "run_noun", "run_tree", "versioned"]

T = TypeVar("T")


class Desk:
    """The stores, whoever acts, and what is injected.

    Parameters
    ----------
    standing
        Gives what the acting user may, each time anew.
    rules
        What is wrong with a block, and how long it takes: `dfs.phase2.service.injected.Rules`.
    packages
        Instrument packages: `dfs.instruments.packages`.
    night_curves, export
        Visibility of blocks in a night; ZIP files.  Without them these calls say that they are missing.
    """

    def __init__(
        self,
        database: Database,
        audit: AuditTrail,
        clock: Clock,
        standing: Callable[[], Standing],
        user: CurrentUser,
        *,
        rules: Rules,
        packages: Packages,
        night_curves: NightCurves = unset,
        export: Export = unset,
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._standing = standing
        self._user = user
        self._rules = rules
        self._packages = packages
        self._night_curves = night_curves
        self._export = export

    @contextmanager
    def _look(self) -> Iterator[Look]:
        standing = self._standing()
        with self._database.read() as connection:
            yield Look(connection, standing, self._packages)

    @contextmanager
    def _change(self, action: str) -> Iterator[Work]:
        """Open a change; what it gathered is written when the block ends without an error."""
        standing, now = self._standing(), self._clock.now()
        with self._database.write() as connection:
            work = Work(
                connection,
                standing,
                self._packages,
                name=self._user.name,
                now=now,
                audit=self._audit,
                action=action,
            )
            yield work
            work.finish()


def versioned(body: T, stored: Stored) -> Versioned[T]:
    """Return a body with the version of its document."""
    return Versioned(body, stored.etag)


def run_noun(look: Look, run: Run) -> ObservingRun:
    """Return a run for the rules."""
    return read_run({**run_document(look, run), "targets": run.targets})


def block_noun(look: Look, block: Item) -> ObservationBlock:
    """Return a whole block for the rules."""
    return read_block(whole_block(look, block))


def run_tree(look: Look, run_id: int) -> RunTree:
    """Return a run with everything in it, and its README, for the rules."""
    run = look.run(run_id)
    readme = filled(run.mode, look.document(f"run:{run_id}", "readme", run_id).body)
    return RunTree(run_noun(look, run), container_noun(look, look.item(run.root)), readme)


def container_noun(look: Look, container: Item) -> Container:
    """Return a whole container for the rules."""
    return read_container(whole_container(look, container))
