"""What a product looks like: the figures shown in its report and in the summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from bokeh.plotting import figure

from dfs.figures.arc import arc_residuals_figure
from dfs.figures.image import image_figure, thumbnail_png
from dfs.figures.response import response_figure
from dfs.figures.spectrum import spectrum_figure
from dfs.model import Content, Image, Product, Spectrum, Table

__all__ = ["Shown", "figures", "thumbnails"]

_NEAR_RMS = 8.0  # rejected lines are shown up to so many rms

_TITLES = {
    "MASTER_BIAS": "Master bias",
    "MASTER_FLAT_IMG": "Master flat",
    "MASTER_FLAT_LSS": "Master flat (spectroscopic, normalised)",
    "WAVE_SOLUTION": "Residuals of the arc lines",
    "RESPONSE": "Response",
    "STD_SPECTRUM": "Spectrum",
    "SCIENCE_SPECTRUM": "Spectrum",
    "SCIENCE_SPECTRUM_2D": "Two-dimensional spectrum",
    "SCIENCE_IMAGE": "Image",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A product as far as pictures need it: from memory or from its file."""

    category: str
    content: Content
    parts: Mapping[str, Content]
    target: str = ""
    extrapolated_nm: Sequence[tuple[float, float]] = ()

    @classmethod
    def of(cls, product: Product) -> Shown:
        """Return the pictures' view of a product in memory."""
        target = str(product.like.header.get("OBJECT") or "")
        return cls(product.category, product.content, product.parts, target, product.extrapolated_nm or ())

    @property
    def title(self) -> str:
        """What the picture shows, with the object's name for observations."""
        named = self.category.startswith(("SCIENCE", "STD", "RESPONSE")) and self.target
        return f"{_TITLES.get(self.category, self.category)}{f' of {self.target}' if named else ''}"


def figures(shown: Shown) -> list[figure]:
    """Return the figures of a product; none for tables that are only read."""
    match shown.content:
        case Image() as image:
            return [image_figure(_good(image), shown.title, image.unit)]
        case Spectrum() as spectrum:
            return [_spectrum(spectrum, shown)]
        case Table() as table:
            return [*_tables(table, shown)]
    return []


def thumbnails(shown: Shown) -> list[tuple[bytes, str]]:
    """Return (PNG, caption) of the product's main image; none for others."""
    if isinstance(shown.content, Image):
        return [(thumbnail_png(_good(shown.content)), shown.title)]
    return []


def _good(image: Image) -> Any:
    return np.where(image.good(), image.data, np.nan)


def _spectrum(spectrum: Spectrum, shown: Shown) -> figure:
    return spectrum_figure(
        spectrum.wavelength_nm,
        spectrum.flux,
        spectrum.error,
        title=shown.title,
        unit=spectrum.unit,
        medium=spectrum.medium,
        background=spectrum.background,
        extrapolated_nm=shown.extrapolated_nm,
    )


def _tables(table: Table, shown: Shown) -> Iterator[figure]:
    lines, nodes = shown.parts.get("LINES"), shown.parts.get("NODES")
    if shown.category == "WAVE_SOLUTION" and isinstance(lines, Table):
        used = lines["used"].astype(bool)
        residual = lines["residual_px"]
        rms = float(np.sqrt(np.mean(residual[used] ** 2))) if used.any() else 0.0
        # Lines far off were taken for others: with them in the figure the rest would be a flat line.
        near = used | (np.abs(residual) < _NEAR_RMS * rms)
        yield arc_residuals_figure(
            lines["wavelength_nm"][near],
            residual[near],
            used[near],
            rms_px=rms,
            title=shown.title,
            extrapolated_nm=shown.extrapolated_nm,
        )
    if shown.category == "RESPONSE" and isinstance(nodes, Table):
        unit = next((column.unit for column in table.columns if column.name == "response"), "")
        yield response_figure(
            table["wavelength_nm"],
            table["response"],
            nodes["wavelength_nm"],
            nodes["response"],
            unit=unit,
            title=shown.title,
            extrapolated_nm=shown.extrapolated_nm,
        )
