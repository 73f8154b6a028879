"""Which pixels of a raw frame see light, which give its bias level, and how it is binned.

Headers count prescan and overscan in binned pixels and say how many there are, not on which side. A read-out register
delivers its prescan first, so the prescan lies beside the output and the overscan opposite (``ESO DET OUT1 X`` and ``Y``
place the output). Where measured frames contradict that, the instrument's folder has the measured ranges and they win.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError
from dfs.instruments import Instrument
from dfs.instruments.instrument import Detector
from dfs.model import Flag, Frame, Header
from dfs.model.header import number

__all__ = ["Regions", "Strip", "bad_pixels", "detector_area", "same_geometry"]

Strip = tuple[slice, slice]

BINNING = ("ESO DET WIN1 BINX", "ESO DET WIN1 BINY")


@dataclass(frozen=True, slots=True)
class Regions:
    """Regions of a raw frame as (rows, columns) of binned, 0-based pixels.

    Attributes
    ----------
    light
        The light-sensitive area; every product is trimmed to it.
    dark_columns
        Columns beside the rows of `light` that see no light (prescan or overscan in x), or None.
    dark_rows
        Rows above or below the columns of `light` that see no light (prescan or overscan in y), or None.
    binning
        (x, y).
    shape
        (ny, nx) of the raw frame.
    """

    light: Strip
    dark_columns: Strip | None
    dark_rows: Strip | None
    binning: tuple[int, int]
    shape: tuple[int, int]

    @property
    def light_shape(self) -> tuple[int, int]:
        """Return (ny, nx) of the light-sensitive area."""
        rows, columns = self.light
        return rows.stop - rows.start, columns.stop - columns.start


@dataclass(frozen=True, slots=True)
class _Axis:
    """Half-open ranges along one axis, binned pixels."""

    light: tuple[int, int]
    dark: tuple[int, int] | None


def detector_area(header: Header, instrument: Instrument, shape: tuple[int, ...], where: str = "") -> Regions:
    """Return the regions of a raw frame.

    Parameters
    ----------
    header
        Its header.
    instrument
        The instrument that took it.
    shape
        Shape of its pixel array, (ny, nx).
    where
        The frame's name, for messages.

    Raises
    ------
    DataError
        The frame is not two-dimensional, its size is not the one its header describes, or its binning is impossible.
    """
    if len(shape) != 2:
        raise DataError(f"the frame has {len(shape)} axes", where=where, keyword="NAXIS", accepted="an image of 2 axes")
    detector = instrument.detector(header)
    binning = (_binning(header, BINNING[0], where), _binning(header, BINNING[1], where))
    x = _axis(header, "X", shape[1], binning[0], detector, where=where)
    y = _axis(header, "Y", shape[0], binning[1], detector, where=where)
    columns, rows = slice(*x.light), slice(*y.light)
    return Regions(
        light=(rows, columns),
        dark_columns=(rows, slice(*x.dark)) if x.dark else None,
        dark_rows=(slice(*y.dark), columns) if y.dark else None,
        binning=binning,
        shape=(shape[0], shape[1]),
    )


def bad_pixels(regions: Regions, detector: Detector) -> NDArray[np.uint8]:
    """Return the mask (bits of `Flag`) of the trimmed area with the detector's known bad columns and rows set."""
    mask = np.zeros(regions.light_shape, dtype=np.uint8)
    binx, biny = regions.binning
    for first, last in detector.bad_columns:
        mask[:, first // binx : -(-last // binx)] = Flag.BAD
    for first, last in detector.bad_rows:
        mask[first // biny : -(-last // biny), :] = Flag.BAD
    return mask


def same_geometry(one: Frame, one_shape: tuple[int, ...], other: Frame, other_shape: tuple[int, ...]) -> None:
    """Raise `DataError` naming both files and the keyword when their binning or (trimmed) shapes differ."""
    for keyword in BINNING:
        here, there = one.header.get(keyword), other.header.get(keyword)
        if here != there:
            raise DataError(
                f"{keyword} = {here} but {there} in {other.name}",
                where=one.name,
                keyword=keyword,
                accepted=f"frames of one binning ({there})",
                hint="use frames and calibrations of one binning",
            )
    if one_shape != other_shape:
        raise DataError(
            f"NAXIS1, NAXIS2: the light-sensitive area is {_size(one_shape)} but {_size(other_shape)} in {other.name}",
            where=one.name,
            keyword="NAXIS1, NAXIS2",
            accepted=f"frames of one size ({_size(other_shape)})",
            hint="use frames and calibrations of one read-out window",
        )


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(str(length) for length in reversed(shape))


def _binning(header: Header, keyword: str, where: str) -> int:
    value = number(header, keyword, where)
    if value < 1 or value != int(value):
        raise DataError(
            f"{keyword} = {value:g} is no binning", where=where, keyword=keyword, accepted="a whole number from 1"
        )
    return int(value)


def _axis(header: Header, axis: str, length: int, binning: int, detector: Detector, *, where: str) -> _Axis:
    along_x = axis == "X"
    full = (detector.nx if along_x else detector.ny) / binning
    light = detector.light_columns if along_x else detector.light_rows
    dark = detector.dark_columns if along_x else detector.dark_rows
    count = _counter(header, where)
    before, after = count(f"ESO DET OUT1 PRSC{axis}"), count(f"ESO DET OUT1 OVSC{axis}")
    _check_length(header, axis, length, before + after, full=full, where=where)
    if light is None:
        at_far_end = count(f"ESO DET OUT1 {axis}") > full * binning / 2
        return _from_header(length, *((after, before) if at_far_end else (before, after)))
    found = _Axis(_binned(light, binning), _binned(dark, binning) if dark else None)
    needed = max(found.light[1], found.dark[1] if found.dark else 0)
    if needed > length:
        raise _too_small(axis, length, binning, needed, where)
    return found


def _too_small(axis: str, length: int, binning: int, needed: int, where: str) -> DataError:
    keyword = "NAXIS1" if axis == "X" else "NAXIS2"
    return DataError(
        f"{keyword} = {length} pixels at binning {binning} (ESO DET WIN1 BIN{axis}) is too few for this detector",
        where=where,
        keyword=keyword,
        accepted=f"at least {needed} pixels, the full frame",
        hint="the frame is cut, or its binning is not what the header says",
    )


def _counter(header: Header, where: str) -> Callable[[str], int]:
    def count(keyword: str) -> int:
        return int(number(header, keyword, where)) if header.get(keyword) is not None else 0

    return count


def _check_length(header: Header, axis: str, length: int, extra: int, *, full: float, where: str) -> None:
    keyword = f"ESO DET OUT1 N{axis}"
    if header.get(keyword) is None:
        return
    valid = int(number(header, keyword, where))
    naxis = "NAXIS1" if axis == "X" else "NAXIS2"
    # NX, NY count the valid pixels (FIERA dictionary); some instruments' count the prescan and overscan too (VIMOS, FORS2).
    if length not in (valid, valid + extra):
        raise DataError(
            f"{naxis} = {length}, but {keyword} = {valid} with {extra} prescan and overscan pixels",
            where=where,
            keyword=naxis,
            accepted=f"{valid + extra} or {valid}",
            hint="the frame is cut or its header belongs to another one",
        )
    if length - extra > full + 1:
        raise DataError(
            f"{length - extra} pixels in {axis.lower()} are more than the detector has at this binning",
            where=where,
            keyword=f"ESO DET WIN1 BIN{axis}",
            accepted=f"at most {full:g} pixels",
        )


def _from_header(length: int, low: int, high: int) -> _Axis:
    light = (low, length - high)
    if low:
        return _Axis(light, (0, low))
    return _Axis(light, (length - high, length) if high else None)


def _binned(bounds: tuple[int, int], binning: int) -> tuple[int, int]:
    first, last = bounds
    return -(-first // binning), last // binning
