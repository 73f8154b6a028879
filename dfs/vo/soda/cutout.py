"""Cutting a part out of an archived file: a new FITS file that says of what it is a part.

Images keep every pixel of the smallest window that holds the region wanted: pixels of the window outside a circle or polygon stay as
they are, and every number is the original's.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np

from dfs.errors import DataError, UsageError
from dfs.sky.regions import contains_points
from dfs.vo.soda.images import ImagePlan, cut_image, plan_images
from dfs.vo.soda.opening import opened
from dfs.vo.soda.request import Cut, NoOverlap
from dfs.vo.soda.spectra import cut_spectrum, position_of, spectral_column

__all__ = ["LARGEST_BYTES", "cut_out"]

LARGEST_BYTES = 2 * 1024**3  # of a cut-out; more is better downloaded whole
# A fixed comment: the one astropy writes holds the time, and equal cut-outs must be equal files.
_CHECKSUM_COMMENT = "HDU checksum"
_UNTRUE = ("CHECKSUM", "DATASUM", "DATAMD5", "PIPEFILE")


def cut_out(path: Path, dp_id: str, cut: Cut, *, largest_bytes: int = LARGEST_BYTES) -> IO[bytes]:
    """Return the part `cut` of the file at `path`, as an open file without a name that stands at its beginning.

    Parameters
    ----------
    path
        Plain, ``.gz`` or ``.Z``; plain files are read only where they are cut.
    dp_id
        Its identifier, for the header.
    cut
        What is wanted.
    largest_bytes
        A larger part is refused before it is read.

    Raises
    ------
    NoOverlap
        The file holds nothing of what is wanted.
    UsageError
        The file has no axis to be cut along, or the part is too large.
    DataError
        The file cannot be read.
    """
    with opened(path) as hdus:
        _check_primary(hdus, dp_id)
        made = _cut_hdus(hdus, dp_id, cut, largest_bytes)
        _tell(made[0].header, dp_id, cut)
        return _written(made)


def _check_primary(hdus: Any, dp_id: str) -> None:
    if not len(hdus):
        raise DataError("the file has no header", where=dp_id)


def _cut_hdus(hdus: Any, dp_id: str, cut: Cut, largest_bytes: int) -> list[Any]:
    plan = plan_images(hdus, cut, dp_id)
    spectra = {number: name for number, hdu in enumerate(hdus) if (name := spectral_column(hdu)) is not None}
    _check_axes(plan, spectra, cut, dp_id)
    _check_position(hdus, plan, spectra, cut, dp_id)
    _check_size(hdus, plan, largest_bytes, dp_id)
    made, kept = [], 0
    for number, hdu in enumerate(hdus):
        if number in plan.slices:
            window = plan.slices[number]
            kept += window is not None
            new = cut_image(hdu, window, primary=number == 0) if window is not None else _emptied(hdu, number)
        elif number in spectra and cut.band_m is not None:
            new = cut_spectrum(hdu, spectra[number], cut.band_m, dp_id)
            kept += new is not None
        else:
            new, is_whole = hdu, cut.band_m is None and number in spectra
            kept += is_whole
        if new is not None:
            made.append(new)
    if not kept and (cut.region is not None or cut.band_m is not None):
        raise NoOverlap(f"{dp_id} holds nothing of what was asked for", where=dp_id)
    _tell_band(made)
    return made


def _check_axes(plan: ImagePlan, spectra: dict[int, str], cut: Cut, dp_id: str) -> None:
    hint = "download the whole file"
    if cut.region is not None and not (plan.has_sky or spectra):
        raise UsageError("the file has no coordinates of the sky to cut along", where=dp_id, hint=hint)
    if cut.band_m is not None and not (plan.has_band or spectra):
        raise UsageError("the file has no axis of wavelength to cut along", where=dp_id, hint=hint)


def _check_position(hdus: Any, plan: ImagePlan, spectra: dict[int, str], cut: Cut, dp_id: str) -> None:
    """Raise `NoOverlap` for a spectrum whose target is outside the region wanted."""
    if cut.region is None or plan.has_sky or not spectra:
        return
    position = position_of(hdus)
    if position is None:
        raise UsageError("the spectrum does not tell its position", where=dp_id, hint="cut it by BAND alone")
    if not contains_points(cut.region, np.array([position[0]]), np.array([position[1]]))[0]:
        raise NoOverlap(f"{dp_id} holds nothing of what was asked for", where=dp_id)


def _check_size(hdus: Any, plan: ImagePlan, largest_bytes: int, dp_id: str) -> None:
    size = 0
    for number, window in plan.slices.items():
        if window is not None:
            pixels = int(np.prod([part.stop - part.start for part in window], dtype=np.int64))
            size += pixels * abs(int(hdus[number].header["BITPIX"])) // 8
    if size > largest_bytes:
        raise UsageError(
            f"the part wanted has {size} bytes",
            where=dp_id,
            accepted=f"{largest_bytes} bytes",
            hint="download the whole file",
        )


def _emptied(hdu: Any, number: int) -> Any:
    """Return the primary header without its image; an extension goes altogether."""
    from astropy.io import fits

    if number:
        return None
    header = hdu.header.copy()
    for keyword in ("BSCALE", "BZERO", "BLANK"):
        header.remove(keyword, ignore_missing=True)
    return fits.PrimaryHDU(header=header)


def _tell_band(made: list[Any]) -> None:
    """Let WAVELMIN and WAVELMAX (nm) of the primary header tell the range of the part of a spectrum."""
    from astropy import units

    header = made[0].header
    for hdu in made[1:]:
        column = spectral_column(hdu)
        if column is None or "WAVELMIN" not in header or "WAVELMAX" not in header:
            continue
        values = np.asarray(hdu.data[column], dtype=np.float64)
        try:
            ends = units.Quantity([values.min(), values.max()], hdu.columns[column].unit or "nm").to_value("nm")
        except (ValueError, units.UnitConversionError):
            return
        header["WAVELMIN"], header["WAVELMAX"] = float(ends[0]), float(ends[1])
        return


def _tell(header: Any, dp_id: str, cut: Cut) -> None:
    """Write into the primary header of what the file is a part, and which part."""
    for keyword in _UNTRUE:
        header.remove(keyword, ignore_missing=True)
    if not cut.text:
        header.add_history(f"Copy of {dp_id}"[:72])
        return
    header["HIERARCH DFS CUT DPID"] = (dp_id, "")
    for name, value in cut.text:
        for line in textwrap.wrap(f"Cut out of {dp_id}: {name}={' '.join(value.split())}", 72):
            header.add_history(line)


def _written(made: list[Any]) -> IO[bytes]:
    from astropy.io import fits

    hdus = fits.HDUList(made)
    hdus.verify("silentfix")
    hdus.update_extend()
    for hdu in hdus:
        hdu.add_checksum(when=_CHECKSUM_COMMENT)
    target = TemporaryFile()  # noqa: SIM115 - the caller sends and closes it
    try:
        hdus.writeto(target, output_verify="ignore")
        target.flush()
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return target
