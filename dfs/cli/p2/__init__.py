"""``dfs p2``: runs, blocks, their checks, tables and files."""

from dfs.cli.p2 import checking, completing, exchange, exposing, operating, reading, reporting, signing_in
from dfs.cli.p2.group import p2

__all__ = ["checking", "completing", "exchange", "exposing", "operating", "p2", "reading", "reporting", "signing_in"]
