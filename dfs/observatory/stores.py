"""What every service stands on: settings, clock, user, the two stores of truth, the audit trail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dfs.access import AuditTrail, CurrentUser
from dfs.clock import Clock
from dfs.config import Configuration, Settings
from dfs.store import Database, FileStore

if TYPE_CHECKING:
    from dfs.observatory.observatory import Observatory


__all__ = ["Stores"]


class Stores:
    """Settings, clock, user, and the stores; of one's own, or shared with the observatory that one acts in."""

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

    @property
    def root(self) -> Path:
        """The observatory's folder."""
        return self.settings.root
