"""The long-slit spectrograph: from photons at the telescope to the electrons expected per second on each pixel.

Two kinds of light: what fills the slit (sky, lamps), whose lines are images of the slit, and a star, whose light the seeing
spreads and the jaws cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates
from scipy.signal import fftconvolve
from scipy.special import erf

from dfs.instruments import load
from dfs_sims.atmosphere import refraction_arcsec, seeing_arcsec, transmission
from dfs_sims.figures import curve, figures
from dfs_sims.geometry import SHAPE, bent_rows, dispersion, row_of
from dfs_sims.psf import SlitImage, slit_image
from dfs_sims.throughput import area_m2, grism_efficiency

__all__ = ["FineRows", "SlitView", "StarView", "diffuse_electrons", "fine_rows", "star_electrons", "star_trace"]

Array = NDArray[np.float64]

_STEP = 1.0 / 16.0  # fine rows per pixel: lines keep their centre to 0.001 pixel
_MARGIN = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class FineRows:
    """The sampling on which spectra are made: rows at the reference column, their wavelength, nm per row."""

    row: Array
    wavelength_nm: Array
    nm_per_row: Array


@dataclass(frozen=True, slots=True)
class SlitView:
    """How a slit is seen in one exposure: name and flexure (rows)."""

    slit: str
    flexure_px: float = 0.0

    @property
    def width_px(self) -> float:
        """Return the width of the slit's image."""
        width: float = load("EFOSC2").slits[self.slit].width_arcsec / figures()["geometry"]["scale_arcsec"]
        return width


@dataclass(frozen=True, slots=True)
class StarView:
    """How a star is seen in one exposure.

    Attributes
    ----------
    column
        Raw x of its trace at the middle row.
    seeing
        FWHM (arcsec) at 500 nm in the zenith.
    airmass
        Of mid-exposure; the slit lies along the parallactic angle, blue towards low x.
    centring_arcsec
        Of the star against the middle of the slit, along the dispersion.
    """

    column: float
    seeing: float
    airmass: float
    centring_arcsec: float = 0.0


def fine_rows() -> FineRows:
    """Return the sampling of spectra: 16 samples a row, 60 rows more than the frame at each end."""
    row = np.arange(-_MARGIN, SHAPE[0] + _MARGIN, _STEP)
    return FineRows(row, np.asarray(dispersion()(row)), np.asarray(dispersion().deriv()(row)))


def diffuse_electrons(view: SlitView, continuum: Array, lines_nm: Array, lines: Array) -> Array:
    """Return electrons per second on every pixel from light that fills the slit.

    Parameters
    ----------
    view
        The slit and its flexure.
    continuum
        Electrons per second, pixel column and row, on `fine_rows`.
    lines_nm, lines
        Lines: wavelength (nm in air), electrons per second in one pixel column.
    """
    fine = fine_rows()
    density = continuum + _deposit(fine.row, row_of(lines_nm), lines)
    blurred = fftconvolve(density, _slit_kernel(view.width_px), mode="same") * _STEP
    x, y = np.arange(SHAPE[1], dtype=float), np.arange(SHAPE[0], dtype=float)[:, np.newaxis]
    rows = bent_rows(x, y, view.flexure_px)
    light = np.interp(rows, fine.row, blurred) * np.gradient(rows, axis=0)
    return _scattered(light * _slit_illumination(view, x))


def star_electrons(view: SlitView, star: StarView, flux_photons: Array) -> tuple[Array, Array]:
    """Return electrons per second on every pixel from a star, and the part of its light the slit passes.

    Parameters
    ----------
    view, star
        The slit and the star behind it.
    flux_photons
        Photons s^-1 m^-2 nm^-1 outside the atmosphere, on `fine_rows`.

    Returns
    -------
    Array, Array
        The image; the transmission of the slit on `fine_rows`.
    """
    fine = fine_rows()
    reached = flux_photons * transmission(fine.wavelength_nm, star.airmass) * area_m2()
    rate = reached * grism_efficiency(fine.wavelength_nm) * fine.nm_per_row
    nodes = np.linspace(fine.row[0], fine.row[-1], 12)
    images = [_star_image(view, star, float(dispersion()(node))) for node in nodes]
    spectra = np.array([fftconvolve(rate, _star_kernel(one), mode="same") * _STEP for one in images])
    position = (fine.row - fine.row[0]) / (nodes[1] - nodes[0])
    spectrum = map_coordinates(spectra, [position, np.arange(len(fine.row))], order=1, mode="nearest")
    passed = np.interp(fine.row, nodes, [one.transmission for one in images])
    profiles = np.array([gaussian_filter1d(one.along, _optics_px() / _STEP) for one in images])
    return _scattered(_lay_out(view, star, spectrum, profiles, images[0].offset_px)), passed


def star_trace(view: SlitView, star: StarView) -> Array:
    """Return the raw x of a star's spectrum on every row: the grism's tilt and the atmosphere's dispersion."""
    geometry: dict[str, Any] = figures()["geometry"]
    y = np.arange(SHAPE[0], dtype=float)
    wavelength = np.asarray(dispersion()(bent_rows(np.array(star.column), y, view.flexure_px)))
    toward_zenith = refraction_arcsec(wavelength, star.airmass) / geometry["scale_arcsec"]
    return np.asarray(star.column + geometry["trace_tilt"] * (y - SHAPE[0] / 2) - toward_zenith)


