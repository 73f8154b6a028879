"""From a region and a band to pixels: the smallest window of an image that holds all of what is wanted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError
from dfs.sky.refraction import air_to_vacuum_nm
from dfs.sky.regions import Region, contains_points
from dfs.vo.soda.outline import border

__all__ = ["band_window", "sky_window", "vacuum_m"]

Floats = NDArray[np.float64]
Window = tuple[int, int]

_C = 299_792_458.0  # m/s
_H = 6.626_070_15e-34  # J s


def sky_window(celestial: Any, shape: tuple[int, int], region: Region) -> tuple[Window, Window] | None:
    """Return the pixels of an image that hold `region`: ((first, end) along x, (first, end) along y), 0-based, end not included.

    Parameters
    ----------
    celestial
        `astropy.wcs.WCS` of two celestial axes.
    shape
        (nx, ny) of the image.
    region
        ICRS. Every pixel that it touches is in the window.

    Returns
    -------
    tuple or None
        None when region and image have nothing in common.
    """
    inside = _border_in_image(celestial, shape, region)
    inside = np.concatenate([inside, _edge_in_region(celestial, shape, region)])
    if not inside.size:
        return None
    first = np.clip(np.floor(inside.min(axis=0) + 0.5), 0, np.array(shape) - 1).astype(int)
    last = np.clip(np.floor(inside.max(axis=0) + 0.5), 0, np.array(shape) - 1).astype(int)
    return (int(first[0]), int(last[0]) + 1), (int(first[1]), int(last[1]) + 1)


def _border_in_image(celestial: Any, shape: tuple[int, int], region: Region) -> Floats:
    """Return where the border of `region` runs inside the image, in pixels."""
    from astropy.coordinates import SkyCoord
    from astropy.wcs.utils import pixel_to_skycoord, skycoord_to_pixel

    points = border(region)
    sky = SkyCoord(points[:, 0], points[:, 1], unit="deg", frame="icrs")
    nx, ny = shape
    ring = pixel_to_skycoord(*_edge(nx, ny, 9), celestial)
    centre = pixel_to_skycoord((nx - 1) / 2, (ny - 1) / 2, celestial)
    reach = 1.2 * np.nanmax(np.nan_to_num(ring.separation(centre).deg, nan=180.0)) + 1e-6
    near = sky[sky.separation(centre).deg <= reach]  # what lies behind a projection may seem to be in front of it
    if not len(near):
        return np.empty((0, 2))
    x, y = skycoord_to_pixel(near, celestial, mode="wcs")
    pixels = np.stack([x, y], axis=-1)
    if celestial.has_distortion:
        pixels = _distorted(celestial, near, pixels, shape)
    within = np.all((pixels >= -0.5) & (pixels <= np.array(shape) - 0.5), axis=1)
    return np.asarray(pixels[within], dtype=np.float64)


def _distorted(celestial: Any, sky: Any, pixels: Floats, shape: tuple[int, int]) -> Floats:
    """Return `pixels` with the distortion of the image, for those near enough that its polynomials mean something."""
    from astropy.wcs.utils import skycoord_to_pixel

    margin = 0.2 * max(shape)
    close = np.all((pixels > -margin) & (pixels < np.array(shape) + margin), axis=1)
    found = np.full_like(pixels, -1e9)
    if close.any():
        found[close] = np.stack(skycoord_to_pixel(sky[close], celestial, mode="all"), axis=-1)
    return found


def _edge_in_region(celestial: Any, shape: tuple[int, int], region: Region) -> Floats:
    """Return the pixels along the edge of the image whose centre is in `region`: needed where its border runs outside."""
    from astropy.wcs.utils import pixel_to_skycoord

    x, y = _edge(*shape, max(shape))
    sky = pixel_to_skycoord(x, y, celestial).icrs
    ra, dec = np.asarray(sky.ra.deg), np.asarray(sky.dec.deg)
    seen = np.isfinite(ra) & np.isfinite(dec)
    held = np.zeros(ra.shape, dtype=bool)
    held[seen] = contains_points(region, ra[seen], dec[seen])
    return np.stack([x[held], y[held]], axis=-1)


def _edge(nx: int, ny: int, count: int) -> tuple[Floats, Floats]:
    along_x, along_y = np.linspace(0, nx - 1, min(count, nx)), np.linspace(0, ny - 1, min(count, ny))
    x = np.concatenate([along_x, along_x, np.zeros_like(along_y), np.full_like(along_y, nx - 1)])
    y = np.concatenate([np.zeros_like(along_x), np.full_like(along_x, ny - 1), along_y, along_y])
    return x, y


def band_window(wavelengths_m: Floats, band_m: tuple[float, float]) -> Window | None:
    """Return (first, end) of the samples whose wavelength lies in `band_m`; of a band between two samples the nearer one.

    Parameters
    ----------
    wavelengths_m
        Of the samples, vacuum, rising or falling.
    band_m
        (shortest, longest), metres.
    """
    low, high = band_m
    found = np.flatnonzero((wavelengths_m >= low) & (wavelengths_m <= high))
    if found.size:
        return int(found[0]), int(found[-1]) + 1
    shortest, longest = float(np.nanmin(wavelengths_m)), float(np.nanmax(wavelengths_m))
    if wavelengths_m.size < 2:
        return None
    half = abs(float(wavelengths_m[1] - wavelengths_m[0])) / 2
    if high < shortest - half or low > longest + half:
        return None
    nearest = int(np.nanargmin(np.abs(wavelengths_m - (low + high) / 2)))
    return nearest, nearest + 1


def vacuum_m(values: Floats, kind: str, unit: str, where: str) -> Floats:
    """Return the wavelengths in vacuum (m) of a spectral axis.

    Parameters
    ----------
    values
        Of the axis.
    kind
        First four letters of its CTYPE: ``WAVE``, ``AWAV``, ``FREQ``, ``ENER``, ``WAVN``.
    unit
        Of the axis, as FITS has it.
    where
        The file, for messages.

    Raises
    ------
    DataError
        Another kind (velocities need a rest wavelength), or a unit that does not fit.
    """
    from astropy import units

    refused = DataError(
        f"its spectral axis ({kind} in {unit or 'no unit'}) cannot be read as wavelength",
        where=where,
        accepted="WAVE, AWAV, FREQ, ENER, WAVN",
    )
    target = {"WAVE": "m", "AWAV": "m", "FREQ": "Hz", "ENER": "J", "WAVN": "m-1"}.get(kind)
    if target is None:
        raise refused
    try:
        si = np.asarray(units.Quantity(values, units.Unit(unit or target)).to_value(target), dtype=np.float64)
    except (ValueError, TypeError) as error:  # unknown units and those that do not fit among them
        raise refused from error
    match kind:
        case "AWAV":
            return air_to_vacuum_nm(si * 1e9) * 1e-9
        case "FREQ":
            return np.asarray(_C / si)
        case "ENER":
            return np.asarray(_H * _C / si)
        case "WAVN":
            return np.asarray(1.0 / si)
    return si
