"""The service of cut-outs, for those who may have the file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dfs.archive.downloads import Downloads
from dfs.archive.identifiers import dp_id_of
from dfs.errors import UsageError
from dfs.store.durable import disk_errors, make_folder
from dfs.vo.soda.cutout import cut_out
from dfs.vo.soda.request import parse_request

__all__ = ["CutOut", "Soda"]


@dataclass
class CutOut:
    """A part of a file: open, without a name on disk.

    Attributes
    ----------
    name
        File name it should have.
    size
        Bytes.
    """

    name: str
    size: int
    file: IO[bytes]


class Soda:
    """Cuts archived files, for the user of one observatory.

    Parameters
    ----------
    downloads
        Gives the files, proved, to those who may have them.
    """

    def __init__(self, downloads: Downloads) -> None:
        self._downloads = downloads

    def sync(self, pairs: Iterable[tuple[str, str]]) -> CutOut:
        """Return what the parameters of a SODA request name, (name, value) in order.

        Raises
        ------
        UsageError, NotFoundError, AccessError, DataError
            As `parse_request`, `dfs.archive.downloads.Downloads.open` and `cut_out` say; `NoOverlap` when nothing is left.
        """
        request = parse_request(pairs)
        dp_id = dp_id_of(request.identifier)
        path = self._downloads.path(dp_id)
        if ".fits" not in path.name:
            raise UsageError("this file is no FITS file and cannot be cut", where=dp_id, hint="download it whole")
        file = cut_out(path, dp_id, request.cut)
        return CutOut(f"{dp_id}_cutout.fits", os.fstat(file.fileno()).st_size, file)

    def save(self, dp_id: str, parameters: Mapping[str, str], folder: Path) -> Path:
        """Put a cut-out into `folder` and return where it is.

        Parameters
        ----------
        parameters
            Those of SODA without ID: ``CIRCLE``, ``POLYGON``, ``POS``, ``BAND``.
        """
        found = self.sync([("ID", dp_id), *parameters.items()])
        target = folder.absolute() / found.name
        part = target.with_name(f".{target.name}.part")
        try:
            with found.file, disk_errors(target, "write the cut-out"):
                make_folder(target.parent)
                with part.open("wb") as out:
                    shutil.copyfileobj(found.file, out)
                part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target
