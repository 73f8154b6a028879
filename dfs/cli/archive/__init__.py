"""``dfs archive``: search it, get files out of it, put files in, prove it."""

from dfs.cli.archive import files, keeping, query, requests, search
from dfs.cli.archive.group import archive

__all__ = ["archive", "files", "keeping", "query", "requests", "search"]
