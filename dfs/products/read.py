"""Reading one FITS file whole, strictly: what is wrong is said, not guessed over."""

from __future__ import annotations

import gzip
import io
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import uncompresspy
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning, AstropyWarning

from dfs.errors import DataError, NotFoundError, ServiceError
from dfs.model import Frame
from dfs.products.checksums import verify_hdu
from dfs.products.contents import contents_of
from dfs.products.fits_header import FitsHeader, from_astropy

__all__ = ["MAXIMUM_BYTES", "read_frame"]

# A compressed file that grows beyond this is refused (a 1.5 MB gzip bomb unpacks to 1.5 GB).
MAXIMUM_BYTES = 4 * 1024**3
_CHUNK = 1 << 22


def read_frame(path: Path | str, tag: str = "", name: str | None = None) -> Frame:
    """Return the file `path` as a frame in memory.

    Parameters
    ----------
    path
        ``.fits``, ``.fits.gz``, ``.fits.fz`` or ``.fits.Z``.
    tag
        What the frame is to the recipe; default: its PRO CATG or DPR TYPE.
    name
        Its name in messages and provenance; default: ARCFILE without ``.fits``, else the file name.

    Returns
    -------
    Frame
        Raw frames have the untouched integer array as content, products an `Image`, `Table` or `Spectrum`.

    Raises
    ------
    NotFoundError
        The file is not there.
    ServiceError
        It cannot be read (permission, disk).
    DataError
        It is not FITS, truncated, without data, or fails its DATASUM.
    """
    path = Path(path)
    where = str(path)
    with _explained(where), _opened(path) as hdus:
        for hdu in hdus:
            verify_hdu(hdu, where)
        header = _merged_header(hdus)
        content, parts = contents_of(hdus)
    if content is None:
        raise DataError("the file has a header but no data", where=where, keyword="NAXIS")
    return Frame(
        tag=tag or str(header.get("ESO PRO CATG") or header.get("ESO DPR TYPE") or ""),
        name=name or _own_name(header, path),
        header=header,
        content=content,
        parts=parts,
    )


def _merged_header(hdus: fits.HDUList) -> FitsHeader:
    """Return the primary header, completed by the first image extension's when the primary holds no data (``.fz``)."""
    if hdus[0].header.get("NAXIS") == 0 and len(hdus) > 1 and isinstance(hdus[1], fits.CompImageHDU):
        return from_astropy(hdus[0].header, hdus[1].header)
    return from_astropy(hdus[0].header)


def _own_name(header: FitsHeader, path: Path) -> str:
    arcfile = header.get("ARCFILE")
    return str(arcfile).removesuffix(".fits") if arcfile else path.name


@contextmanager
def _opened(path: Path) -> Iterator[fits.HDUList]:
    # The file is opened here and not by astropy, which leaves it open when it stumbles.
    with _source(path) as source, fits.open(source, memmap=False, lazy_load_hdus=False) as hdus:
        yield hdus


def _source(path: Path) -> IO[bytes]:
    match path.suffix:
        case ".gz":
            return io.BytesIO(_unpacked(gzip.open, path))
        case ".Z":
            return io.BytesIO(_unpacked(uncompresspy.open, path))
        case _:
            return path.open("rb")


def _unpacked(opener: Callable[[Path], Any], path: Path) -> bytes:
    parts: list[bytes] = []
    size = 0
    with opener(path) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > MAXIMUM_BYTES:
                raise DataError(f"the file unpacks to more than {MAXIMUM_BYTES} bytes", where=str(path))
            parts.append(chunk)
    return b"".join(parts)


@contextmanager
def _explained(where: str) -> Iterator[None]:
    """Turn what astropy, gzip and the system say of a bad file into one line of ours."""
    hint = "fetch the file again, or leave it out"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)
            warnings.filterwarnings("error", message=".*truncated.*", category=AstropyUserWarning)
            yield
    except FileNotFoundError as error:
        raise NotFoundError("there is no such file", where=where) from error
    except PermissionError as error:
        raise ServiceError("no permission to read the file", where=where, hint="change its permissions") from error
    except IsADirectoryError as error:
        raise DataError("this is a folder, not a file", where=where) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"the compressed file is damaged ({error})", where=where, hint=hint) from error
    except (AstropyUserWarning, OSError, ValueError, TypeError, KeyError, IndexError, fits.VerifyError) as error:
        reason = (
            "truncated" if "truncated" in str(error) or "buffer" in str(error) else f"not readable as FITS ({error})"
        )
        raise DataError(f"the file is {reason}", where=where, hint=hint) from error
