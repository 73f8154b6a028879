"""The one composition root: settings, then stores, then services.  Command line, server, notebooks and tests all start here."""

from dfs.observatory.observatory import Observatory

__all__ = ["Observatory"]
