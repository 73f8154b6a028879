"""The command line: one file for each command group; every command imports its service inside the function."""

from dfs.cli.main import main

__all__ = ["main"]
