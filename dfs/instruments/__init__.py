"""Instruments are data: one folder each, and the code that reads such a folder.

`load` gives an instrument by name, `of` the one that took a frame, `names` all there are.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dfs.instruments.folders import folder_of, names
    from dfs.instruments.instrument import Detector, Filter, Grism, Instrument, QcParameter, Slit
    from dfs.instruments.loader import load, of
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

_HOMES = {
    "Condition": "rules",
    "Detector": "instrument",
    "Filter": "instrument",
    "FrameClass": "rules",
    "FrameRules": "rules",
    "Grism": "instrument",
    "Instrument": "instrument",
    "MatchRule": "rules",
    "Need": "rules",
    "QcParameter": "instrument",
    "Slit": "instrument",
    "folder_of": "folders",
    "load": "loader",
    "names": "folders",
    "of": "loader",
}


def __getattr__(name: str) -> Any:
    # Whoever needs an instrument's package for phase 2 does not pay for frames and their rules.
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
