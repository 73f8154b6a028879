"""The one composition root: settings, then stores, then services.  Command line, notebooks and tests all start here."""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from dfs.access import Action, AuditTrail, CurrentUser, EmbeddedUser, Protection, Standing, register
from dfs.clock import Clock, SettableClock, SystemClock, isoformat
from dfs.config import Configuration, Settings, load_settings
from dfs.errors import NotFoundError, UsageError
from dfs.progress import Progress, Silent
from dfs.store import Database, FileStore
from dfs.store.format import FORMAT, check_format, upgrade
from dfs.store.opening import make_store

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dfs.access.accounts import Accounts
    from dfs.access.delegations import Delegations
    from dfs.access.keys import SigningKeys
    from dfs.access.oidc import OidcClient
    from dfs.access.relations import Relations
    from dfs.access.sign_in import SignIn
    from dfs.access.tokens import Tokens
    from dfs.archive import Archive
    from dfs.archive.calibrations import Calibrations
    from dfs.archive.deliveries import Deliveries
    from dfs.archive.doors import Doorkeeper
    from dfs.archive.downloads import Downloads, ProvenFiles
    from dfs.archive.headers import Headers
    from dfs.archive.index import Index
    from dfs.archive.previews import Previews
    from dfs.archive.programmes import Programmes
    from dfs.frames import Frames
    from dfs.pipeline import Pipeline, Report
    from dfs.qc import QualityControl
    from dfs.recipes import Recipes
    from dfs.store.manifest import Manifest
    from dfs.vo.datalink import DataLink
    from dfs.vo.engine import QueryEngine
    from dfs.vo.soda import Soda
    from dfs.vo.tap.service import Tap

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

    def __init__(
        self, configuration: Configuration, *, clock: Clock, user: CurrentUser, shared: Observatory | None = None
    ) -> None:
        self.configuration = configuration
        self.settings: Settings = configuration.settings
        self.clock = clock
        self.user = user
        self._shared = shared
        self.database: Database = (
            shared.database if shared else Database(self.settings.url, busy_timeout_s=self.settings.busy_timeout_s)
        )
        self.files: FileStore = shared.files if shared else FileStore(self.settings.volume, self.settings.replicas)
        self.audit = AuditTrail(self.database, clock, user)

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

    def backup(self, folder: str | os.PathLike[str], progress: Progress | None = None) -> Manifest:
        """Copy this observatory to the new folder `folder`, also while it is used; see `dfs.store.backup.back_up`."""
        from dfs.store.backup import back_up

        made = isoformat(self.clock.now())
        return back_up(self.database, self.files, Path(folder).absolute(), made, progress or Silent())

    def _found(self, connection: Connection) -> None:
        """Write the first rows of a new observatory: its first user, and that it was made."""
        self.audit.append(connection, "create", self.database.name, format=FORMAT)
        register(connection, self.user, self.clock.now())

    @property
    def root(self) -> Path:
        """The observatory's folder."""
        return self.settings.root

    @property
    def standing(self) -> Standing:
        """What the user is to everything, now: asked of the database each time."""
        from dfs.access.standings import Standings

        return Standings(self.database).of(self.user)

    def permits(self, action: Action, what: Protection) -> bool:
        """Tell whether the user may do `action` to a file protected by `what`, now."""
        return self.doors.permits(action, what)

    @cached_property
    def doors(self) -> Doorkeeper:
        """May the user do this to that file: `dfs.archive.doors.Doorkeeper`."""
        from dfs.archive.doors import Doorkeeper

        return Doorkeeper(self.database, lambda: self.standing, self.clock)

    @cached_property
    def accounts(self) -> Accounts:
        """Who may sign in: `dfs.access.accounts.Accounts`."""
        from dfs.access.accounts import Accounts

        return Accounts(self.database, self.audit, self.clock, lambda: self.standing)

    @cached_property
    def relations(self) -> Relations:
        """Who is what to which programme or instrument: `dfs.access.relations.Relations`."""
        from dfs.access.relations import Relations

        return Relations(self.database, self.audit, self.clock, lambda: self.standing)

    @cached_property
    def delegations(self) -> Delegations:
        """What a PI lets others do: `dfs.access.delegations.Delegations`."""
        from dfs.access.delegations import Delegations

        return Delegations(self.database, self.relations, lambda: self.standing)

    @cached_property
    def programmes(self) -> Programmes:
        """Programmes and the rules for their files: `dfs.archive.programmes.Programmes`."""
        from dfs.archive.programmes import Programmes

        return Programmes(self.database, self.audit, lambda: self.standing)

    @property
    def _wall_clock(self) -> Clock:
        """The clock of tokens and throttle: that of a test instance may be set to and fro, a sign-in goes by real time."""
        return SystemClock() if isinstance(self.clock, SettableClock) else self.clock

    @cached_property
    def signing_keys(self) -> SigningKeys:
        """The keys that sign tokens: `dfs.access.keys.SigningKeys`."""
        from dfs.access.keys import SigningKeys

        return SigningKeys(
            self.database,
            self.audit,
            self._wall_clock,
            lambda: self.standing,
            algorithm=self.settings.token_algorithm,
            lifetime=timedelta(hours=self.settings.token_hours),
        )

    @cached_property
    def tokens(self) -> Tokens:
        """Signed statements of who is there: `dfs.access.tokens.Tokens`."""
        from dfs.access.tokens import Tokens

        lifetime = timedelta(hours=self.settings.token_hours)
        return Tokens(
            self.database, self.signing_keys, self._wall_clock, issuer=self.settings.token_issuer, lifetime=lifetime
        )

    @cached_property
    def sign_in(self) -> SignIn:
        """From name and password to a token: `dfs.access.sign_in.SignIn`."""
        from dfs.access.sign_in import SignIn
        from dfs.access.throttle import Throttle

        return SignIn(self.database, Throttle(self.database, self._wall_clock), self.tokens)

    @cached_property
    def oidc(self) -> OidcClient | None:
        """The sign-in service of the settings ``oidc_*``: `dfs.access.oidc.OidcClient`; None: there is none."""
        if not self.settings.oidc_issuer:
            return None
        from dfs.access.issuer import Issuer
        from dfs.access.oidc import OidcClient

        return OidcClient(
            self.database,
            self.tokens,
            Issuer(self.settings.oidc_issuer),
            client_id=self.settings.oidc_client_id,
            secret_file=self.settings.oidc_client_secret_file,
            claim=self.settings.oidc_claim,
        )

    def set_clock(self, at: datetime | None) -> None:
        """Let the clock of a test instance stand at `at` (aware), for every process; None lets it run.

        Raises
        ------
        UsageError
            The observatory is no test instance.
        AccessError
            The user may not.
        """
        from dfs.access.roles import Power, require

        require(self.standing, Power.SET_CLOCK)
        if not isinstance(self.clock, SettableClock):
            raise UsageError(
                "only the clock of a test instance can be set",
                where=str(self.root),
                hint="for an observatory that holds no real data: test_instance = true in its dfs.toml",
            )
        with self.database.write() as connection:
            self.audit.append(connection, "clock", self.database.name, at=isoformat(at) if at else None)
            self.clock.set(at)

    @cached_property
    def archive(self) -> Archive:
        """Files in, out, and proved: `dfs.archive.Archive`."""
        from dfs.archive import Archive
        from dfs.vo.embedded import EmbeddedBackend

        published = self.previews.make if self.settings.previews else None
        return Archive(self.database, self.files, self.audit, self.clock, EmbeddedBackend(self), published)

    @cached_property
    def proven(self) -> ProvenFiles:
        """Archived files opened once their bytes are proved: `dfs.archive.downloads.ProvenFiles`; one for all users."""
        if self._shared is not None:
            return self._shared.proven
        from dfs.archive.downloads import ProvenFiles
        from dfs.archive.verify import Verifier

        return ProvenFiles(self.files, Verifier(self.database, self.files, self.audit))

    @cached_property
    def downloads(self) -> Downloads:
        """Files out, for those who may have them: `dfs.archive.downloads.Downloads`."""
        from dfs.archive.downloads import Downloads

        return Downloads(self.database, self.doors, self.proven)

    @cached_property
    def previews(self) -> Previews:
        """Pictures of archived files: `dfs.archive.previews.Previews`; the policy is asked by whoever shows them."""
        from dfs.archive.previews import Previews

        return Previews(self.database, self.files, self.root / "previews")

    @cached_property
    def calibrations(self) -> Calibrations:
        """Which calibrations belong to an archived frame: `dfs.archive.calibrations.Calibrations`."""
        from dfs.archive.calibrations import Calibrations

        return Calibrations(self.database, self.doors)

    @cached_property
    def datalink(self) -> DataLink:
        """What there is for a file, and how to get it: `dfs.vo.datalink.DataLink`."""
        from dfs.vo.datalink import DataLink

        return DataLink(
            self.database,
            lambda: self.standing,
            self.clock,
            public_url=self.settings.public_url,
            previews=self.previews.folder,
        )

    @cached_property
    def soda(self) -> Soda:
        """Parts of files by position and wavelength: `dfs.vo.soda.Soda`."""
        from dfs.vo.soda import Soda

        return Soda(self.downloads)

    @cached_property
    def headers(self) -> Headers:
        """Headers and night logs of archived files: `dfs.archive.headers.Headers`."""
        from dfs.archive.headers import Headers

        return Headers(self.database, self.doors)

    @cached_property
    def deliveries(self) -> Deliveries:
        """Files asked for together: `dfs.archive.deliveries.Deliveries`."""
        from dfs.archive.deliveries import Deliveries

        return Deliveries(self.database, self.doors, self.calibrations, self.audit, self.clock, lambda: self.standing)

    @cached_property
    def index(self) -> Index:
        """What queries read, as new as the last commit: `dfs.archive.index.Index`; one for all users."""
        if self._shared is not None:
            return self._shared.index
        from dfs.archive.index import Index
        from dfs.archive.tables import ArchiveTables
        from dfs.qc.tables import QcTables

        sources = (ArchiveTables(self.files), QcTables())
        return Index(self.database, self.root / "index", sources)

    @cached_property
    def engine(self) -> QueryEngine:
        """Runs queries in ADQL with a user's rights: `dfs.vo.engine.QueryEngine`; one for all users."""
        if self._shared is not None:
            return self._shared.engine
        from dfs.access.rows import row_rule
        from dfs.access.standings import Standings
        from dfs.vo.engine import QueryEngine

        standings = Standings(self.database)
        return QueryEngine(
            self.index,
            self.clock,
            lambda user, keys, now: row_rule(standings.of(user), keys, now),
            public_url=self.settings.public_url,
        )

    @cached_property
    def tap(self) -> Tap:
        """Queries as TAP knows them, with jobs: `dfs.vo.tap.service.Tap`; one for all users."""
        if self._shared is not None:
            return self._shared.tap
        from dfs.vo.tap.limits import TapLimits
        from dfs.vo.tap.service import Tap

        return Tap(
            self.engine,
            lambda: self.index.snapshot().descriptions,
            self.database,
            self.root,
            self.clock,
            public_url=self.settings.public_url,
            limits=TapLimits(),
        )

    @cached_property
    def qc(self) -> QualityControl:
        """Quality parameters and their trends: `dfs.qc.QualityControl`."""
        from dfs.qc import QualityControl

        return QualityControl(self.database)

    @cached_property
    def frames(self) -> Frames:
        """What is in a folder, which files belong together, and why: `dfs.frames.Frames`."""
        from dfs.frames import Frames, candidates_from

        return Frames(lambda: candidates_from([], self.pipeline.masters()))

    @cached_property
    def recipes(self) -> Recipes:
        """The recipes: `dfs.recipes.Recipes`."""
        from dfs.recipes import Recipes

        return Recipes(self.clock)

    @cached_property
    def pipeline(self) -> Pipeline:
        """Reductions: `dfs.pipeline.Pipeline`."""
        from dfs.archive.sink import ArchiveSink
        from dfs.pipeline import Pipeline

        return Pipeline(
            self.root,
            self.database,
            ArchiveSink(self.archive),
            self.qc,
            self.clock,
            workers=self.settings.workers,
            allow_missing=self.settings.allow_missing,
        )

    def reduce(self, folder: str | os.PathLike[str], **options: Any) -> Report:
        """Reduce a folder of raw frames to archived science; see `dfs.pipeline.Pipeline.reduce`."""
        return self.pipeline.reduce(Path(folder), **options)

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
