"""Recipe science_image: raw images of one field and filter to a calibrated, registered stack and its source table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from dfs.errors import DataError
from dfs.model import Card, Frame, Product
from dfs.model.header import number, text
from dfs.recipes.contract import FrameSet, Input, Parameters, Recipe
from dfs.recipes.steps.exposure import Exposure, expose
from dfs.recipes.steps.image_cards import image_cards, table_cards
from dfs.recipes.steps.image_qc import image_qc
from dfs.recipes.steps.image_stack import Measured, Stack, measure, stack
from dfs.recipes.steps.source_table import source_table
from dfs.recipes.steps.zeropoint import read_catalogue

__all__ = ["RECIPE", "ScienceImageParameters", "run"]

RAW_TAGS = ("SCIENCE_IMG", "STD_IMG")


class ScienceImageParameters(Parameters):
    """Parameters of the recipe science_image."""

    sky_mesh_px: int = Field(128, ge=16, le=1024, description="Side of a cell of the sky map, binned pixels")
    cosmic_sigma: float = Field(
        5.0, ge=0, description="Significance at which a single frame's sharp pixels are cosmic rays; 0 looks for none"
    )
    stack_kappa: float = Field(5.0, gt=0, description="Outliers of the stack are rejected beyond this many sigma")
    detection_sigma: float = Field(
        5.0, ge=2, le=100, description="Significance of sources, in sigma of the filtered sky"
    )
    kernel: Literal["lanczos3", "bilinear", "nearest"] = Field("lanczos3", description="Resampling kernel")
    match_flux: bool = Field(
        default=True, description="Scale exposures to their mean transparency, where stars show differences"
    )
    pointing_arcsec: float = Field(
        10.0, gt=0, description="Header pointing is normally right to this (arcsec); beyond, matches need more stars"
    )
    photometric_system: Literal["AB", "VEGA"] = Field(
        "AB", description="System of the standards' magnitudes when their table does not say (PHOTSYS)"
    )


def run(frames: FrameSet, parameters: ScienceImageParameters) -> list[Product]:
    """Return SCIENCE_IMAGE and SOURCE_TABLE."""
    raws = _raw_frames(frames)
    bias, flat = frames.optional("MASTER_BIAS"), frames.optional("MASTER_FLAT_IMG")
    band = _filter(frames, raws, flat)
    standards = frames.optional("PHOT_STANDARDS")
    known = frames.instrument.filters.get(band)
    catalogue = read_catalogue(standards, known.band if known else band) if standards else None
    exposures = _exposures(frames, raws, bias, flat, parameters)
    scale = exposures[0].celestial.pixel_scale_arcsec
    near_px = parameters.pointing_arcsec / scale
    stacked = stack(
        exposures,
        near_px=near_px,
        kernel=parameters.kernel,
        kappa=parameters.stack_kappa,
        match_flux=parameters.match_flux,
        progress=frames.progress,
    )
    widths = [one.fwhm_px for one in exposures if one.fwhm_px]
    measured = measure(
        stacked,
        detection_sigma=parameters.detection_sigma,
        fwhm_px=float(np.median(widths)) if widths else max(2.0, 1.0 / scale),
        catalogue=catalogue,
        near_px=near_px,
        system=parameters.photometric_system,
    )
    return _products(frames, exposures, stacked, measured, band)


def _raw_frames(frames: FrameSet) -> list[Frame]:
    raws = sorted(frames.all(*RAW_TAGS), key=lambda one: (number(one.header, "MJD-OBS", one.name), one.name))
    if not raws:
        raise DataError(f"no {' or '.join(RAW_TAGS)} among the inputs", hint="add the images to the set of frames")
    return raws


def _filter(frames: FrameSet, raws: Sequence[Frame], flat: Frame | None) -> str:
    """Return the filter all frames share, or raise `DataError` naming the one of another filter."""
    keyword = frames.instrument.keywords["filter"]
    wanted = text(raws[0].header, keyword, raws[0].name)
    for one in (*raws[1:], *((flat,) if flat else ())):
        found = text(one.header, keyword, one.name)
        if found != wanted:
            raise DataError(
                f"filter {found!r}, but {raws[0].name} was taken with {wanted!r}",
                where=one.name,
                keyword=keyword,
                accepted=wanted,
                hint="reduce each filter by itself, with its own flat",
            )
    return wanted


def _exposures(
    frames: FrameSet,
    raws: Sequence[Frame],
    bias: Frame | None,
    flat: Frame | None,
    parameters: ScienceImageParameters,
) -> list[Exposure]:
    exposures = []
    frames.progress.begin("exposures", len(raws))
    for raw in raws:
        exposures.append(
            expose(
                raw,
                frames.instrument,
                bias,
                flat,
                mesh_px=parameters.sky_mesh_px,
                cosmic_sigma=parameters.cosmic_sigma,
                detection_sigma=parameters.detection_sigma,
            )
        )
        frames.progress.step(raw.name)
    frames.progress.end()
    return exposures


def _products(
    frames: FrameSet, exposures: Sequence[Exposure], stacked: Stack, measured: Measured, band: str
) -> list[Product]:
    like = exposures[0].frame
    image = stacked.coadd.image
    qc = image_qc(frames.instrument, exposures, stacked, measured)
    cards = image_cards(exposures, stacked, measured, band)
    row = np.clip(np.rint(measured.sources.y).astype(int), 0, image.shape[0] - 1)
    column = np.clip(np.rint(measured.sources.x).astype(int), 0, image.shape[1] - 1)
    table = source_table(
        measured.sources,
        measured.photometry,
        measured.celestial,
        point_fwhm_px=measured.point_fwhm_px,
        exposure_s=stacked.coadd.exposure_s[row, column].astype(np.float64),
        zero_point=measured.zero_point,
        cards=table_cards(stacked, measured, band),
    )
    return [
        Product(
            "SCIENCE_IMAGE",
            image,
            like,
            cards,
            {"EXPMAP": stacked.coadd.exposure_s, "WEIGHT": stacked.coadd.weight},
            qc,
        ),
        Product("SOURCE_TABLE", table, like, _without_coordinates(cards), {}, ()),
    ]


def _without_coordinates(cards: Sequence[Card]) -> tuple[Card, ...]:
    """Return the cards that also describe a table: all but those of pixel coordinates and unit."""
    return tuple(
        card
        for card in cards
        if not card.keyword.startswith(("CTYPE", "CRVAL", "CRPIX", "CUNIT", "CD", "WCSAXES", "BUNIT"))
    )


RECIPE = Recipe(
    name="science_image",
    version="1.0",
    summary="Images of one field and filter to a registered stack with coordinates, and its source table",
    instruments=("EFOSC2", "FORS2"),
    inputs=(
        Input("SCIENCE_IMG", 0, None, raw=True, meaning="images of one field through one filter"),
        Input("STD_IMG", 0, None, raw=True, meaning="images of a standard field, treated alike"),
        Input("MASTER_BIAS", 1, 1, meaning="master bias of the same read-out"),
        Input("MASTER_FLAT_IMG", 1, 1, meaning="master flat of the same filter"),
        Input("PHOT_STANDARDS", 0, 1, meaning="table of standard stars: RA, DEC (deg), MAG, [MAG_ERR, BAND]"),
    ),
    parameters=ScienceImageParameters,
    products=("SCIENCE_IMAGE", "SOURCE_TABLE"),
    run=run,
    description=(
        "Each exposure: bias, flat, cosmic rays (L.A.Cosmic), sky from a mesh with sources masked, sources by matched filter. "
        "Exposures are registered on their common sources, starting from the header's pointing and not trusting it; resampled "
        "(Lanczos-3) onto the grid of the first, scaled to their mean transparency, and averaged with inverse sky variance as weight, outliers "
        "rejected. The stack is in electron / s at the air mass of the observation. Coordinates are the header's, moved with the trimming, unless "
        "standard stars are given: three and more replace the pointing, six and more rotation and scale too, and all give the zero point."
    ),
)
