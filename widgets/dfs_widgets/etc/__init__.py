"""The exposure time calculator to work with: a widget, and the page ``etc``."""

from dfs_widgets.etc.page import ExposureTimes
from dfs_widgets.etc.part import EtcPart

__all__ = ["EtcPart", "ExposureTimes"]
