"""What the cases of a grid share: computed once for each value that it depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.etc.engine.calculation import checked_request, place_of_interest, with_dit
from dfs.etc.engine.plan import Division, check_shortest, division_of
from dfs.etc.engine.solve import snr_of, time_for_snr
from dfs.etc.extraction import Aperture, aperture_of
from dfs.etc.grids.axes import with_values
from dfs.etc.photons.rates import Rates, rates_of
from dfs.etc.request import Request
from dfs.instruments.optics import LightPath

__all__ = ["Numbers", "Tables", "snr_at_place", "solved", "tables_of"]

Array = NDArray[np.float64]
Numbers = tuple[NDArray[np.intp], ...]  # of the Moon, the seeing, the brightness, the exposure of each case


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What the cases of one instrument and one air mass share.

    Attributes
    ----------
    light, request
        The instrument set up; what is asked of all cases.
    rates, apertures
        By Moon; by seeing.
    bright
        Factor on the target's light, by magnitude.
    divisions
        By exposure; None: a signal-to-noise is asked.
    place
        Element that holds the wavelength of interest.
    """

    light: LightPath
    request: Request
    rates: tuple[Rates, ...]
    apertures: tuple[Aperture, ...]
    bright: Array
    divisions: tuple[Division, ...] | None
    place: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Return how many Moons, seeings, brightnesses, exposures."""
        return len(self.rates), len(self.apertures), self.bright.size, len(self.divisions or (None,))

    def rates_at(self, moon: int, bright: int) -> Rates:
        """Return the rates under a Moon for a brightness."""
        found = self.rates[moon]
        return replace(found, target=found.target * self.bright[bright])


def tables_of(light: LightPath, request: Request, axes: Mapping[str, tuple[Any, ...]]) -> Tables:
    """Return the tables for the values of some axes; an infrared DIT that is open is that of the first Moon, seeing and magnitude for all."""

    def each(name: str) -> list[Request]:
        return [with_values(request, {name: value}) for value in axes[name]] if name in axes else [request]

    for one in (*each("seeing"), *each("mag"), *each("exposure")):
        checked_request(one, light)
    moons = each("moon") if "moon" in axes else each("fli")
    rates = tuple(rates_of(light, one) for one in moons)
    base = request.target.magnitude
    magnitudes = axes.get("mag")
    bright = np.array([1.0]) if magnitudes is None or base is None else 10.0 ** (-0.4 * (np.array(magnitudes) - base))
    apertures = tuple(aperture_of(light, one) for one in each("seeing"))
    exposed = [with_dit(one, light, rates[0], apertures[0]) for one in each("exposure")]
    divisions = None
    if request.exposure.snr is None:
        divisions = tuple(division_of(one.exposure, light.readout) for one in exposed)
        for division in divisions:
            check_shortest(division, light.readout, request.exposure)
    else:
        request = exposed[0]
    place = place_of_interest(request, light, rates[0])[1]
    return Tables(light, request, rates, apertures, bright, divisions, place)


def snr_at_place(tables: Tables, divisions: tuple[Division, ...], numbers: Numbers) -> Array:
    """Return the signal-to-noise at the wavelength of interest, in float64: all brightnesses and exposures of one Moon and seeing at a time."""
    moon, seeing, bright, exposure = numbers
    found = np.empty(moon.size)
    one = slice(tables.place, tables.place + 1)
    keys = (moon * len(tables.apertures) + seeing) * len(divisions) + exposure
    for key in np.unique(keys):
        rest, exposed = divmod(int(key), len(divisions))
        rates, aperture = tables.rates[rest // len(tables.apertures)], tables.apertures[rest % len(tables.apertures)]
        inside = np.flatnonzero(keys == key)
        count = inside.size
        many = Rates(*(np.repeat(getattr(rates, name)[one], count) for name in rates.__slots__))
        many = replace(many, target=many.target * tables.bright[bright[inside]])
        wide = aperture.repeated(tables.place, count)
        found[inside] = snr_of(tables.request.extraction, tables.light, many, wide, divisions[exposed])
    return found


def solved(tables: Tables, moon: int, seeing: int, bright: int) -> tuple[float, float]:
    """Return the signal-to-noise at the wavelength of interest and the time (s) for the one that is asked."""
    rates, aperture = tables.rates_at(moon, bright), tables.apertures[seeing]
    time = time_for_snr(tables.request, tables.light, rates, aperture, tables.place)
    division = division_of(tables.request.exposure, tables.light.readout, time)
    one = rates.at(tables.place)
    snr = snr_of(tables.request.extraction, tables.light, one, aperture.repeated(tables.place, 1), division)
    return float(snr[0]), division.time_s
