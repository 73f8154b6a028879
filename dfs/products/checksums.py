"""Checksums of FITS data: DATASUM as the standard has it, DATAMD5 after the habit of ESO's pipelines."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from astropy.io import fits

from dfs.errors import DataError

__all__ = ["PIPELINE_MD5_KEYWORD", "data_md5", "verify_hdu"]

PIPELINE_MD5_KEYWORD = "DATAMD5"
_BLOCK = 2880
_CARD = 80
_CHUNK = 1024 * _BLOCK
_HEADER_STARTS = (b"SIMPLE  =", b"XTENSION=")


def data_md5(path: Path) -> str:
    """Return the MD5 of all data blocks of a FITS file, headers left out.

    Every 2880-byte block that does not belong to a header counts, padding included, in file order. EsoRex's DATAMD5 of a table
    product is the same; for image products of some of its recipes it differs, and the cause is open.
    """
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        in_header = False
        while chunk := file.read(_CHUNK):
            if not in_header and not _starts_header(chunk):
                digest.update(chunk)
                continue
            for start in range(0, len(chunk), _BLOCK):
                block = chunk[start : start + _BLOCK]
                if block.startswith(_HEADER_STARTS):
                    in_header = True
                if not in_header:
                    digest.update(block)
                elif _ends_header(block):
                    in_header = False
    return digest.hexdigest()


def verify_hdu(hdu: fits.hdu.base.ValidHDU, where: str) -> None:
    """Raise `DataError` when the DATASUM in the header disagrees with the data; silent when there is none."""
    claimed = hdu.header.get("DATASUM")
    if claimed is None:
        return
    found = hdu._calculate_datasum()  # noqa: SLF001 - astropy offers the figure nowhere else
    if str(claimed).strip() != str(found):
        raise DataError(
            f"the data have changed since they were written: DATASUM says {claimed}, the data give {found}",
            where=where,
            keyword="DATASUM",
            hint="fetch the file again from where it came",
        )


def _starts_header(chunk: bytes) -> bool:
    """Tell whether a block of `chunk` starts as a header does; the first bytes of the blocks are looked at before whole words."""
    firsts = np.frombuffer(chunk, dtype=np.uint8)[::_BLOCK]
    candidates = np.flatnonzero((firsts == ord("S")) | (firsts == ord("X")))
    return any(chunk.startswith(_HEADER_STARTS, int(one) * _BLOCK) for one in candidates)


def _ends_header(block: bytes) -> bool:
    return any(block[start : start + 8] == b"END     " for start in range(0, len(block), _CARD))
