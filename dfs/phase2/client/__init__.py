"""Phase 2 from a notebook or a script: `Phase2`, its runs, folders, blocks."""

from dfs.phase2.client.block import Block
from dfs.phase2.client.changes import Difference
from dfs.phase2.client.folder import Folder
from dfs.phase2.client.names import Names
from dfs.phase2.client.phase2 import Phase2
from dfs.phase2.client.results import Execution, Findings
from dfs.phase2.client.run import Run

__all__ = ["Block", "Difference", "Execution", "Findings", "Folder", "Names", "Phase2", "Run"]
