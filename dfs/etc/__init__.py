"""The exposure time calculator: what signal-to-noise an exposure gives, or what exposure a signal-to-noise asks.

>>> from astropy import units as u
>>> from dfs import etc
>>> calculator = etc.Calculator()
>>> target = etc.Point(sed="blackbody", T=5800 * u.K, mag=22, band="V")
>>> result = calculator("FORS2", mode="lss", grism="300V", slit=1.0 * u.arcsec, target=target, exposure=1800 * u.s)  # doctest: +SKIP

Importing it is cheap: what computes is imported when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dfs.etc.asking.night import Sky
    from dfs.etc.asking.target import Extended, Point
    from dfs.etc.calculator import Calculator
    from dfs.etc.engine.calculation import calculate
    from dfs.etc.grids.gridding import grid
    from dfs.etc.request import Exposure, Request
    from dfs.etc.result import Result, Saturation
    from dfs.etc.spectra.sed import Sed
    from dfs.instruments.optics import Choice

__all__ = [
    "Calculator",
    "Choice",
    "Exposure",
    "Extended",
    "Point",
    "Request",
    "Result",
    "Saturation",
    "Sed",
    "Sky",
    "calculate",
    "grid",
]

_PLACES = {
    "Calculator": "dfs.etc.calculator",
    "Choice": "dfs.instruments.optics",
    "Exposure": "dfs.etc.request",
    "Extended": "dfs.etc.asking.target",
    "Point": "dfs.etc.asking.target",
    "Request": "dfs.etc.request",
    "Result": "dfs.etc.result",
    "Saturation": "dfs.etc.result",
    "Sed": "dfs.etc.spectra.sed",
    "Sky": "dfs.etc.asking.night",
    "calculate": "dfs.etc.engine.calculation",
    "grid": "dfs.etc.grids.gridding",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
