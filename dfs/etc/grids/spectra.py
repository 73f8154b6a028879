"""Signal-to-noise at every wavelength of many cases, by the kernels."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.etc.engine.plan import division_of
from dfs.etc.engine.solve import collected, snr_of, time_for_snr
from dfs.etc.geometry.image import nodes_of
from dfs.etc.grids.noise import rows_of_noise
from dfs.etc.grids.tables import Numbers, Tables
from dfs.etc.kernels import eso_spectra, reduced_spectra

__all__ = ["Filling", "filling_of", "spectra_of"]

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Filling = Callable[[NDArray[np.intp], Single, Single], None]


def filling_of(tables: Tables, threads: Executor) -> Filling | None:
    """Return what fills cases with spectra, its tables laid out once; None where there is no kernel: images, and sums as reduced."""
    if tables.light.kind == "image" or not (tables.request.extraction == "eso" or tables.apertures[0].is_weighted):
        return None
    apertures, wavelength, nodes = tables.apertures, tables.rates[0].wavelength_nm, nodes_of(tables.light)
    starts = np.searchsorted(wavelength, nodes)
    starts[0], starts[-1] = 0, wavelength.size
    inside = np.repeat(np.arange(nodes.size - 1), np.diff(starts))
    place = _single((wavelength - nodes[inside]) / np.diff(nodes)[inside])
    source, dark = _single(tables.rates[0].target[np.newaxis]), _single([one.sky for one in tables.rates])
    kept = _single([np.interp(nodes, wavelength, one.kept) for one in apertures])
    if tables.request.extraction == "eso":
        pixels = _single([one.pixels for one in apertures])

        def plain(rows: NDArray[np.intp], figures: Single, found: Single) -> None:
            eso_spectra(source, dark, kept, pixels, place, starts, rows, figures, found)

        return plain
    spread = np.array([np.interp(nodes, wavelength, one.profile_sigma) for one in apertures])
    middle = 0.5 * (spread[:, 1:] + spread[:, :-1])
    noisy = _single(list(threads.map(rows_of_noise, apertures, middle)))
    base, wide = _single(middle), _single(spread)

    def weighted(rows: NDArray[np.intp], figures: Single, found: Single) -> None:
        reduced_spectra(source, dark, kept, noisy, base, wide, place, starts, rows, figures, found)

    return weighted


def _single(values: Any) -> Single:
    return np.ascontiguousarray(values, dtype=np.float32)


def spectra_of(tables: Tables, fill: Filling | None, numbers: Numbers, times: Array, threads: Executor) -> Single:
    """Return the signal-to-noise of cases, shape (cases, n); `times` are those on the target."""
    moon, seeing, bright, _ = numbers
    found = np.empty((moon.size, tables.rates[0].target.size), dtype=np.float32)
    if fill is None:
        return _one_by_one(tables, numbers, found)
    rows = np.ascontiguousarray(np.column_stack([np.zeros_like(moon), moon, seeing]))
    alike, back = np.unique(times, return_inverse=True)
    terms = np.array([_terms(tables, float(time)) for time in alike])[back]
    figures = _single(
        np.column_stack([tables.bright[bright], terms, np.full(moon.size, float(tables.apertures[0].beams))])
    )
    edges = np.linspace(0, moon.size, 2 * max(1, min(8, moon.size // 16)) + 1).astype(int)

    def part(first: int, last: int) -> None:
        fill(rows[first:last], figures[first:last], found[first:last])

    list(threads.map(part, edges[:-1], edges[1:]))
    return found


def _one_by_one(tables: Tables, numbers: Numbers, found: Single) -> Single:
    asked = tables.request.exposure
    for case, (moon, seeing, bright, exposure) in enumerate(zip(*numbers, strict=True)):
        rates, aperture = tables.rates_at(moon, bright), tables.apertures[seeing]
        if tables.divisions is None:
            time = time_for_snr(tables.request, tables.light, rates, aperture, tables.place)
            division = division_of(asked, tables.light.readout, time)
        else:
            division = tables.divisions[exposure]
        found[case] = snr_of(tables.request.extraction, tables.light, rates, aperture, division)
    return found


def _terms(tables: Tables, time_s: float) -> tuple[float, float, float]:
    """Return seconds of one exposure, variance of a pixel without light in it, exposures."""
    known = {one.time_s: one for one in tables.divisions or ()}
    loose = replace(tables.request.exposure, time_s=time_s, snr=None, ndit=None)
    division = known.get(time_s) or division_of(loose, tables.light.readout)
    noise = collected(tables.light, tables.rates[0].at(0), tables.apertures[0].repeated(0, 1), division)
    floor = noise.dark_e + noise.read_e2 + (0.0 if tables.request.extraction == "eso" else noise.digit_e2)
    return division.dit_s * division.ndit, floor, float(division.count)
