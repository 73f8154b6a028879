"""A user's spectrum in a file: FITS, ECSV, CSV, VOTable or plain text."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from dfs.errors import DataError, NotFoundError, UsageError
from dfs.etc.spectra.samples import Samples
from dfs.etc.spectra.tables import columns_of, samples_of, samples_of_columns
from dfs.etc.spectra.units import unit_of

__all__ = ["read_samples"]

_LARGEST = 64 * 1024 * 1024  # bytes; a spectrum is not longer
_TABLES = {".ecsv": "ascii.ecsv", ".csv": "ascii.csv", ".vot": "votable", ".xml": "votable"}
_IMAGES = (".fits", ".fit", ".fits.gz", ".fits.fz")


def read_samples(path: str | Path) -> Samples:
    """Return the spectrum in a file.

    FITS: a table with a column of wavelengths and one of fluxes (in one row, as in ESO's science products, or many), or an image of
    one axis. Text: two columns; units in the line above them, ``# nm Jy`` or ``wavelength [nm], flux [Jy]``. Without units:
    wavelengths in nm, relative flux per wavelength. Wavelengths are in vacuum.

    Raises
    ------
    NotFoundError, DataError, UsageError
        No such file; one that cannot be read; one whose columns, units or numbers are wrong.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise NotFoundError("no such file", where=str(path))
    if file.stat().st_size > _LARGEST:
        raise DataError("too large for a spectrum", where=str(path), accepted=f"up to {_LARGEST // 2**20} MiB")
    name = file.name.lower()
    style = _TABLES.get(file.suffix.lower())
    try:
        if name.endswith(_IMAGES):
            return _read_fits(file)
        if style is not None:
            return _read_table(file, style)
        return _read_text(file)
    except (OSError, ValueError, TypeError, IndexError, KeyError) as error:
        if isinstance(error, UsageError | DataError):
            raise
        raise DataError(
            f"no spectrum can be read in it: {error}", where=str(path), accepted="FITS, ECSV, CSV, VOTable, two columns"
        ) from None


def _read_table(file: Path, style: str) -> Samples:
    from astropy.table import Table
    from astropy.utils.exceptions import AstropyWarning

    options: dict[str, Any] = {"comment": "#"} if style == "ascii.csv" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyWarning)  # of units: those that matter are read, or refused, below
        table = Table.read(file, format=style, **options)
    return samples_of(table, origin=file.name)


def _read_fits(file: Path) -> Samples:
    from astropy.io import fits

    with fits.open(file, memmap=False) as units:
        for unit in units:
            if isinstance(unit, fits.BinTableHDU | fits.TableHDU):
                names = columns_of(list(unit.columns.names), file.name)
                axis, flux = (unit.columns[name] for name in names)
                written = (axis.unit, flux.unit)
                return samples_of_columns(unit.data[names[0]], unit.data[names[1]], names, file.name, written)
        for unit in units:
            if unit.is_image and unit.data is not None and unit.data.size == unit.data.shape[-1]:
                return _of_image(unit.data.ravel(), unit.header, file.name)
    raise DataError("neither a table nor an image of one axis", where=str(file))


def _of_image(flux: Any, header: Any, origin: str) -> Samples:
    """Return an image of one axis as samples: linear wavelengths, or linear in their logarithm (CTYPE1 WAVE-LOG, or DC-FLAG 1)."""
    step = header.get("CDELT1", header.get("CD1_1"))
    if step is None or "CRVAL1" not in header:
        raise DataError("an image without wavelengths", where=origin, keyword="CRVAL1", accepted="CRVAL1 and CDELT1")
    first = float(header["CRVAL1"])
    offset = (np.arange(flux.size) + 1.0 - float(header.get("CRPIX1", 1.0))) * float(step)
    axis = first + offset
    if str(header.get("CTYPE1", "")).strip().endswith("-LOG"):
        axis = first * np.exp(offset / first)  # FITS paper III (Greisen et al. 2006), table 1
    elif header.get("DC-FLAG") == 1:
        axis = 10.0**axis
    unit = str(header.get("CUNIT1", "")).strip()
    if not unit:
        raise DataError(
            "an image whose wavelengths have no unit", where=origin, keyword="CUNIT1", accepted="nm, Angstrom"
        )
    return samples_of_columns(axis, flux, ("CRVAL1", "flux"), origin, (unit, header.get("BUNIT")))


def _read_text(file: Path) -> Samples:
    """Return two columns of numbers; the last line above them may name the columns or their units."""
    rows: list[list[float]] = []
    heading = ""
    for place, line in enumerate(file.read_text(encoding="utf-8", errors="strict").splitlines(), 1):
        words = line.replace(",", " ").split()
        if not words:
            continue
        try:
            numbers = [float(word) for word in words[:2]]
        except ValueError:
            if rows and not line.lstrip().startswith(("#", ";", "%")):
                raise DataError(f"line {place} is not two numbers: {line[:60]!r}", where=str(file)) from None
            heading = heading if rows else line.strip().lstrip("#;% ")
            continue
        if len(numbers) < 2:
            raise DataError(f"line {place} has one number only", where=str(file))
        rows.append(numbers)
    if not rows:
        raise DataError("no numbers in it", where=str(file), accepted="two columns: wavelength, flux")
    values = np.array(rows)
    names, units = _heading(heading, str(file))
    return samples_of_columns(values[:, 0], values[:, 1], names, file.name, units)


def _heading(line: str, where: str) -> tuple[tuple[str, str], tuple[str | None, str | None]]:
    """Return names and units of two columns from a line such as ``nm Jy``, ``wave, flux`` or ``wave (nm) flux (Jy)``."""
    names = ("wavelength", "flux")
    words = [word for word in re.split(r"[,\s]+", line) if word]
    if len(words) == 2:
        known = [_is_unit(word) for word in words]
        if all(known):
            return names, (words[0], words[1])
        if any(known):
            word = words[known.index(False)]
            raise UsageError(f"{word[:60]!r} is not a unit", where=where, accepted="two units, as in: nm Jy")
    bracketed = re.findall(r"[\[(]([^\])(]+(?:\([^)]*\))?)[\])]", line)
    if len(bracketed) == 2:
        return names, (bracketed[0], bracketed[1])
    return ((words[0], words[1]) if len(words) == 2 else names), (None, None)


def _is_unit(word: str) -> bool:
    try:
        unit_of(word, "")
    except UsageError:
        return False
    return True
