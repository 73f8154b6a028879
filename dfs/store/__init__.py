"""The two stores of truth: rows in one relational database, files in an immutable, checksummed file store."""

from dfs.store.database import Database
from dfs.store.files import FileStore
from dfs.store.staging import Staged, Transfer

__all__ = ["Database", "FileStore", "Staged", "Transfer"]
