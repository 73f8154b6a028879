"""The way of the light through telescope, instrument and detector, as data: folders with ``optics.toml`` and ``curves/``.

`names` gives the instruments that have one, `optics` what can be chosen of one, `light_path` the set-up of a `Choice` as arrays.
The format is described in docs/optics.md.
"""

from typing import TYPE_CHECKING, Any

from dfs.instruments.optics.choice import MODES, POLARIMETRY, Choice

if TYPE_CHECKING:
    from dfs.instruments.optics.configure import light_path
    from dfs.instruments.optics.light import LightPath, Readout, Surface
    from dfs.instruments.optics.loader import names, optics
    from dfs.instruments.optics.nouns import Optics

__all__ = [
    "MODES",
    "POLARIMETRY",
    "Choice",
    "LightPath",
    "Optics",
    "Readout",
    "Surface",
    "light_path",
    "names",
    "optics",
]

_HOMES = {
    "LightPath": "light",
    "Optics": "nouns",
    "Readout": "light",
    "Surface": "light",
    "light_path": "configure",
    "names": "loader",
    "optics": "loader",
}


def __getattr__(name: str) -> Any:
    # Whoever only asks (a request, a command line) does not pay for arrays.
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
