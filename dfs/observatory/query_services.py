"""Queries: the index, the engine, the jobs; one of each for all users."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dfs.observatory.access_services import AccessServices

if TYPE_CHECKING:
    from dfs.archive.index import Index
    from dfs.vo.engine import QueryEngine
    from dfs.vo.tap.service import Tap

__all__ = ["QueryServices"]


class QueryServices(AccessServices):
    """Queries: the index, the engine, the jobs; one of each for all users."""

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
