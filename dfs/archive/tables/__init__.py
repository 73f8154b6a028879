"""Queryable tables of the archive: what they are (declarations in TOML) and how their rows derive from archived files."""

from dfs.archive.tables.source import ArchiveTables

__all__ = ["ArchiveTables"]
