"""Recipe ``flat_image``: flats of the twilight sky or the dome to a normalised imaging flat.

Each flat is brought above bias and scaled to the first by the median of their ratio; values that photon and read-out noise do not allow (stars, cosmic
rays) are left out, and the mean is divided by its median over the field. Stars move between twilight flats; two flats disagreeing keep the
lower value, and a single one keeps its stars: the figure ``flats_used`` says so. A saturated or too faint flat is left
out while another remains.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dfs.model import Card, Flag, Image, Product, QcValue
from dfs.recipes.contract import FrameSet, Input, Parameters, Recipe
from dfs.recipes.steps.flats import Limits, common_quality, stack_flats, usable_flats

__all__ = ["RECIPE", "FlatImageParameters"]

_GRID = 16  # boxes along each axis for the illumination
_CENTRE = 0.25  # of each axis is left off at either end for the small-scale structure


class FlatImageParameters(Parameters):
    """Parameters of ``flat_image``."""

    kappa: float = Field(
        5.0, ge=2.0, le=50.0, description="values further than this many sigma are left out of the stack"
    )
    low_response: float = Field(0.5, gt=0, lt=1, description="pixels below this response are flagged LOW_FLAT")
    no_response: float = Field(0.05, ge=0, lt=1, description="pixels below this response do not see the sky: NO_DATA")
    lowest_adu: float = Field(500.0, ge=0, description="flats with a lower median level above bias are left out, ADU")
    saturated_fraction: float = Field(
        0.02, ge=0, le=1, description="flats with a larger fraction of saturated pixels are left out"
    )


def run(frames: FrameSet, parameters: FlatImageParameters) -> list[Product]:
    """Return the master flat."""
    instrument, bias = frames.instrument, frames.optional("MASTER_BIAS")
    raw = frames.all("FLAT_SKY_IMG", "FLAT_DOME_IMG")
    limits = Limits(parameters.lowest_adu, parameters.saturated_fraction)
    used, rejected = usable_flats(raw, bias, instrument, limits)
    stack = stack_flats(used, rejected, bias, instrument, kappa=parameters.kappa, progress=frames.progress)
    image = _normalised(stack.image, parameters)
    qc = (*common_quality(stack, instrument), *_quality(image))
    made_from = ()
    if stack.rejected:
        made_from = (*(one.frame.name for one in used), *((bias.name,) if bias is not None else ()))
    cards = (Card("ESO PRO DATANCOM", len(used), "Number of combined frames"),)
    return [Product("MASTER_FLAT_IMG", image, used[0].frame, cards=cards, qc=qc, made_from=made_from)]


def _normalised(stack: Image, parameters: FlatImageParameters) -> Image:
    """Return the stack divided by its median over the pixels that see the sky."""
    good = stack.good()
    norm = float(np.median(stack.data[good]))
    for _ in range(3):  # the vignetted corners must not count
        norm = float(np.median(stack.data[good & (stack.data > parameters.low_response * norm)]))
    data, variance, mask = stack.data / np.float32(norm), stack.variance / np.float32(norm) ** 2, stack.mask.copy()
    blind = good & (data < max(parameters.no_response, 1e-6))
    mask[blind] |= np.uint8(Flag.NO_DATA)
    mask[good & ~blind & (data < parameters.low_response)] |= np.uint8(Flag.LOW_FLAT)
    lost = blind | ~good
    data[lost], variance[lost] = 1, 0
    return Image(data, variance, mask, "")


def _quality(image: Image) -> tuple[QcValue, ...]:
    gradient, ripple = _illumination(image)
    structure, noise = _small_scale(image)
    response = (
        float(np.sqrt(max(structure**2 - noise**2, 0.0))) if structure is not None and noise is not None else None
    )
    centre = "over the central half of each axis"
    return (
        QcValue(
            "illumination_gradient_percent",
            _percent(gradient),
            None,
            "%",
            "range over the field of the plane fitted to the medians of 16 x 16 boxes",
        ),
        QcValue("illumination_rms_percent", _percent(ripple), None, "%", "scatter of those medians about that plane"),
        QcValue(
            "flat_structure_percent",
            _percent(structure),
            None,
            "%",
            f"rms of the flat less its neighbour in x, over sqrt(2), within 5 x 1.4826 MAD, {centre}",
        ),
        QcValue("flat_noise_percent", _percent(noise), None, "%", f"rms of the noise expected, {centre}"),
        QcValue(
            "pixel_response_percent",
            _percent(response),
            None,
            "%",
            "flat_structure_percent less flat_noise_percent in quadrature: fixed response of single pixels",
        ),
        QcValue(
            "low_flat_fraction",
            float(np.mean((image.mask & np.uint8(Flag.LOW_FLAT | Flag.NO_DATA)) != 0)),
            None,
            "",
            "pixels flagged LOW_FLAT or NO_DATA",
        ),
    )


def _illumination(image: Image) -> tuple[float | None, float | None]:
    """Return range and residual scatter of the plane through the medians of a grid of boxes."""
    values = np.where(image.good(), image.data, np.float32(np.nan))
    ys, xs = (np.linspace(0, length, _GRID + 1).astype(int) for length in image.shape)
    points: list[tuple[float, float, float]] = []
    for i in range(_GRID):
        for j in range(_GRID):
            box = values[ys[i] : ys[i + 1], xs[j] : xs[j + 1]]
            if np.isfinite(box).sum() > 0.5 * box.size > 0:
                points.append(((i + 0.5) / _GRID - 0.5, (j + 0.5) / _GRID - 0.5, float(np.nanmedian(box))))
    if len(points) < 9:
        return None, None
    table = np.array(points)
    design = np.column_stack([np.ones(len(table)), table[:, 0], table[:, 1]])
    solution = np.linalg.lstsq(design, table[:, 2], rcond=None)[0]
    rest: NDArray[np.float64] = table[:, 2] - design @ solution
    return float(abs(solution[1]) + abs(solution[2])), float(np.std(rest))


def _small_scale(image: Image) -> tuple[float | None, float | None]:
    """Return the scatter of neighbours' differences (over sqrt 2) and the noise expected, in the centre."""
    rows, columns = (slice(int(_CENTRE * length), int((1 - _CENTRE) * length)) for length in image.shape)
    data, variance, good = image.data[rows, columns], image.variance[rows, columns], image.good()[rows, columns]
    both = good[:, 1:] & good[:, :-1]
    if both.sum() < 1000:
        return None, None
    difference = (data[:, 1:] - data[:, :-1])[both] / np.sqrt(2)
    kept = np.abs(difference) < 5 * 1.4826 * np.median(np.abs(difference))
    return float(np.sqrt(np.mean(difference[kept] ** 2))), float(np.sqrt(np.mean(variance[good])))


def _percent(value: float | None) -> float | None:
    return 100 * value if value is not None else None


RECIPE = Recipe(
    name="flat_image",
    version="1.0",
    summary="Combine sky or dome flats into a normalised imaging flat",
    instruments=("EFOSC2", "FORS2"),
    inputs=(
        Input("FLAT_SKY_IMG", minimum=0, maximum=None, raw=True, meaning="twilight flats of one filter and binning"),
        Input("FLAT_DOME_IMG", minimum=0, maximum=None, raw=True, meaning="dome flats of one filter and binning"),
        Input("MASTER_BIAS", minimum=1, maximum=1, meaning="master bias of the same binning"),
    ),
    parameters=FlatImageParameters,
    products=("MASTER_FLAT_IMG",),
    run=run,
    description=__doc__ or "",
)
