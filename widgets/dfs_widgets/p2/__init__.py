"""The page ``p2``: runs, blocks, their checks, on their way to the telescope."""

from dfs_widgets.p2.page import P2Page

__all__ = ["P2Page"]
