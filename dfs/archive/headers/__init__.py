"""Headers of archived files as people and programs read them, and the log of an exposure: from the rows, no file is opened."""

from dfs.archive.headers.service import Headers, StoredHeader

__all__ = ["Headers", "StoredHeader"]
