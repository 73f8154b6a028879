"""Instruments are data: one folder each, and the code that reads such a folder.

`load` gives an instrument by name, `of` the one that took a frame, `names` all there are.
"""

from dfs.instruments.instrument import Detector, Filter, Grism, Instrument, QcParameter, Slit
from dfs.instruments.loader import folder_of, load, names, of
from dfs.instruments.rules import Condition, FrameClass, FrameRules, MatchRule, Need

__all__ = [
    "Condition",
    "Detector",
    "Filter",
    "FrameClass",
    "FrameRules",
    "Grism",
    "Instrument",
    "MatchRule",
    "Need",
    "QcParameter",
    "Slit",
    "folder_of",
    "load",
    "names",
    "of",
]
