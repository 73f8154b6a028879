"""What a recipe returns: content, the cards it wants in the header, and its quality figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dfs.model.frame import Content, Frame
from dfs.model.header import Card
from dfs.model.qc import QcValue

__all__ = ["Product"]


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """A calibrated product in memory.

    Attributes
    ----------
    category
        PRO CATG, e.g. ``MASTER_BIAS``.
    content
        Main content: an `Image`, `Spectrum` or `Table`.
    like
        The input whose primary header the product inherits (the first raw frame of the main input).
    cards
        Cards of the recipe's own, e.g. WCS, LAMRMS; they replace inherited ones of the same keyword.
    parts
        Further extensions by EXTNAME.
    qc
        Quality figures; written as ``ESO QC ...`` cards and to the QC table.
    made_from
        Names of the frames this product was made from, when not all inputs of the recipe (empty: all raw inputs).
    extrapolated_nm
        Wavelength intervals (nm) outside the calibrated range, for spectra; None where it has no meaning.
    """

    category: str
    content: Content
    like: Frame
    cards: tuple[Card, ...] = ()
    parts: Mapping[str, Content] = field(default_factory=dict)
    qc: tuple[QcValue, ...] = ()
    made_from: tuple[str, ...] = ()
    extrapolated_nm: tuple[tuple[float, float], ...] | None = None
