"""Spectra of targets: their shape, their brightness, the photons that arrive.

What there is to choose from: `dfs.etc.spectra.bands.bands`, `dfs.etc.spectra.templates.templates`. Importing this is cheap: what computes is
imported when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dfs.etc.spectra.magnitudes import magnitude
    from dfs.etc.spectra.rate import flux_density, photon_rate
    from dfs.etc.spectra.sed import Sed

__all__ = ["Sed", "flux_density", "magnitude", "photon_rate"]

_PLACES = {
    "Sed": "sed",
    "flux_density": "rate",
    "magnitude": "magnitudes",
    "photon_rate": "rate",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
