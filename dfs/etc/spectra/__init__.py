"""Spectra of targets: their shape, their brightness, the photons that arrive."""

from __future__ import annotations

from dfs.etc.spectra.bands import bands
from dfs.etc.spectra.magnitudes import magnitude
from dfs.etc.spectra.rate import flux_density, photon_rate
from dfs.etc.spectra.sed import Sed
from dfs.etc.spectra.templates import templates

__all__ = ["Sed", "bands", "flux_density", "magnitude", "photon_rate", "templates"]
