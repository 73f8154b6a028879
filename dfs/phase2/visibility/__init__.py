"""When blocks can be observed: the curves of a night, windows with reasons, the whole period; offline and at once."""

from dfs.phase2.visibility.conditions import Condition
from dfs.phase2.visibility.curves import Curves, curves
from dfs.phase2.visibility.document import night_curves, visibility_document
from dfs.phase2.visibility.drawing import night_data, period_data
from dfs.phase2.visibility.period import Never, PeriodVisibility, never_observable, period
from dfs.phase2.visibility.places import place_of
from dfs.phase2.visibility.windows import Blocked, NightVisibility, Window, all_windows, windows

__all__ = [
    "Blocked",
    "Condition",
    "Curves",
    "Never",
    "NightVisibility",
    "PeriodVisibility",
    "Window",
    "all_windows",
    "curves",
    "never_observable",
    "night_curves",
    "night_data",
    "period",
    "period_data",
    "place_of",
    "visibility_document",
    "windows",
]
