"""The one composition root: settings, then stores, then services.  Command line, notebooks and tests all start here."""

from __future__ import annotations

import logging
import os
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from dfs.access import AuditTrail, CurrentUser, EmbeddedUser
from dfs.clock import Clock, SystemClock
from dfs.config import Configuration, Settings, load_settings
from dfs.store import Database, FileStore
from dfs.store.format import check_format
from dfs.store.opening import make_store

if TYPE_CHECKING:
    from dfs.archive import Archive
    from dfs.frames import Frames
    from dfs.pipeline import Pipeline, Report
    from dfs.qc import QualityControl
    from dfs.recipes import Recipes

__all__ = ["Observatory"]


class Observatory:
    """An embedded observatory: a folder with its files, its database and its services.

    Open it with `Observatory.open` (or `dfs.open`); services are made when they are first used.

    Attributes
    ----------
    settings, configuration
        The values in force; with the place each came from.
    database, files
        The two stores of truth.
    clock, user, audit
        The time, whoever acts, and the trail of what was done: injected, so that tests and servers may bring their own.
    """

    def __init__(self, configuration: Configuration, *, clock: Clock, user: CurrentUser) -> None:
        self.configuration = configuration
        self.settings: Settings = configuration.settings
        self.clock = clock
        self.user = user
        self.database = Database(self.settings.url, busy_timeout_s=self.settings.busy_timeout_s)
        self.files = FileStore(self.settings.volume, self.settings.replicas)
        self.audit = AuditTrail(self.database, clock, user)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        clock: Clock | None = None,
        user: CurrentUser | None = None,
        **settings: object,
    ) -> Observatory:
        """Open the observatory in folder `path`, making it when it is not there, and clear what a crash left.

        Parameters
        ----------
        path
            The root; None takes ``DFS_ROOT``, the user's settings file, or the user's data folder.
        clock, user
            Default: the computer's clock; whoever is logged in.
        **settings
            Any setting of ``dfs config show``.

        Raises
        ------
        UsageError
            A wrong setting.
        ServiceError
            The folder cannot be made or written, the database is gone, or its format needs ``dfs upgrade``.
        """
        observatory = cls(load_settings(path, **settings), clock=clock or SystemClock(), user=user or EmbeddedUser())
        logging.getLogger("dfs").setLevel(observatory.settings.log_level)
        make_store(observatory.root, observatory.database, observatory.audit.append)
        check_format(observatory.database)
        observatory.archive.recover()
        return observatory

    @property
    def root(self) -> Path:
        """The observatory's folder."""
        return self.settings.root

    @cached_property
    def archive(self) -> Archive:
        """Files in, out, and proved: `dfs.archive.Archive`."""
        from dfs.archive import Archive

        return Archive(self.database, self.files, self.audit, self.clock)

    @cached_property
    def qc(self) -> QualityControl:
        """Quality parameters and their trends: `dfs.qc.QualityControl`."""
        from dfs.qc import QualityControl

        return QualityControl(self.database)

    @cached_property
    def frames(self) -> Frames:
        """What is in a folder, which files belong together, and why: `dfs.frames.Frames`."""
        from dfs.frames import Frames

        return Frames()

    @cached_property
    def recipes(self) -> Recipes:
        """The recipes: `dfs.recipes.Recipes`."""
        from dfs.recipes import Recipes

        return Recipes(self.clock)

    @cached_property
    def pipeline(self) -> Pipeline:
        """Reductions: `dfs.pipeline.Pipeline`."""
        from dfs.pipeline import Pipeline

        return Pipeline(self)

    def reduce(self, folder: str | os.PathLike[str], **options: Any) -> Report:
        """Reduce a folder of raw frames to archived science; see `dfs.pipeline.Pipeline.reduce`."""
        return self.pipeline.reduce(Path(folder), **options)

    def close(self) -> None:
        """Close the database connections."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Observatory({str(self.root)!r})"
