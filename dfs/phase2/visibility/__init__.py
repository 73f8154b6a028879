"""When blocks can be observed: the curves of a night, windows with reasons, the whole period; offline and at once."""

from dfs.phase2.visibility.conditions import Condition
from dfs.phase2.visibility.curves import Curves, curves
from dfs.phase2.visibility.places import place_of
from dfs.phase2.visibility.windows import Blocked, NightVisibility, Window, all_windows, windows

__all__ = [
    "Blocked",
    "Condition",
    "Curves",
    "NightVisibility",
    "Window",
    "all_windows",
    "curves",
    "place_of",
    "windows",
]
