"""What of a FITS file is worth a look: its images, or its spectrum."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError, NotFoundError

if TYPE_CHECKING:
    from astropy.io import fits

__all__ = ["Images", "SpectrumData", "arranged", "contents_of"]

Array = NDArray[np.float32]
MOST_PIXELS = 600_000_000  # of all images together: a mosaic of 32 chips of 2k x 4k has 270 million
_MOST_CHIPS = 40
_SIDE = 512  # images are averaged in blocks to about this size (all chips of a mosaic together) before anything else
_ASIDE = {"ERROR", "QUALITY"}  # HDUCLAS2 of what accompanies an image
_ASIDE_NAMES = {
    "ERR",
    "ERRS",
    "ERROR",
    "STAT",
    "VARIANCE",
    "VAR",
    "MASK",
    "DQ",
    "QUAL",
    "QUALITY",
    "BPM",
    "WEIGHT",
    "CONF",
}
_NM = 1e-9


@dataclass(frozen=True)
class Images:
    """Images of a file, averaged in whole blocks of pixels; rows from the bottom, as in FITS.

    Attributes
    ----------
    chips
        One, or one for each detector of a mosaic.
    blocks
        Pixels of the file along x (and y) in one pixel here.
    """

    chips: tuple[Array, ...]
    blocks: tuple[int, int]


@dataclass(frozen=True)
class SpectrumData:
    """A spectrum; wavelengths in nm, flux and error in `unit` (FITS spelling).

    Attributes
    ----------
    is_in_air
        Whether wavelengths are those in air; None where the file does not tell.
    quantity
        What the flux is called.
    """

    wavelength_nm: NDArray[np.float64]
    flux: NDArray[np.float64]
    error: NDArray[np.float64] | None
    unit: str
    is_in_air: bool | None = None
    quantity: str = "flux"


def contents_of(path: Path) -> Images | SpectrumData:
    """Return what a preview of the file at `path` shows.

    Raises
    ------
    NotFoundError
        It has nothing to look at: it is a table, visibilities, or a header alone.
    DataError
        It cannot be read.
    """
    from astropy.io import fits

    try:
        return _read(path, memmap=path.suffix == ".fits")
    except (OSError, ValueError, TypeError, KeyError, IndexError, EOFError, MemoryError, fits.VerifyError) as error:
        raise DataError(f"no preview: the file cannot be read ({error})", where=str(path)) from error


def _read(path: Path, *, memmap: bool) -> Images | SpectrumData:
    from astropy.io import fits
    from astropy.utils.exceptions import AstropyWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyWarning)
        with fits.open(path, memmap=memmap) as hdus:
            if memmap and any(
                isinstance(hdu, fits.PrimaryHDU | fits.ImageHDU) and "BZERO" in hdu.header for hdu in hdus
            ):
                return _read(path, memmap=False)  # scaled integers cannot be mapped
            return _of(hdus)


def _of(hdus: fits.HDUList) -> Images | SpectrumData:
    spectra = [one for hdu in hdus if (one := _spectrum(hdu)) is not None]
    images = [hdu for hdu in hdus if _is_image(hdu)]
    if spectra and not images:
        return spectra[0]
    if not images:
        if any(hdu.header.get("XTENSION") == "BINTABLE" for hdu in hdus):
            raise NotFoundError("no preview: the file is a table", hint="query it, or download it")
        raise NotFoundError("no preview: the file holds no picture and no spectrum")
    is_alone = images[0] is hdus[0]  # what follows the image of a primary HDU goes with it
    same = images[:1] if is_alone else [hdu for hdu in images if hdu.shape == images[0].shape][:_MOST_CHIPS]
    pixels = sum(prod(hdu.shape) for hdu in same)
    if pixels > MOST_PIXELS:
        raise NotFoundError(f"no preview: {pixels} pixels are too many", accepted=f"at most {MOST_PIXELS}")
    ny, nx = same[0].shape[-2:]
    side = _SIDE // arranged(len(same))[0]
    blocks = (max(1, round(nx / side)), max(1, round(ny / side)))
    return Images(tuple(_shrunk(_plane(hdu), blocks) for hdu in same), blocks)


def _is_image(hdu: Any) -> bool:
    header, shape = hdu.header, getattr(hdu, "shape", ())
    is_table = header.get("XTENSION") == "BINTABLE" and not header.get("ZIMAGE", False) and "ZCMPTYPE" not in header
    is_aside = header.get("HDUCLAS2") in _ASIDE or str(header.get("EXTNAME", "")).upper() in _ASIDE_NAMES
    return not is_table and not is_aside and 2 <= len(shape) <= 4 and min(shape[-2:]) > 1 and prod(shape) > 0


def _plane(hdu: Any) -> Any:
    """Return an image; of a cube the mean of at most a hundred of its planes."""
    data = hdu.data
    while data.ndim > 3:
        data = data[0]
    if data.ndim == 3:
        planes = data[:: max(1, len(data) // 100)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # pixels without any value
            data = np.nanmean(np.asarray(planes, dtype=np.float32), axis=0)
    return data


def _shrunk(data: Any, blocks: tuple[int, int]) -> Array:
    """Average an image in whole blocks, leaving out what is no number; a remainder at the upper edges is left out."""
    across, up = blocks
    ny, nx = data.shape[0] // up * up, data.shape[1] // across * across
    cut = np.asarray(data[:ny, :nx], dtype=np.float32).reshape(ny // up, up, nx // across, across)
    if across == up == 1:
        return np.asarray(cut[:, 0, :, 0], dtype=np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # blocks without any value, sums beyond the largest number
        return np.asarray(np.nanmean(cut, axis=(1, 3)) if np.isnan(cut).any() else cut.mean(axis=(1, 3)))


def _spectrum(hdu: Any) -> SpectrumData | None:
    """Return the spectrum of a table whose first columns are wavelength and flux (one row of arrays, or a row for each bin)."""
    header = hdu.header
    if header.get("XTENSION") != "BINTABLE" or header.get("TFIELDS", 0) < 2 or "ZIMAGE" in header:
        return _of_line(hdu)
    names = [str(header.get(f"TTYPE{number}", "")).upper() for number in (1, 2, 3)]
    kinds = str(header.get("TUTYP1", "")), str(header.get("TUCD1", ""))
    is_wave = names[0][:4] in {"WAVE", "LAMB"} or "SpectralAxis" in kinds[0] or kinds[1].startswith("em.wl")
    if not is_wave:
        return None
    scale = _metres(header.get("TUNIT1"))
    wavelength, flux = _numbers(hdu, 0), _numbers(hdu, 1)
    if scale is None or wavelength is None or flux is None or len(wavelength) < 2 or len(wavelength) != len(flux):
        return None
    error = _numbers(hdu, 2) if names[2].startswith("ERR") else None
    error = error if error is not None and len(error) == len(flux) else None
    in_air = "obs.atmos" in kinds[1] if kinds[1] else None
    quantity = "flux" if names[1].startswith("FLUX") else names[1].replace("_", " ").lower() or "flux"
    unit = str(header.get("TUNIT2") or "")
    return SpectrumData(wavelength * (scale / _NM), flux, error, unit, in_air, quantity)


def _numbers(hdu: Any, at: int) -> NDArray[np.float64] | None:
    """Return a column in one row of numbers; None for one of words."""
    values = np.ravel(np.asarray(hdu.data.field(at)))
    return np.asarray(values, dtype=np.float64) if values.dtype.kind in "iuf" else None


def _of_line(hdu: Any) -> SpectrumData | None:
    """Return the spectrum of an image of one axis with a linear scale of wavelengths."""
    header, shape = hdu.header, tuple(getattr(hdu, "shape", ()))
    step = header.get("CDELT1", header.get("CD1_1"))
    scale = _metres(header.get("CUNIT1", "Angstrom"))
    is_line = len(shape) == 1 and int(shape[0]) > 1 and isinstance(step, int | float) and "CRVAL1" in header
    if not is_line or scale is None or not str(header.get("CTYPE1", "")).upper().startswith(("WAVE", "AWAV", "LAMB")):
        return None
    pixels = np.arange(1, shape[0] + 1) - float(header.get("CRPIX1", 1))
    wavelength = np.asarray((float(header["CRVAL1"]) + float(step) * pixels) * (scale / _NM), dtype=np.float64)
    flux = np.asarray(hdu.data, dtype=np.float64)
    return SpectrumData(wavelength, flux, None, str(header.get("BUNIT") or ""), header.get("CTYPE1", "")[:4] == "AWAV")


def _metres(unit: object) -> float | None:
    """Return how many metres a unit of wavelength is; None for what is none."""
    from astropy import units

    try:
        return float(units.Unit(str(unit).strip().lower().replace("angstroms", "angstrom")).to(units.m))
    except (ValueError, TypeError, units.UnitConversionError):
        return None


def arranged(chips: int) -> tuple[int, int]:
    """Return (columns, rows) in which the chips of a mosaic are shown: about as many across as up."""
    across = int(np.ceil(np.sqrt(chips)))
    return across, -(-chips // across)
