"""Cutting images and cubes: windows along the axes of sky and wavelength, companions (variance, mask) cut alike."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dfs.vo.soda.request import Cut
from dfs.vo.soda.windows import band_window, sky_window, vacuum_m

__all__ = ["ImagePlan", "cut_image", "plan_images"]

_SCALING = ("BSCALE", "BZERO", "BLANK")


@dataclass(frozen=True)
class ImagePlan:
    """What becomes of the images of a file.

    Attributes
    ----------
    slices
        HDU number -> window in numpy's order of axes; None: this image has nothing of what is wanted.
    has_sky, has_band
        Whether any image has axes of the sky, of wavelength.
    """

    slices: Mapping[int, tuple[slice, ...] | None]
    has_sky: bool
    has_band: bool


def plan_images(hdus: Any, cut: Cut, where: str) -> ImagePlan:
    """Return the windows of every image among `hdus`; no pixel is read.

    An image without coordinates of its own is cut as the one it belongs to: named by SCIDATA, else the first of the same size.
    """
    slices: dict[int, tuple[slice, ...] | None] = {}
    alone: list[int] = []
    has_sky = has_band = False
    for number, hdu in enumerate(hdus):
        if not _is_image(hdu):
            continue
        wcs = _wcs_of(hdu, hdus)
        sky, band = wcs is not None and wcs.has_celestial, wcs is not None and wcs.wcs.spec >= 0
        has_sky, has_band = has_sky or sky, has_band or band
        if (sky and cut.region is not None) or (band and cut.band_m is not None):
            slices[number] = _windows(hdu, wcs, cut, where)
        else:
            alone.append(number)
    for number in alone:
        main = _main_of(hdus, number, list(slices))
        if main is not None:
            slices[number] = slices[main]
    return ImagePlan(slices, has_sky, has_band)


def cut_image(hdu: Any, window: tuple[slice, ...], *, primary: bool) -> Any:
    """Return the window of an image as a new HDU: the same numbers, reference pixels moved."""
    from astropy.io import fits

    header = hdu.header.copy()
    data = np.asarray(hdu.section[window])
    scaling = {name: (header[name], header.comments[name]) for name in _SCALING if name in header}
    kind = fits.PrimaryHDU if primary else fits.ImageHDU
    new = kind(data, header, do_not_scale_image_data=True)
    if data.dtype.kind in "iu":  # astropy takes these for done with; the numbers here are as they stood on disk
        new.header.update(scaling)
    for axis, part in enumerate(reversed(window), start=1):
        _move(new.header, axis, part.start)
    return new


def _move(header: Any, axis: int, start: int) -> None:
    """Move the reference pixel of `axis`, of every coordinate system in `header`."""
    for alternate in ("", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        keyword = f"CRPIX{axis}{alternate}"
        if keyword in header:
            header[keyword] = header[keyword] - start
        elif f"CTYPE{axis}{alternate}" in header and start:
            header[keyword] = float(-start)  # the standard's default is 0
    if f"LTV{axis}" in header:
        header[f"LTV{axis}"] -= start


def _is_image(hdu: Any) -> bool:
    return bool(hdu.is_image) and int(hdu.header.get("NAXIS", 0)) > 0 and all(hdu.shape)


def _wcs_of(hdu: Any, hdus: Any) -> Any:
    """Return the coordinates of an image, or None when its header has none that can be used."""
    from astropy.wcs import WCS

    if not any(f"CTYPE{axis}" in hdu.header for axis in range(1, len(hdu.shape) + 1)):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wcs = WCS(hdu.header, fobj=hdus)
            wcs.wcs.set()
    except Exception:  # noqa: BLE001 - wcslib has a class of error for each way a header can be wrong
        return None
    return wcs if wcs.naxis >= len(hdu.shape) else None


def _windows(hdu: Any, wcs: Any, cut: Cut, where: str) -> tuple[slice, ...] | None:
    shape = tuple(reversed(hdu.shape))  # in the order of FITS axes
    parts = [slice(0, size) for size in shape]
    if cut.region is not None and wcs.has_celestial:
        axes = sorted((wcs.wcs.lng, wcs.wcs.lat))
        found = sky_window(wcs.celestial, (shape[axes[0]], shape[axes[1]]), cut.region)
        if found is None:
            return None
        for axis, (first, end) in zip(axes, found, strict=True):
            parts[axis] = slice(first, end)
    if cut.band_m is not None and wcs.wcs.spec >= 0:
        window = _band(wcs, shape[wcs.wcs.spec], cut.band_m, where)
        if window is None:
            return None
        parts[wcs.wcs.spec] = slice(*window)
    return tuple(reversed(parts))


def _band(wcs: Any, size: int, band_m: tuple[float, float], where: str) -> tuple[int, int] | None:
    spectral = wcs.spectral
    values = spectral.all_pix2world(np.arange(size, dtype=np.float64), 0)[0]
    kind = str(spectral.wcs.ctype[0])[:4]
    return band_window(vacuum_m(values, kind, str(spectral.wcs.cunit[0]), where), band_m)


def _main_of(hdus: Any, number: int, cut: list[int]) -> int | None:
    """Return the number of the cut image to which image `number` belongs, or None."""
    hdu = hdus[number]
    same = [one for one in cut if hdus[one].shape == hdu.shape]
    named = [one for one in same if hdus[one].name == hdu.header.get("SCIDATA")]
    return next(iter(named or same), None)
