"""How full the fullest pixel of a block becomes, fast enough to ask of a thousand blocks at every keystroke.

The worst night counts, not the typical one: seeing of the best tenth of the nights, the target overhead, the Moon as bright and as near
as the block allows. Where no brightness is known it is the sky alone that fills the pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DfsError
from dfs.phase2.exposure_times.brightness import is_bright_enough_known
from dfs.phase2.exposure_times.question import Question

__all__ = ["Peak", "peak_of"]

Array = NDArray[np.float64]

_BEST_NIGHTS = 0.1  # share of the nights of the site whose seeing is better
_NOT_SKY = ("mag", "exposure", "dit", "ndit", "count", "snr", "at", "image_quality", "seeing", "airmass")
_FAINT = 0.0  # scale of a target of which nothing is known


@dataclass(frozen=True, slots=True)
class Peak:
    """The fullest pixel of one read-out.

    Attributes
    ----------
    electrons, full_well_e
        What it holds, and what it can.
    at_nm
        Where it is; of an image, its effective wavelength.
    read_out_s
        Time of the read-out: an exposure, or a DIT.
    longest_safe_s
        In which nothing saturates.
    is_sky
        Whether the sky alone does it.
    """

    electrons: float
    full_well_e: float
    at_nm: float
    read_out_s: float
    longest_safe_s: float
    is_sky: bool

    @property
    def is_saturated(self) -> bool:
        """Whether the pixel holds less."""
        return self.electrons > self.full_well_e


def peak_of(question: Question, *, only_full: bool = False) -> Peak | None:
    """Return the fullest pixel; None where the exposure is not filled in, or the calculator refuses the set-up.

    With `only_full` also where nothing is known of the target and the exposure is too short for any sky: most blocks, for which the
    calculator need not even be imported.
    """
    inputs = question.inputs
    read_out_s = _read_out_s(inputs)
    if read_out_s is None:
        return None
    known = is_bright_enough_known(inputs)
    if only_full and not known and read_out_s <= question.link.sky_safe_s:
        return None
    rates = _rates(_key(inputs, known=known))
    if rates is None:
        return None
    magnitude = inputs.get("mag")
    scale = _FAINT if not known else 1.0 if magnitude is None else 10.0 ** (-0.4 * float(magnitude))
    total = rates.floor + scale * rates.source
    place = int(np.argmax(total))
    fastest = float(total[place])
    return Peak(
        electrons=fastest * read_out_s,
        full_well_e=rates.full_well_e,
        at_nm=float(rates.wavelength_nm[place]),
        read_out_s=read_out_s,
        longest_safe_s=rates.full_well_e / fastest if fastest > 0 else float("inf"),
        is_sky=bool(np.max(rates.floor) * read_out_s > rates.full_well_e),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Rates:
    """Electrons per second in the brightest pixel: of the target as bright as magnitude 0, and of sky and dark current."""

    wavelength_nm: Array
    source: Array
    floor: Array
    full_well_e: float


def _read_out_s(inputs: Mapping[str, Any]) -> float | None:
    if inputs.get("dit") is not None:
        return float(inputs["dit"])
    if inputs.get("exposure") is None:
        return None
    return float(inputs["exposure"]) / max(int(inputs.get("count", 1)), 1)


def _key(inputs: Mapping[str, Any], *, known: bool) -> tuple[tuple[str, Any], ...]:
    """Return what the rates depend on; the Moon in steps, so that blocks that are nearly alike share them."""
    said = {name: value for name, value in inputs.items() if name not in _NOT_SKY}
    if not known:
        said = {name: value for name, value in said.items() if name not in {"sed", "redshift", "band", "system"}}
    if known and inputs.get("mag") is None:
        said["line_flux"] = inputs["line_flux"]
    else:
        said["mag"] = 0.0
    if "fli" in said:
        said["fli"] = min(np.ceil(float(said["fli"]) * 10.0) / 10.0, 1.0)
        said["moon_distance"] = np.floor(float(said.get("moon_distance", 60.0)) / 10.0) * 10.0
    return tuple(sorted(said.items()))


@lru_cache(maxsize=128)
def _rates(key: tuple[tuple[str, Any], ...]) -> _Rates | None:
    from dfs.etc.documents.mapping import request_of
    from dfs.etc.engine.saturation import peak_rate
    from dfs.etc.extraction import aperture_of
    from dfs.etc.nights.site_statistics import seeing_quantile
    from dfs.etc.photons.rates import rates_of
    from dfs.instruments.optics import light_path

    try:
        asked = request_of({**dict(key), "airmass": 1.0, "exposure": 1.0}, files=False)
        light = light_path(asked.choice)
        best = float(seeing_quantile(_BEST_NIGHTS, light.site))
        asked = replace(asked, sky=replace(asked.sky, seeing_arcsec=best))
        rates, aperture = rates_of(light, asked), aperture_of(light, asked)
        total = peak_rate(light, rates, aperture)
    except DfsError:
        return None
    floor = rates.sky + light.readout.dark_e_per_s
    return _Rates(rates.wavelength_nm, total - floor, floor, light.readout.full_well_e)
