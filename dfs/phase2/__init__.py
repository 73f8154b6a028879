"""Phase 2: from granted time to observation blocks ready at the telescope."""

from dfs.phase2.p2api import enable_p2api

__all__ = ["enable_p2api"]
