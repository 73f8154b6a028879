"""Searching by criteria instead of ADQL; each search shows itself as ADQL and as Python."""

from dfs.archive.search.criteria import Circle, Kind, Search
from dfs.archive.search.selection import facet, select

__all__ = ["Circle", "Kind", "Search", "facet", "select"]
