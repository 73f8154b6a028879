"""A user's spectrum in a file: FITS, ECSV, CSV, VOTable or plain text."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dfs.errors import DataError, DfsError
from dfs.etc.spectra.contents import SAMPLES_MOST, contents, unpacked
from dfs.etc.spectra.samples import Samples

__all__ = ["read_samples", "samples_in"]

_ACCEPTED = "FITS, ECSV, CSV, VOTable, two columns"
_FITS = (".fits", ".fit", ".fz")


def read_samples(path: str | Path) -> Samples:
    """Return the spectrum in a file, gzipped or not.

    FITS: a table with a column of wavelengths and one of fluxes (in one row, as in ESO's science products, or many), or an image of
    one axis. Text: two columns; units in the line above them, ``# nm Jy`` or ``wavelength [nm], flux [Jy]``. Without units:
    wavelengths in nm, relative flux per wavelength. Wavelengths are in vacuum.

    Raises
    ------
    NotFoundError, DataError, UsageError
        No such file; one that cannot be read; one whose columns, units or numbers are wrong.
    """
    file = Path(path).expanduser()
    try:
        content = contents(file)
    except (OSError, ValueError) as error:  # a NUL in the name
        raise DataError(f"it cannot be read: {error}", where=str(path)) from None
    return samples_in(content, file.name, str(path))


def samples_in(content: bytes, name: str, where: str) -> Samples:
    """Return the spectrum that the bytes of a file are; see `read_samples`.

    Parameters
    ----------
    content
        Packed with gzip or not.
    name
        Of the file: its ending tells ECSV, CSV and VOTable from plain text.
    where
        For messages.
    """
    try:
        with np.errstate(all="ignore"):  # what is beyond the numbers is refused as what it is, later
            samples = _read(unpacked(content, where), name, where)
    except DfsError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a reader raises at a stranger's bytes, the bytes are wrong
        said = " ".join(str(error).split())[:200]
        raise DataError(f"no spectrum can be read in it: {said}", where=where, accepted=_ACCEPTED) from None
    if samples.wavelength_nm.size > SAMPLES_MOST:
        raise DataError(f"{samples.wavelength_nm.size} samples", where=where, accepted=f"up to {SAMPLES_MOST}")
    return samples


def _read(content: bytes, name: str, where: str) -> Samples:
    from dfs.etc.spectra.fits_files import is_fits, read_fits
    from dfs.etc.spectra.table_files import STYLES, read_table
    from dfs.etc.spectra.text_files import read_text

    ending = Path(name.lower().removesuffix(".gz")).suffix
    if is_fits(content):
        return read_fits(content, name, where)
    if ending in _FITS:
        raise ValueError("it is no FITS")
    if ending in STYLES:
        return read_table(content, STYLES[ending], name, where)
    return read_text(content, name, where)
