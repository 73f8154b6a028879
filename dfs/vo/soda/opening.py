"""Opening an archived FITS file for cutting: plain files stay on disk and are mapped, packed ones are unpacked within limits."""

from __future__ import annotations

import gzip
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from dfs.errors import DataError
from dfs.products.read import MAXIMUM_BYTES

__all__ = ["opened"]

_CHUNK = 1 << 22


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a FITS file; what is read of it is the numbers as they stand on disk, unscaled.

    Raises
    ------
    DataError
        It is not FITS, or damaged.
    """
    from astropy.io import fits
    from astropy.utils.exceptions import AstropyWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyWarning)
        warnings.simplefilter("ignore", fits.verify.VerifyWarning)
        try:
            with _source(path) as source:
                hdus = fits.open(source, memmap=True, lazy_load_hdus=False, do_not_scale_image_data=True)
                try:
                    yield hdus
                finally:
                    hdus.close()
        except (OSError, EOFError, zlib.error, fits.VerifyError) as error:
            raise DataError(f"the file cannot be read as FITS ({error})", where=path.name) from error


def _source(path: Path) -> IO[bytes]:
    match path.suffix:
        case ".gz":
            with gzip.open(path) as packed:
                return _unpacked(packed, path)
        case ".Z":
            import uncompresspy

            with uncompresspy.open(path) as packed:
                return _unpacked(packed, path)
    return path.open("rb")


def _unpacked(packed: Any, path: Path) -> IO[bytes]:
    """Return the content of `packed` in a file whose name is gone already: it goes with its last user."""
    with NamedTemporaryFile() as target:
        size = 0
        while chunk := packed.read(_CHUNK):
            size += len(chunk)
            if size > MAXIMUM_BYTES:
                raise DataError(f"the file unpacks to more than {MAXIMUM_BYTES} bytes", where=path.name)
            target.write(chunk)
        target.flush()
        return Path(target.name).open("rb")
