"""Are the errors honest? Sky-only apertures, extracted exactly as the target was, scatter against their predicted errors.

The rule, fixed before any of them is looked at: apertures of the target's own weights lie at every multiple of the aperture's
height (plus two pixels) from the target, in both directions, as far as the slit is lit; those that touch rows of a
detected source or detector defect are left out, no other. Each is split into blocks of `BLOCK` columns. The sky under an
aperture is predicted from a fit that has not seen it, as for the target: every fourth aperture is left out in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfs.model import Column, Table
from dfs.recipes.steps.extract import Extraction, weighted_sum
from dfs.recipes.steps.slit_frame import SlitFrame
from dfs.recipes.steps.slit_sky import SlitSky
from dfs.recipes.steps.slit_sources import occupied_rows

__all__ = ["SkyCheck", "sky_check"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

BLOCK = 32  # columns of one aperture
FOLDS = 4
GAP = 2  # px between apertures


@dataclass(frozen=True, slots=True, eq=False)
class SkyCheck:
    """Scatter over predicted error of sky-only apertures.

    Attributes
    ----------
    offsets
        Distances of the apertures from the target along the slit, px.
    flux, error
        Shape (apertures, nx): extracted electrons and predicted errors; NaN where the sky's pixels were masked.
    """

    offsets: tuple[int, ...]
    flux: Array
    error: Array

    @property
    def apertures(self) -> int:
        """Return the number of apertures, blocks of columns counted one by one."""
        return int(np.isfinite(self.blocks()[0]).sum())

    def ratio(self, columns: slice = slice(None)) -> float:
        """Return the root mean square of flux over error, pixel by pixel (no rejection)."""
        score = self._scores(columns)
        return float(np.sqrt(np.mean(score**2))) if score.size else float("nan")

    def robust_ratio(self, columns: slice = slice(None)) -> float:
        """Return 1.4826 times the median absolute flux over error, pixel by pixel."""
        score = self._scores(columns)
        return float(1.4826 * np.median(np.abs(score))) if score.size else float("nan")

    def blocks(self) -> tuple[Array, Array]:
        """Return the sums over blocks of `BLOCK` columns and their errors, shape (apertures, blocks)."""
        starts = np.arange(0, self.flux.shape[1] - BLOCK + 1, BLOCK)
        total = np.stack([np.nansum(self.flux[:, x : x + BLOCK], axis=1) for x in starts], axis=1)
        error = np.stack([np.sqrt(np.nansum(self.error[:, x : x + BLOCK] ** 2, axis=1)) for x in starts], axis=1)
        count = np.stack([np.isfinite(self.flux[:, x : x + BLOCK]).sum(axis=1) for x in starts], axis=1)
        return np.where(count > BLOCK // 2, total, np.nan), np.where(count > BLOCK // 2, error, np.nan)

    def block_ratio(self) -> float:
        """Return the root mean square of the blocks' sums over their errors."""
        total, error = self.blocks()
        score = (total / error)[np.isfinite(total)]
        return float(np.sqrt(np.mean(score**2))) if score.size else float("nan")

    def table(self, wavelength_nm: Array, target_row: float) -> Table:
        """Return the apertures as a table: where, the sum, its error."""
        total, error = self.blocks()
        offset, block = np.nonzero(np.isfinite(total))
        x = block * BLOCK
        return Table(
            (
                Column(
                    "ROW", target_row + np.array(self.offsets, dtype=np.float64)[offset], "pix", "row at mid-spectrum"
                ),
                Column("WAVE", wavelength_nm[x + BLOCK // 2], "nm", "middle of the block"),
                Column("COLUMN", x.astype(np.int32), "pix", f"first of {BLOCK} columns, from 0"),
                Column("FLUX", total[offset, block], "electron", "sum over the block"),
                Column("ERR", error[offset, block], "electron", "predicted standard deviation"),
            )
        )

    def _scores(self, columns: slice) -> Array:
        score = (self.flux / self.error)[:, columns]
        return np.asarray(score[np.isfinite(score)], dtype=np.float64)


def sky_check(slit: SlitFrame, extraction: Extraction) -> SkyCheck | None:
    """Return the check for the target extracted as `extraction`, or None where no aperture fits beside it."""
    offsets = _offsets(slit, extraction.rows)
    if not offsets:
        return None
    nx = slit.image.shape[1]
    flux, error = np.full((len(offsets), nx), np.nan), np.full((len(offsets), nx), np.nan)
    for fold in range(FOLDS):
        members = [index for index in range(len(offsets)) if index % FOLDS == fold]
        if not members:
            continue
        left_out = np.zeros(slit.image.shape[0], dtype=bool)
        for index in members:
            left_out[_moved(extraction.rows, offsets[index])] = True
        sky = slit.sky_without(left_out)
        for index in members:
            flux[index], error[index] = _aperture(slit, sky, extraction, offsets[index])
    return SkyCheck(offsets, flux, error)


def _offsets(slit: SlitFrame, rows: slice) -> tuple[int, ...]:
    step = rows.stop - rows.start + GAP
    busy = occupied_rows(slit.sources, slit.image.shape[0], slit.choices.margin_px)
    count = slit.image.shape[0] // step + 1
    found = []
    for offset in (k * step for k in range(-count, count + 1) if k):
        moved = _moved(rows, offset)
        inside = moved.start >= slit.lit[0] and moved.stop <= slit.lit[1]
        if inside and not np.any(busy[moved]):
            found.append(offset)
    return tuple(found)


def _moved(rows: slice, offset: int) -> slice:
    return slice(rows.start + offset, rows.stop + offset)


def _aperture(slit: SlitFrame, sky: SlitSky, extraction: Extraction, offset: int) -> tuple[Array, Array]:
    rows = _moved(extraction.rows, offset)
    data = slit.image.data[rows].astype(np.float64) - sky.model[rows]
    noise = slit.pixel_noise.part(rows)
    total, variance = weighted_sum(
        data, slit.image.good()[rows], noise.variance(sky.model[rows]), noise, extraction.weights, extraction.profile
    )
    placed = np.zeros(slit.image.shape)
    placed[rows] = extraction.weights
    return total, np.sqrt(variance + sky.aperture_variance(placed))
