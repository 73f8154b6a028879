"""Finding charts drawn on request and attached to their blocks, with background images of one's own: what ESO's p2fc does."""

from dfs.phase2.p2fc.background import Choice, read_choice
from dfs.phase2.p2fc.service import ChartService
from dfs.phase2.p2fc.shelf import Shelf

__all__ = ["ChartService", "Choice", "Shelf", "read_choice"]
