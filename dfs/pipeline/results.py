"""What became of the jobs of a reduction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dfs.errors import DfsError
from dfs.model import QcValue
from dfs.pipeline.graph import Job

__all__ = ["JobResult", "Made", "State", "headline"]

State = Literal["done", "cached", "failed", "blocked"]


@dataclass(frozen=True, slots=True)
class Made:
    """An archived product.

    Attributes
    ----------
    path, dp_id, category
        The file in the archive.
    inputs
        DP IDs of what it was made from.
    datasum
        DATASUM of each extension with data.
    qc
        Its quality figures.
    extrapolated_nm
        Wavelength intervals outside the calibrated range; None where it has no meaning.
    """

    path: Path
    dp_id: str
    category: str
    inputs: tuple[str, ...]
    datasum: tuple[str, ...]
    qc: tuple[QcValue, ...]
    extrapolated_nm: tuple[tuple[float, float], ...] | None = None


# What people look at first, wherever only a few figures have room.
_FIRST = (
    *("bias_level_adu", "ron_e", "gain_e_per_adu", "flat_level_adu", "arc_rms_px", "arc_rms_loo_px", "arc_lines"),
    *("efficiency", "response_heldout_rms_percent", "shift_px", "snr", "sky_error_ratio", "spatial_fwhm_arcsec"),
    *(
        "zeropoint_mag",
        "image_quality_arcsec",
        "registration_rms_px",
        "sources",
        "flat_structure_percent",
        "flats_used",
    ),
)


def headline(values: Sequence[QcValue], limit: int = 3) -> list[QcValue]:
    """Return the `limit` quality figures that people look at first; those not measured are left out."""
    rank = {name: index for index, name in enumerate(_FIRST)}
    measured = [one for one in values if one.value is not None]
    return sorted(measured, key=lambda one: rank.get(one.name, len(rank)))[:limit]


@dataclass(frozen=True, slots=True)
class JobResult:
    """A job and what became of it.

    Attributes
    ----------
    state
        ``done`` now, ``cached`` (done before, found again), ``failed``, or ``blocked`` (a calibration is missing).
    key
        Its key; empty when it was blocked.
    products
        What it made.
    report
        The archived HTML report; of a failed job the executed notebook.
    seconds
        Time it took, now or when it was done.
    error
        Why it failed or is blocked.
    """

    job: Job
    state: State
    key: str = ""
    products: tuple[Made, ...] = ()
    report: Path | None = None
    seconds: float | None = None
    error: DfsError | None = None

    @property
    def by_category(self) -> Mapping[str, Made]:
        """Return its products by PRO CATG; of several of one category, the first."""
        return {one.category: one for one in reversed(self.products)}
