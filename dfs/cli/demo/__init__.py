"""``dfs demo``: an observatory to try everything on: a simulated night, reduced and archived, people, programmes, frames of all instruments."""

from dfs.cli.demo.command import demo
from dfs.cli.demo.drawing import draw_night

__all__ = ["demo", "draw_night"]
