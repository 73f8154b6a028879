"""Wavelengths of the samples: a band's own for an image, one per binned pixel for a spectrum; and the width of a line on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError
from dfs.instruments.optics.nouns import Disperser

__all__ = ["band_samples", "line_width_nm", "pixel_samples", "vacuum_nm"]

Array = NDArray[np.float64]
_WIDEST_NM = 0.5  # of a sample of a band: fine enough for lines of airglow
_FEWEST = 400  # samples of a band
_FAINT = 1e-4  # of the peak: where a band ends
_FINE_NM = 0.02
_BEYOND = 0.1  # of the detector, to either side


def band_samples(coarse_nm: Array, passed: Array) -> tuple[Array, Array]:
    """Return centres and widths (nm) of even samples over a band.

    Parameters
    ----------
    coarse_nm, passed
        Shape (n,): wavelengths, and what the whole instrument passes there.
    """
    inside = np.flatnonzero(passed > _FAINT * passed.max(initial=0.0))
    if not inside.size:
        raise DataError("nothing passes", where="optics", hint="filter and detector share no wavelength")
    first, last = coarse_nm[max(inside[0] - 1, 0)], coarse_nm[min(inside[-1] + 1, coarse_nm.size - 1)]
    count = max(_FEWEST, int(np.ceil((last - first) / _WIDEST_NM)))
    edges = np.linspace(first, last, count + 1)
    return (edges[1:] + edges[:-1]) / 2, np.diff(edges)


def pixel_samples(one: Disperser, range_nm: tuple[float, float], pixels: int, binning: int) -> tuple[Array, Array]:
    """Return centres and widths (nm) of the binned pixels along the dispersion whose centre lies within `range_nm`.

    Parameters
    ----------
    one
        The disperser.
    range_nm
        (shortest, longest) wavelength.
    pixels
        Unbinned pixels that the detector has along the dispersion (only a polynomial is bound to them).
    binning
        Pixels added up along the dispersion.
    """
    if one.polynomial:
        edges = _polynomial_edges(one, pixels, binning)
    elif one.dispersion is not None:
        edges = _curve_edges(one, range_nm, binning)
    elif one.sampling is not None:
        ratio = np.log1p(binning / one.sampling)
        edges = range_nm[0] * np.exp(ratio * np.arange(np.floor(np.log(range_nm[1] / range_nm[0]) / ratio) + 1))
    else:
        step = (one.dispersion_nm or 0.0) * binning
        edges = range_nm[0] + step * np.arange(np.floor((range_nm[1] - range_nm[0]) / step) + 1)
    centres, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    within = (centres >= range_nm[0]) & (centres <= range_nm[1]) & (widths > 0)
    return centres[within], widths[within]


def line_width_nm(
    one: Disperser, centre_nm: Array, unbinned_nm: Array, slit_arcsec: float | None, scale: float
) -> Array:
    """Return the width (FWHM, nm) of a line at each sample, the slit evenly lit.

    Printed are resolving powers for one or two slits. Two of them part the width into what the slit does (proportional to its
    width) and what it does not, in quadrature; with one of them the slit does everything.

    Parameters
    ----------
    one
        The disperser.
    centre_nm
        Shape (n,): wavelengths.
    unbinned_nm
        Shape (n,): nm per unbinned pixel there.
    slit_arcsec
        Width of the slit.
    scale
        Pixels that an arcsecond of slit covers, over those it covers where the resolving powers hold.
    """
    if one.fwhm is not None:
        found = one.fwhm.at(centre_nm)
        return centre_nm / found if one.fwhm.quantity == "resolution" else found
    at = one.resolution_at_nm or float(centre_nm[centre_nm.size // 2])
    widths = [(slit, at / power) for slit, power in one.resolution]
    wide_slit, wide = widths[-1]
    narrow_slit, narrow = widths[0]
    per_arcsec2 = (
        (wide**2 - narrow**2) / (wide_slit**2 - narrow_slit**2) if len(widths) > 1 else (wide / wide_slit) ** 2
    )
    rest2 = wide**2 - per_arcsec2 * wide_slit**2  # may be a little below 0, as printed (FORS2's 1200B)
    slit = wide_slit if slit_arcsec is None else slit_arcsec
    by_slit2 = per_arcsec2 * (slit * scale) ** 2
    width = float(np.sqrt(max(by_slit2 + rest2, by_slit2 / 4.0)))
    if one.resolution_law == "constant":
        return np.asarray(width * centre_nm / at, dtype=np.float64)
    return np.asarray(width * unbinned_nm / np.interp(at, centre_nm, unbinned_nm), dtype=np.float64)


def vacuum_nm(wavelength_nm: Array, medium: str) -> Array:
    """Return wavelengths in vacuum: those given in standard air by the index of Birch & Downs (1994), as the IAU has it (Morton 2000)."""
    if medium == "vacuum":
        return wavelength_nm
    vacuum = wavelength_nm
    for _ in range(3):  # each round gains more than four digits
        s2 = (1e3 / vacuum) ** 2
        vacuum = wavelength_nm * (1.0 + 8.34254e-5 + 2.406147e-2 / (130.0 - s2) + 1.5998e-4 / (38.9 - s2))
    return np.asarray(vacuum, dtype=np.float64)


def _polynomial_edges(one: Disperser, pixels: int, binning: int) -> Array:
    """Return the edges of binned pixels; the polynomial counts pixels from 0 at the centre of the first.

    The zero of many scales is only assumed, so they run a little beyond the detector: the printed range ends them.
    """
    more = int(_BEYOND * pixels) // binning * binning
    places = np.arange(-more, pixels + more + 1, binning) - 0.5 - one.pivot
    return np.asarray(np.polynomial.polynomial.polyval(places, one.polynomial), dtype=np.float64)


def _curve_edges(one: Disperser, range_nm: tuple[float, float], binning: int) -> Array:
    """Return edges whose distance follows a curve of nm per pixel: pixels are counted along the range, then cut evenly."""
    assert one.dispersion is not None  # noqa: S101 -- told by the caller
    fine = np.arange(range_nm[0], range_nm[1] + _FINE_NM, _FINE_NM)
    count = np.concatenate([[0.0], np.cumsum(_FINE_NM / one.dispersion.at(fine[:-1] + _FINE_NM / 2))])
    return np.asarray(np.interp(np.arange(0, count[-1], binning), count, fine), dtype=np.float64)
