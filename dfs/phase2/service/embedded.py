"""The desk of phase 2 in an embedded observatory: `Phase2Desk` over the relational store."""

from __future__ import annotations

from dfs.phase2.service.blocks import Blocks
from dfs.phase2.service.bulk import Bulk
from dfs.phase2.service.comments import Comments
from dfs.phase2.service.containers import Containers
from dfs.phase2.service.duplicates import Duplicates
from dfs.phase2.service.elsewhere import Elsewhere
from dfs.phase2.service.ending import Ending
from dfs.phase2.service.executing import Executing
from dfs.phase2.service.files import Files
from dfs.phase2.service.history import Journal
from dfs.phase2.service.library import Library
from dfs.phase2.service.migration import Migrating
from dfs.phase2.service.reviewing import Reviewing
from dfs.phase2.service.runs import Runs
from dfs.phase2.service.schedules import Schedules
from dfs.phase2.service.sequences import Sequences
from dfs.phase2.service.templates import Templates
from dfs.phase2.service.verifying import Verifying
from dfs.phase2.service.whole import Whole
from dfs.phase2.service.windows import Windows

__all__ = ["EmbeddedPhase2"]


class EmbeddedPhase2(
    Runs,
    Containers,
    Blocks,
    Templates,
    Windows,
    Files,
    Schedules,
    Verifying,
    Migrating,
    Duplicates,
    Sequences,
    Executing,
    Ending,
    Reviewing,
    Comments,
    Whole,
    Bulk,
    Journal,
    Library,
    Elsewhere,
):
    """Phase 2 for one user: every call of `dfs.phase2.api.Phase2Desk`, each part in a file of its own.

    Operators have `create_run`, `set_run`, `open_run`, `end_run` and `keep_time` beside them.
    """
