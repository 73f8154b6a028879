"""Cutting one-dimensional spectra in binary tables: ESO's science products (one row of arrays) and plain columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.vo.soda.windows import band_window, vacuum_m

__all__ = ["cut_spectrum", "position_of", "spectral_column", "wavelengths_m"]

_NAMES = {"WAVE", "WAVELENGTH", "LAMBDA", "WAVE_AIR", "WAVE_VAC"}
_UCDS = ("em.wl", "em.freq", "em.energy", "em.wavenumber")
_STRUCTURE = (
    "XTENSION",
    "BITPIX",
    "NAXIS",
    "PCOUNT",
    "GCOUNT",
    "TFIELDS",
    "TFORM",
    "THEAP",
    "CHECKSUM",
    "DATASUM",
    "TDIM",
)


def spectral_column(hdu: Any) -> str | None:
    """Return the name of the column with the spectral axis of a table, or None when it is no spectrum."""
    if not hasattr(hdu, "columns") or int(hdu.header.get("NAXIS2", 0)) < 1:
        return None
    by_model = by_ucd = by_name = None
    for index, column in enumerate(hdu.columns, start=1):
        utype = str(hdu.header.get(f"TUTYP{index}", "")).lower()
        ucd = str(hdu.header.get(f"TUCD{index}", "")).lower()
        if utype.endswith("spectralaxis.value"):
            by_model = by_model or column.name
        if ucd.startswith(_UCDS):
            by_ucd = by_ucd or column.name
        if column.name.upper() in _NAMES:
            by_name = by_name or column.name
    found: str | None = by_model or by_ucd or by_name
    return found if found is not None and np.asarray(hdu.data[found]).size > 1 else None


def wavelengths_m(hdu: Any, column: str, where: str) -> NDArray[np.float64]:
    """Return the wavelengths in vacuum (m) of a spectrum's samples."""
    index = hdu.columns.names.index(column) + 1
    ucd = str(hdu.header.get(f"TUCD{index}", "")).lower()
    kind = {"em.fr": "FREQ", "em.en": "ENER", "em.wa": "WAVN"}.get(ucd[:5], "AWAV" if "obs.atmos" in ucd else "WAVE")
    values = np.asarray(hdu.data[column], dtype=np.float64).ravel()
    return vacuum_m(values, kind, str(hdu.columns[column].unit or "nm"), where)


def position_of(hdus: Any) -> tuple[float, float] | None:
    """Return right ascension and declination (deg) of the target of a file, of its first header that tells them."""
    for hdu in reversed(list(hdus)[:2]):
        ra, dec = hdu.header.get("RA"), hdu.header.get("DEC")
        if isinstance(ra, int | float) and isinstance(dec, int | float) and abs(dec) <= 90:
            return float(ra), float(dec)
    return None


def cut_spectrum(hdu: Any, column: str, band_m: tuple[float, float], where: str) -> Any:
    """Return the samples of a spectrum in `band_m` as a new HDU, or None when it has none there."""
    window = band_window(wavelengths_m(hdu, column, where), band_m)
    if window is None:
        return None
    one_row = len(hdu.data) == 1
    new = _of_arrays(hdu, column, window) if one_row else _of_rows(hdu, window)
    values = np.asarray(new.data[column], dtype=np.float64).ravel()
    _describe(new.header, hdu.columns.names.index(column) + 1, values)
    return new


def _of_arrays(hdu: Any, column: str, window: tuple[int, int]) -> Any:
    from astropy.io import fits

    size = np.asarray(hdu.data[column]).shape[-1]
    columns = []
    for one in hdu.columns:
        values = np.asarray(hdu.data[one.name])
        form = one.format
        if values.ndim == 2 and values.shape[1] == size:
            values = values[:, slice(*window)]
            form = f"{values.shape[1]}{str(form).lstrip('0123456789')}"
        columns.append(
            fits.Column(name=one.name, format=form, unit=one.unit, null=one.null, disp=one.disp, array=values)
        )
    new = fits.BinTableHDU.from_columns(columns)
    for card in hdu.header.cards:
        if card.keyword.rstrip("0123456789") in _STRUCTURE:
            continue
        if card.keyword in new.header and card.keyword not in {"COMMENT", "HISTORY", ""}:
            new.header[card.keyword] = (card.value, card.comment)
        else:
            new.header.append(card, end=True)
    return new


def _of_rows(hdu: Any, window: tuple[int, int]) -> Any:
    from astropy.io import fits

    return fits.BinTableHDU(hdu.data[slice(*window)], hdu.header.copy())


def _describe(header: Any, index: int, values: NDArray[np.float64]) -> None:
    """Let the keywords that tell length and range of a spectrum tell those of the part."""
    low, high = float(values.min()), float(values.max())
    told = {
        "NELEM": values.size,
        f"TDMIN{index}": low,
        f"TDMAX{index}": high,
        "SPEC_VAL": (low + high) / 2,
        "SPEC_BW": high - low,
    }
    for keyword, value in told.items():
        if keyword in header:
            header[keyword] = value
