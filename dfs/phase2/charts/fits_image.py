"""FITS images as background: every image of a file that covers the place, resampled north up."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError, NotFoundError
from dfs.phase2.charts.backgrounds import Painted
from dfs.phase2.charts.stretch import ink_of, sky_of
from dfs.phase2.charts.tangent import Tangent

__all__ = ["ArchiveImages", "FitsImage", "ImageFinder"]

Array = NDArray[np.float32]
_NODES = 33  # along each side: between them the places of pixels are interpolated
_SKY = 800
_LEAST_COVER = 0.02  # of the chart, or the file is not said to show the place
_BANDS = ("FILTER", "FILTER1", "BAND", "ESO INS FILT1 NAME", "ESO INS FILT NAME", "ESO INS OPTI1 NAME")
_SURVEYS = ("SURVEY", "ORIGIN", "TELESCOP")


class ImageFinder(Protocol):
    """Knows which images there are of a place; the archive's is bound by the observatory."""

    def covering(self, ra_deg: float, dec_deg: float, radius_deg: float) -> Path | None:
        """Return the file that shows most of the circle, best first; None: there is none."""
        ...


class FitsImage:
    """A FITS file with a celestial WCS, in one or several image extensions.

    Parameters
    ----------
    file
        Its path.
    origin, band
        What to call it; from the header where empty.
    """

    def __init__(self, file: Path | str, origin: str = "", band: str = "") -> None:
        self._file = Path(file)
        self._origin = origin
        self._band = band

    def paint(self, plane: Tangent) -> Painted:
        """Return the images resampled; `NotFoundError` when none shows the place, `DataError` when the file cannot be read."""
        from astropy.io import fits

        sky = np.full((plane.pixels, plane.pixels), np.nan, dtype=np.float32)
        band, origin = self._band, self._origin
        try:
            with fits.open(self._file, memmap=True) as file:
                for hdu in file:
                    piece = _resampled(hdu, plane)
                    if piece is None:
                        continue
                    empty = np.isnan(sky)
                    sky[empty] = piece[empty]
                    band = band or _first(hdu.header, file[0].header, _BANDS)
                    origin = origin or _first(hdu.header, file[0].header, _SURVEYS)
        except OSError as error:
            raise DataError(f"the image cannot be read: {error}", where=str(self._file)) from error
        if np.mean(np.isfinite(sky)) < _LEAST_COVER:
            place = f"{plane.ra_deg:.5f} {plane.dec_deg:+.5f}"
            raise NotFoundError(f"{self._origin or self._file.name} does not show {place}", hint="take another image")
        return Painted(ink_of(sky), origin or self._file.stem, band, self.paint)


class ArchiveImages:
    """The archive's own images.

    Parameters
    ----------
    finder
        Finds the file.
    """

    def __init__(self, finder: ImageFinder) -> None:
        self._finder = finder

    def paint(self, plane: Tangent) -> Painted:
        """Return the archive's best image of the place; `NotFoundError` when it has none."""
        file = self._finder.covering(plane.ra_deg, plane.dec_deg, plane.side_deg / 2)
        if file is None:
            raise NotFoundError(f"the archive has no image of {plane.ra_deg:.5f} {plane.dec_deg:+.5f}")
        return FitsImage(file).paint(plane)


def _resampled(hdu: Any, plane: Tangent) -> Array | None:
    """Return an image on the chart's pixels, in standard deviations above its sky; None when it is elsewhere, or no image."""
    from astropy.io.fits import CompImageHDU, ImageHDU, PrimaryHDU
    from astropy.wcs import WCS
    from scipy.ndimage import map_coordinates

    if not isinstance(hdu, PrimaryHDU | ImageHDU | CompImageHDU) or hdu.header.get("NAXIS", 0) < 2:
        return None
    shape = (hdu.header["NAXIS2"], hdu.header["NAXIS1"])
    try:
        wcs = WCS(hdu.header, fix=False).celestial
    except (ValueError, KeyError) as error:
        raise DataError(f"its WCS cannot be read: {error}", where=f"HDU {hdu.name or hdu.ver}") from error
    if not wcs.has_celestial:
        return None
    x, y = _places(wcs, plane)
    if not np.isfinite(x).any() or x.max() < 0 or y.max() < 0 or x.min() > shape[1] or y.min() > shape[0]:
        return None
    left, right = _span(x, shape[1])
    low, high = _span(y, shape[0])
    if right - left < 2 or high - low < 2:
        return None
    data = _section(hdu, low, high, left, right)
    step = max(1, int(np.nanmax(np.abs(np.diff(x[plane.pixels // 2]))) // 1.5))
    data = _averaged(data, step)  # the noise of the means is less than that of the pixels: the sky stays light
    rows, columns = (y - low + 0.5) / step - 0.5, (x - left + 0.5) / step - 0.5
    level, spread = sky_of(_section(hdu, *_widened(low, high, shape[0]), *_widened(left, right, shape[1])))
    piece = map_coordinates((data - level) / spread, [rows, columns], order=1, cval=np.nan, prefilter=False)
    return np.asarray(piece, dtype=np.float32)


def _places(wcs: Any, plane: Tangent) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return which pixel of the image each pixel of the chart falls on: worked out at nodes, interpolated between them."""
    from scipy.ndimage import map_coordinates

    nodes = np.linspace(0, plane.pixels, _NODES)
    ra, dec = plane.sky(*np.meshgrid(nodes, nodes))
    found = wcs.all_world2pix(ra.ravel(), dec.ravel(), 0, quiet=True)
    every = (np.arange(plane.pixels) + 0.5) / plane.pixels * (_NODES - 1)
    at = np.meshgrid(every, every, indexing="ij")
    x, y = (map_coordinates(np.asarray(one).reshape(_NODES, _NODES), at, order=1, prefilter=False) for one in found)
    return x, y


def _span(places: NDArray[np.float64], size: int) -> tuple[int, int]:
    return max(0, int(np.nanmin(places)) - 2), min(size, int(np.nanmax(places)) + 3)


def _widened(start: int, end: int, size: int) -> tuple[int, int]:
    """Return a span of at least `_SKY` pixels: a small piece full of a galaxy does not tell the sky."""
    middle = (start + end) // 2
    return max(0, min(start, middle - _SKY // 2)), min(size, max(end, middle + _SKY // 2))


def _section(hdu: Any, low: int, high: int, left: int, right: int) -> Array:
    """Return a part of the image; of a cube its first plane."""
    axes = hdu.header["NAXIS"]
    data = hdu.section[(0,) * (axes - 2) + (slice(low, high), slice(left, right))]
    return np.asarray(data, dtype=np.float32)


def _averaged(data: Array, step: int) -> Array:
    """Return the means of blocks of pixels, so that nothing is lost where the chart's pixels are coarser."""
    if step == 1:
        return data
    height, width = (extent // step * step for extent in data.shape)
    if not height or not width:
        return data
    blocks = data[:height, :width].reshape(height // step, step, width // step, step)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=np.float32)


def _first(header: Any, primary: Any, keys: tuple[str, ...]) -> str:
    for key in keys:
        value = str(header.get(key) or primary.get(key) or "").strip()
        if value and value.lower() not in {"free", "none"}:
            return value
    return ""
