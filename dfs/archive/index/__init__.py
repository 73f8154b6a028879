"""The index of the archive: sorted, immutable files that queries read, as new as the last commit."""

from dfs.archive.index.build import write_generation
from dfs.archive.index.generation import Generation, Resources
from dfs.archive.index.index import Index
from dfs.archive.index.snapshot import Snapshot, TableState

__all__ = ["Generation", "Index", "Resources", "Snapshot", "TableState", "write_generation"]
