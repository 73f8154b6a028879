"""A spectrum as the one-row binary table of ESO's science data product standard, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.io import fits

from dfs.model import Spectrum
from dfs.products.table_hdu import native

__all__ = ["spectrum_content", "spectrum_hdu"]

_SPECTRUM_UTYPES = {
    "WAVE": "Spectrum.Data.SpectralAxis.Value",
    "FLUX": "Spectrum.Data.FluxAxis.Value",
    "ERR": "Spectrum.Data.FluxAxis.Accuracy.StatError",
    "QUAL": "Spectrum.Data.FluxAxis.Accuracy.QualityStatus",
    "BGFLUX": "Spectrum.Data.BackgroundModel.Value",
}


def spectrum_hdu(name: str, spectrum: Spectrum) -> fits.BinTableHDU:
    """Return the binary table of `spectrum`: one row, one array per column, all of one type."""
    count = len(spectrum.wavelength_nm)
    columns: list[tuple[str, np.ndarray[Any, Any], str, str]] = [
        ("WAVE", spectrum.wavelength_nm, "nm", "em.wl" + (";obs.atmos" if spectrum.medium == "air" else "")),
        ("FLUX", spectrum.flux, spectrum.unit, "phot.flux.density;em.wl;src.net"),
        ("ERR", spectrum.error, spectrum.unit, "stat.error;phot.flux.density"),
        ("QUAL", spectrum.quality.astype(np.float64), "", "meta.code.qual"),
    ]
    if spectrum.background is not None:
        columns.append(("BGFLUX", spectrum.background, spectrum.unit, "phot.flux.density;em.wl;src.background"))
    # All columns share one type because the standard asks for it (rule S14).
    hdu = fits.BinTableHDU.from_columns(
        [
            fits.Column(name=label, array=values[np.newaxis, :], format=f"{count}D", unit=unit or None)
            for label, values, unit, _ in columns
        ],
        name=name,
    )
    hdu.header["VOCLASS"] = ("SPECTRUM v1.0", "VO data model")
    hdu.header["VOPUB"] = ("ESO/SAF", "VO publishing authority")
    hdu.header["NELEM"] = (count, "length of the arrays")
    for index, (label, _, _, ucd) in enumerate(columns, start=1):
        hdu.header[f"TUTYP{index}"] = _SPECTRUM_UTYPES[label]
        hdu.header[f"TUCD{index}"] = ucd
    hdu.header["TDMIN1"] = (float(spectrum.wavelength_nm[0]), "[nm] first wavelength")
    hdu.header["TDMAX1"] = (float(spectrum.wavelength_nm[-1]), "[nm] last wavelength")
    return hdu


def spectrum_content(hdu: fits.BinTableHDU) -> Spectrum:
    """Return the spectrum held by `hdu`."""
    row = {column.name: native(np.asarray(hdu.data[column.name])[0]) for column in hdu.columns}
    unit = {column.name: column.unit or "" for column in hdu.columns}
    return Spectrum(
        wavelength_nm=row["WAVE"],
        flux=row["FLUX"],
        error=row["ERR"],
        quality=row["QUAL"].astype(np.int16),
        unit=unit["FLUX"],
        medium="air" if "obs.atmos" in str(hdu.header.get("TUCD1", "")) else "vacuum",
        background=row.get("BGFLUX"),
    )
