"""What the SSA protocol wants to know of a spectrum beyond ObsCore."""

from __future__ import annotations

from dfs.archive.tables.making import Maker
from dfs.archive.tables.products import MAKERS as OF_PRODUCTS
from dfs.archive.tables.truth import Truth
from dfs.archive.tables.values import as_text

__all__ = ["MAKERS"]


def _models(truth: Truth) -> list[str]:
    """Return the data model: VOCLASS as ``SPECTRUM V2.0`` becomes Spectrum-2.0, and 1.0 where nothing is said."""
    told = [next((as_text(one["VOCLASS"]) for one in found if "VOCLASS" in one), None) for found in truth.extensions()]
    versions = [(voclass or "").upper().partition("V")[2].strip() for voclass in told]
    return [f"Spectrum-{version or '1.0'}" for version in versions]


def _units(truth: Truth) -> list[str | None]:
    """Return the unit of the flux: of the second column, as the science data product standard orders them."""
    return [next((as_text(one["TUNIT2"]) for one in found if "TUNIT2" in one), None) for found in truth.extensions()]


def _titles(truth: Truth) -> list[str]:
    """Return the title; where there is none, the target, and else the file."""
    others = zip(truth.keyword("OBJECT", "ESO OBS TARG NAME"), truth.file("dp_id"), strict=True)
    return [
        title or as_text(target) or dp_id
        for title, (target, dp_id) in zip(OF_PRODUCTS["obs_title"](truth), others, strict=True)
    ]


def _ends(truth: Truth) -> list[tuple[float, float] | None]:
    pairs = zip(OF_PRODUCTS["em_min"](truth), OF_PRODUCTS["em_max"](truth), strict=True)
    return [None if low is None or high is None else (low, high) for low, high in pairs]


def _middles(truth: Truth) -> list[float | None]:
    pairs = zip(truth.numbers("MJD-OBS"), OF_PRODUCTS["t_max"](truth), strict=True)
    return [None if begin is None or end is None else (begin + end) / 2 for begin, end in pairs]


MAKERS: dict[str, Maker] = {
    "fits_format": lambda truth: ["application/fits"] * len(truth),
    "ssa_model": _models,
    "ssa_type": lambda truth: ["Spectrum"] * len(truth),
    "ssa_title": _titles,
    "t_mid": _middles,
    "em_mid": lambda truth: [None if pair is None else sum(pair) / 2 for pair in _ends(truth)],
    "em_extent": lambda truth: [None if pair is None else pair[1] - pair[0] for pair in _ends(truth)],
    "flux_unit": _units,
}
