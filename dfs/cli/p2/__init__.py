"""``dfs p2``: runs, blocks, their checks, tables and files."""

from dfs.cli.p2 import checking, exchange, operating, reading, reporting
from dfs.cli.p2.group import p2

__all__ = ["checking", "exchange", "operating", "p2", "reading", "reporting"]
