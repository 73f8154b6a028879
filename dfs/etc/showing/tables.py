"""A result as a table, and its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.errors import ServiceError, UsageError
from dfs.etc.documents.inline_spectrum import SPECTRUM
from dfs.etc.documents.mapping import inputs
from dfs.etc.result import Result

if TYPE_CHECKING:
    from astropy.table import QTable, Table

__all__ = ["SUFFIXES", "table_of", "write_table"]

SUFFIXES = {".ecsv": "ascii.ecsv", ".fits": "fits", ".csv": "ascii.csv", ".parquet": "parquet"}
_COLUMNS = {
    "wavelength_nm": ("wavelength", "nm"),
    "snr_per_pixel": ("snr", ""),
    "target_e": ("target", "electron"),
    "sky_e": ("sky_in_one_pixel", "electron"),
    "throughput": ("throughput", ""),
    "atmosphere": ("atmosphere", ""),
    "slit_fraction": ("slit_fraction", ""),
    "image_quality_nm": ("image_quality", "arcsec"),
    "flux": ("flux", "erg s-1 cm-2 Angstrom-1"),
    "sky_radiance": ("sky_radiance", "photon s-1 m-2 micron-1 arcsec-2"),
}


def table_of(result: Result) -> QTable:
    """Return a row for each pixel along the dispersion, columns with units; question, answer and versions in its ``meta``.

    The flux of an extended target is of one square arcsecond; ``variance_*`` are electrons squared in the aperture.
    """
    from astropy import units as u
    from astropy.table import QTable

    columns: dict[str, Any] = {}
    for field, (name, unit) in _COLUMNS.items():
        values = getattr(result, field)
        columns[name] = values * u.Unit(unit) if unit else values
    for term, values in result.variance.items():
        columns[f"variance_{term.replace(' ', '_').replace('-', '_')}"] = values * u.electron**2
    said = inputs(result.request)
    said.pop(SPECTRUM, None)
    meta = {
        "inputs": said,
        "snr": result.snr,
        "at_nm": result.at_nm,
        "exposure_s": result.exposure_s,
        "medium": result.light.medium,
        "notes": list(result.notes),
        "assumed": list(result.assumed),
        "versions": dict(result.versions),
    }
    return QTable(columns, meta=meta)


def write_table(table: QTable, path: Path) -> None:
    """Write a table to `path`, in the format of its suffix, one of `SUFFIXES`.

    Raises
    ------
    UsageError
        Another suffix.
    ServiceError
        The file cannot be written.
    """
    form = SUFFIXES.get(path.suffix.lower())
    if form is None:
        raise UsageError(
            f"{path.suffix or 'no suffix'} is no format of a table", where=str(path), accepted=", ".join(SUFFIXES)
        )
    table = table.copy(copy_data=False)
    if form != "ascii.ecsv":  # only ECSV keeps nested values
        table.meta = {}
    part = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        if form == "parquet":
            _write_parquet(table, part)
        else:
            _for(form, table).write(part, format=form, overwrite=True)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ServiceError(f"cannot be written: {error.strerror or error}", where=str(path)) from error


def _for(form: str, table: QTable) -> Table:
    """Return the table as a format can hold it: FITS knows no electrons, a comment tells of them."""
    if form != "fits":
        return table
    from astropy import units as u
    from astropy.table import Table

    plain = Table(table)
    counted = [name for name in plain.colnames if plain[name].unit in {u.electron, u.electron**2}]
    for name in counted:
        plain[name].unit = None
    plain.meta["comments"] = [f"{name}: {table[name].unit}" for name in counted]
    return plain


def _write_parquet(table: QTable, path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    columns = {name: getattr(table[name], "value", table[name]) for name in table.colnames}
    units = {name: str(table[name].unit or "") for name in table.colnames if hasattr(table[name], "unit")}
    fields = pa.table(columns)
    parquet.write_table(fields.replace_schema_metadata({f"unit of {name}": unit for name, unit in units.items()}), path)
