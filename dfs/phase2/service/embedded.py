"""The desk of phase 2 in an embedded observatory: `Phase2Desk` over the relational store."""

from __future__ import annotations

from dfs.phase2.service.blocks import Blocks
from dfs.phase2.service.containers import Containers
from dfs.phase2.service.runs import Runs
from dfs.phase2.service.templates import Templates
from dfs.phase2.service.whole import Whole
from dfs.phase2.service.windows import Windows

__all__ = ["EmbeddedPhase2"]


class EmbeddedPhase2(Runs, Containers, Blocks, Templates, Windows, Whole):
    """Phase 2 for one user: every call of `dfs.phase2.api.Phase2Desk`."""
