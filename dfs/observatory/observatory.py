"""The one composition root: opening an observatory, acting in it as somebody, keeping it.  Command line, notebooks and tests all start here."""

from __future__ import annotations

import logging
import os
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from dfs.access import CurrentUser, EmbeddedUser, register
from dfs.clock import Clock, SettableClock, SystemClock, isoformat
from dfs.config import Settings, load_settings
from dfs.errors import NotFoundError
from dfs.observatory.phase2_services import Phase2Services
from dfs.progress import Progress, Silent
from dfs.store.format import FORMAT, check_format, upgrade
from dfs.store.opening import make_store

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dfs.etc.calculator import Calculator
    from dfs.store.manifest import Manifest

__all__ = ["Observatory"]


class Observatory(Phase2Services):
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

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        clock: Clock | None = None,
        user: CurrentUser | None = None,
        **settings: Any,
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
        configuration = load_settings(path, **settings)
        clock = clock or _clock_of(configuration.settings)
        observatory = cls(configuration, clock=clock, user=user or EmbeddedUser())
        if observatory.configuration.origins["log_level"] != "default":
            logging.getLogger("dfs").setLevel(observatory.settings.log_level)
        make_store(observatory.root, observatory.database, observatory._found)
        check_format(observatory.database)
        observatory.archive.recover()
        return observatory

    def acting(self, user: CurrentUser) -> Observatory:
        """Return this observatory as `user` sees it: the same stores, the rights of somebody else (a server's request)."""
        return Observatory(self.configuration, clock=self.clock, user=user, shared=self._shared or self)

    @classmethod
    def upgrade(cls, path: str | os.PathLike[str] | None = None, **settings: Any) -> tuple[int, int]:
        """Raise the observatory in `path` to this package's format; return (format before, format after)."""
        observatory = cls(load_settings(path, **settings), clock=SystemClock(), user=EmbeddedUser())

        def note(connection: Connection, before: int, after: int) -> None:
            observatory.audit.append(connection, "upgrade", observatory.database.name, before=before, after=after)

        with observatory:
            _require_store(observatory)
            return upgrade(observatory.database, note)

    @classmethod
    def restore(
        cls,
        source: str | os.PathLike[str],
        path: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
        **settings: Any,
    ) -> Manifest:
        """Make the observatory `path` from the backup in `source`; see `dfs.store.restore.restore`."""
        from dfs.store.restore import restore

        observatory = cls(load_settings(path, **settings), clock=SystemClock(), user=EmbeddedUser())
        with observatory:
            source = Path(source).absolute()
            manifest = restore(source, observatory.database, observatory.files, observatory.root, progress or Silent())
            with observatory.database.write() as connection:
                observatory.audit.append(connection, "restore", str(source), made=manifest.made)
        return manifest

    @cached_property
    def etc(self) -> Calculator:
        """The exposure time calculator, which needs nothing of the stores: `dfs.etc.calculator.Calculator`."""
        from dfs.etc.calculator import Calculator

        return Calculator()

    def backup(self, folder: str | os.PathLike[str], progress: Progress | None = None) -> Manifest:
        """Copy this observatory to the new folder `folder`, also while it is used; see `dfs.store.backup.back_up`."""
        from dfs.store.backup import back_up

        made = isoformat(self.clock.now())
        return back_up(self.database, self.files, Path(folder).absolute(), made, progress or Silent())

    def _found(self, connection: Connection) -> None:
        """Write the first rows of a new observatory: its first user, and that it was made."""
        self.audit.append(connection, "create", self.database.name, format=FORMAT)
        register(connection, self.user, self.clock.now())

    def close(self) -> None:
        """Close the database connections, unless they are somebody else's."""
        if self._shared is None:
            if "index" in self.__dict__:
                self.index.close()
            self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Observatory({str(self.root)!r})"


def _clock_of(settings: Settings) -> Clock:
    """Return the computer's clock; in a test instance one that `dfs clock` sets."""
    return SettableClock(settings.root / "clock") if settings.test_instance else SystemClock()


def _require_store(observatory: Observatory) -> None:
    """Raise `NotFoundError` when there is no observatory to work on (a connection would make an empty file)."""
    file = observatory.database.file
    if file is not None and not file.is_file():
        raise NotFoundError("there is no observatory here", where=str(observatory.root), hint="see: dfs config show")