def _lay_out(view: SlitView, star: StarView, spectrum: Array, profiles: Array, offset: Array) -> Array:
    """Return the image of a star whose `spectrum` (per row) is spread by `profiles` (wavelength node, offset)."""
    fine = fine_rows()
    trace = star_trace(view, star)
    half = int(-offset[0]) - 1
    columns = np.round(trace).astype(int)[:, np.newaxis] + np.arange(-half, half + 1)
    y = np.arange(SHAPE[0], dtype=float)[:, np.newaxis]
    rows = bent_rows(columns.astype(float), y, view.flexure_px)
    centring = star.centring_arcsec / figures()["geometry"]["scale_arcsec"]
    light = np.interp(rows - centring, fine.row, spectrum)
    node = (rows - fine.row[0]) / (fine.row[-1] - fine.row[0]) * (len(profiles) - 1)
    sample = (columns - trace[:, np.newaxis] - offset[0]) / _STEP
    spread = map_coordinates(profiles, [node, sample], order=1, mode="constant")
    image = np.zeros(SHAPE)
    inside = (columns >= 0) & (columns < SHAPE[1])
    image[np.broadcast_to(y, columns.shape).astype(int)[inside], columns[inside]] = (light * spread)[inside]
    return image * _slit_illumination(view, np.arange(SHAPE[1], dtype=float))


def _star_image(view: SlitView, star: StarView, wavelength_nm: float) -> SlitImage:
    scale = figures()["geometry"]["scale_arcsec"]
    fwhm = float(seeing_arcsec(star.seeing, np.array([wavelength_nm]), star.airmass)[0]) / scale
    return slit_image(fwhm, figures()["seeing"]["beta"], view.width_px, star.centring_arcsec / scale)


def _star_kernel(image: SlitImage) -> Array:
    """Return the star's light across the slit, blurred by the optics and the pixel; integral the slit's transmission."""
    pixel = np.ones(round(1.0 / _STEP) + 1)
    pixel[[0, -1]] = 0.5  # a pixel's edges lie on samples
    blurred = gaussian_filter1d(image.across, _optics_px() / _STEP)
    return np.asarray(np.convolve(blurred, pixel * _STEP, mode="same"))


def _slit_kernel(width_px: float) -> Array:
    """Return the image of the slit: a box, blurred by the optics, integrated over a pixel; integral 1."""
    half = width_px / 2 + 6.0
    offset = np.arange(-np.ceil(half), np.ceil(half) + _STEP / 2, _STEP)
    root = np.sqrt(2.0) * _optics_px()

    def primitive(x: Array) -> Array:
        """Integrate (1 + erf(x / root)) / 2."""
        return np.asarray(0.5 * (x + x * erf(x / root) + root / np.sqrt(np.pi) * np.exp(-((x / root) ** 2))))

    w = width_px / 2
    rise = primitive(offset + 0.5 + w) - primitive(offset - 0.5 + w)
    fall = primitive(offset + 0.5 - w) - primitive(offset - 0.5 - w)
    return np.asarray((rise - fall) / width_px)


def _deposit(rows: Array, at: Array, amount: Array) -> Array:
    """Return lines as density on `rows`, each shared between its two neighbours so that the centre is kept."""
    density = np.zeros_like(rows)
    position = (at - rows[0]) / _STEP
    left = np.floor(position).astype(int)
    inside = (left >= 0) & (left < len(rows) - 1)
    left, part, share = left[inside], position[inside] - left[inside], amount[inside] / _STEP
    np.add.at(density, left, share * (1.0 - part))
    np.add.at(density, left + 1, share * part)
    return density


def _slit_illumination(view: SlitView, x: Array) -> Array:
    """Return what the slit passes along its length: uneven jaws, and ends."""
    geometry, table = figures()["geometry"], figures()["slit_illumination"]
    first, last = geometry["slit_columns"]
    edge = geometry["slit_edge_px"] * np.sqrt(2.0)
    length = 0.5 * (erf((x - first) / edge) - erf((x - last) / edge))
    kind = "wide" if _is_wide(view.slit) else "narrow"
    return np.asarray(length * curve(table["x_px"], table[kind], x))


def _is_wide(slit: str) -> bool:
    return load("EFOSC2").slits[slit].width_arcsec >= 2.0


def _scattered(light: Array) -> Array:
    """Return `light` with the part added that the grism and the camera scatter over the field."""
    geometry: dict[str, Any] = figures()["geometry"]
    along = light.mean(axis=1)
    near = gaussian_filter1d(along, geometry["scattered_sigma_px"], mode="constant")
    veil = geometry["scattered_uniform"] * along.mean() + geometry["scattered_local"] * near
    return np.asarray(light + veil[:, np.newaxis])


def _optics_px() -> float:
    sigma: float = figures()["geometry"]["optics_sigma_px"]
    return sigma
