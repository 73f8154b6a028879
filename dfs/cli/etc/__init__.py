"""``dfs etc``: signal-to-noise and exposure times; what can be chosen."""

from dfs.cli.etc.group import etc

__all__ = ["etc"]
