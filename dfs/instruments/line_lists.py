"""Arc line lists: ``lines/*.ecsv`` of an instrument folder, read when first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from dfs.errors import DataError, NotFoundError
from dfs.model import Column, Table

__all__ = ["LineLists", "read_lines"]

_COLUMNS = ("wavelength_nm", "ion", "intensity", "blend")


class LineLists(Mapping[str, Table]):
    """The line lists of a folder by lamp set (``"HeAr"``), each read from disk once and only when asked for."""

    def __init__(self, folder: Path) -> None:
        self._paths = {path.stem: path for path in sorted(folder.glob("*.ecsv"))}
        self._read: dict[str, Table] = {}

    def __getitem__(self, name: str) -> Table:
        """Return the list called `name`; a missing one is a KeyError that says which there are."""
        if name not in self._paths:
            raise KeyError(f"no line list {name!r}; there are {', '.join(self._paths) or 'none'}")
        if name not in self._read:
            self._read[name] = read_lines(self._paths[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._paths)

    def __len__(self) -> int:
        """Return the number of lists."""
        return len(self._paths)


def read_lines(path: Path) -> Table:
    """Return the ECSV line list at `path`: columns ``wavelength_nm`` (air), ``ion``, ``intensity``, ``blend``.

    Raises
    ------
    NotFoundError
        The file is not there.
    DataError
        It is no ECSV, a column is missing, it names no source, or the wavelengths do not increase.
    """
    from astropy.table import Table as AstropyTable

    if not path.is_file():
        raise NotFoundError("no such line list", where=str(path))
    try:
        table = AstropyTable.read(path, format="ascii.ecsv")
    except Exception as error:
        raise DataError(f"not an ECSV table: {error}", where=str(path)) from error
    missing = [name for name in _COLUMNS if name not in table.colnames]
    if missing:
        raise DataError(f"column {missing[0]} is missing", where=str(path), accepted=", ".join(_COLUMNS))
    if not table.meta.get("source"):
        raise DataError("the list names no source", where=str(path), accepted="meta: {source: ...}")
    if not np.all(np.diff(table["wavelength_nm"]) > 0):
        raise DataError("wavelengths do not increase", where=str(path), accepted="each line once, sorted")
    return Table(
        tuple(
            Column(name, np.asarray(table[name]), str(table[name].unit or ""), table[name].description or "")
            for name in table.colnames
        )
    )
