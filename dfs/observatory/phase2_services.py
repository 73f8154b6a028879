"""Phase 2: from granted time to blocks ready at the telescope."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dfs.observatory.reduction_services import ReductionServices

if TYPE_CHECKING:
    from dfs.phase2.service import EmbeddedPhase2

__all__ = ["Phase2Services"]


class Phase2Services(ReductionServices):
    """Phase 2."""

    @cached_property
    def phase2_desk(self) -> EmbeddedPhase2:
        """Runs, containers, blocks as documents: `dfs.phase2.service.EmbeddedPhase2`."""
        from dfs.instruments import packages
        from dfs.observatory.phase2_rules import Phase2Rules
        from dfs.phase2.service import EmbeddedPhase2

        return EmbeddedPhase2(
            self.database,
            self.audit,
            self.clock,
            lambda: self.standing,
            self.user,
            rules=Phase2Rules(),
            packages=packages,
        )
