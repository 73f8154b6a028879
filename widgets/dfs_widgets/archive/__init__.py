"""The page ``archive``: search, look, mark, fetch."""

from dfs_widgets.archive.page import ArchivePage

__all__ = ["ArchivePage"]
