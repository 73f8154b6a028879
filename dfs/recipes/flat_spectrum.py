"""Recipe ``flat_spectrum``: flats of a lamp through a slit and a grism to a normalised spectroscopic flat.

The stack of the flats above bias is separated into lamp spectrum, slit illumination and pixel response (`dfs.recipes.steps.lamp`).
The product's content is slit times pixel response, what a frame through the same slit is divided by; its parts ``PIXEL`` and ``SLIT``
hold the factors: a frame through another slit is divided by ``PIXEL``. ``LAMP`` is the spectrum taken out.

Two flats of equal level measure the gain, with the read-out noise that the master bias measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import ndimage

from dfs.instruments.instrument import Grism
from dfs.model import Card, Column, Flag, Image, Product, QcValue, Table
from dfs.recipes.contract import FrameSet, Input, Parameters, Recipe
from dfs.recipes.steps.flats import FlatStack, Limits, common_quality, stack_flats, usable_flats
from dfs.recipes.steps.lamp import Lamp, separate
from dfs.recipes.steps.orient import orient, restore

__all__ = ["RECIPE", "FlatSpectrumParameters"]

Array = NDArray[np.float64]

_FRINGE_BOX = 5  # pixels
_BRIGHT_NOISE = 0.01  # relative noise below which a pixel counts in the figures of structure


class FlatSpectrumParameters(Parameters):
    """Parameters of ``flat_spectrum``."""

    kappa: float = Field(
        5.0, ge=2.0, le=50.0, description="values further than this many sigma are left out of the stack"
    )
    lamp_px: float = Field(
        30.0,
        ge=4.0,
        le=1000.0,
        description="ripples of the lamp spectrum of this many binned pixels are half taken out",
    )
    slit_knot_px: float = Field(
        128.0,
        ge=16.0,
        le=4096.0,
        description="distance of the knots, binned pixels along dispersion, of the slit illumination",
    )
    low_flat_noise: float = Field(
        0.05, gt=0, lt=1, description="pixels with a larger relative noise are flagged LOW_FLAT"
    )
    lowest_adu: float = Field(50.0, ge=0, description="flats with a lower median level above bias are left out, ADU")
    saturated_fraction: float = Field(
        0.01, ge=0, le=1, description="flats with a larger fraction of saturated pixels are left out"
    )


def run(frames: FrameSet, parameters: FlatSpectrumParameters) -> list[Product]:
    """Return the master flat."""
    instrument, bias = frames.instrument, frames.optional("MASTER_BIAS")
    raw = frames.all("FLAT_LSS")
    grism = instrument.grism(raw[0].header, raw[0].name)
    limits = Limits(parameters.lowest_adu, parameters.saturated_fraction)
    used, rejected = usable_flats(raw, bias, instrument, limits)
    stack = stack_flats(used, rejected, bias, instrument, kappa=parameters.kappa, progress=frames.progress)
    oriented = orient(stack.image, grism)
    lamp = separate(
        oriented.data.astype(np.float64),
        oriented.variance.astype(np.float64),
        oriented.good(),
        lamp_px=parameters.lamp_px,
        slit_knot_px=parameters.slit_knot_px,
    )
    images = _images(oriented, lamp, grism, parameters)
    qc = (*common_quality(stack, instrument), *_quality(oriented, lamp))
    cards = (
        Card("ESO PRO DATANCOM", len(used), "Number of combined frames"),
        Card("ESO DRS SLIT FIRST", lamp.trusted[0], "[px] SLIT is measured from here along x, from 0"),
        Card("ESO DRS SLIT LAST", lamp.trusted[1], "[px] to here; it keeps its value beyond"),
    )
    return [
        Product(
            "MASTER_FLAT_LSS",
            images.product,
            used[0].frame,
            cards=cards,
            parts={"PIXEL": images.pixel, "SLIT": images.slit, "LAMP": _lamp_table(lamp)},
            qc=qc,
            made_from=_made_from(stack, frames),
        )
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Images:
    """The flat and its factors in raw geometry."""

    product: Image
    pixel: Image
    slit: Image


def _made_from(stack: FlatStack, frames: FrameSet) -> tuple[str, ...]:
    if not stack.rejected:
        return ()
    bias = frames.optional("MASTER_BIAS")
    return (*(one.frame.name for one in stack.used), *((bias.name,) if bias is not None else ()))


def _images(oriented: Image, lamp: Lamp, grism: Grism, parameters: FlatSpectrumParameters) -> _Images:
    good = oriented.good() & lamp.lit[:, None]
    product = np.where(good, lamp.pixel * lamp.slit, 1.0)
    pixel, slit = np.where(good, lamp.pixel, 1.0), lamp.slit
    mask = oriented.mask.copy()
    mask[~lamp.lit] |= np.uint8(Flag.NO_DATA)
    dark = good & (lamp.pixel <= 0)
    mask[dark] |= np.uint8(Flag.BAD)
    product[dark], pixel[dark] = 1.0, 1.0
    noisy = good & (np.sqrt(lamp.pixel_variance) > parameters.low_flat_noise * np.maximum(lamp.pixel, 1e-6))
    mask[noisy] |= np.uint8(Flag.LOW_FLAT)
    pixel_variance = np.where(good, lamp.pixel_variance, 0.0)
    # content = flat / lamp: its noise is the flat's alone, the fits' errors cancel between SLIT and PIXEL.
    variance = pixel_variance * slit**2
    return _Images(
        product=_raw(product, variance, mask, grism),
        pixel=_raw(pixel, pixel_variance, mask, grism),
        slit=_raw(slit, lamp.slit_variance, mask, grism),
    )


def _raw(data: Array, variance: Array, mask: NDArray[np.uint8], grism: Grism) -> Image:
    return restore(Image(data.astype(np.float32), variance.astype(np.float32), mask, ""), grism)


def _lamp_table(lamp: Lamp) -> Table:
    return Table(
        (
            Column(
                "pixel", np.arange(lamp.spectrum.size, dtype=np.int32), "pixel", "along increasing wavelength, from 0"
            ),
            Column("flux", lamp.spectrum, "adu", "lamp spectrum taken out of the flat"),
            Column("edge", lamp.edge, "", "the detector's edge: not used in the fits"),
        )
    )


def _quality(oriented: Image, lamp: Lamp) -> tuple[QcValue, ...]:
    good = oriented.good() & lamp.lit[:, None] & ~lamp.edge[None, :]
    bright = good & (lamp.pixel_variance < _BRIGHT_NOISE**2)
    structure, noise, fringes = _structure(lamp, bright)
    excess = float(np.sqrt(max(structure**2 - noise**2, 0.0))) if structure is not None and noise is not None else None
    unlit = ~ndimage.binary_dilation(lamp.lit, iterations=5)
    scattered = float(np.median(lamp.brightness[unlit])) * 100 if unlit.sum() >= 5 else None
    where = f"over lit pixels with a relative noise below {100 * _BRIGHT_NOISE:g} %"
    return (
        QcValue(
            "lamp_peak_adu",
            float(np.max(lamp.spectrum)),
            None,
            "adu",
            "maximum of the lamp spectrum, ADU of the first flat",
        ),
        QcValue(
            "lit_rows", float(lamp.lit.sum()), None, "pixel", "rows along the slit brighter than 0.3 of the typical one"
        ),
        QcValue(
            "scattered_light_percent",
            scattered,
            None,
            "%",
            "median brightness of rows that do not see the slit (5 pixels off it), relative to the slit",
        ),
        QcValue(
            "flat_structure_percent",
            _percent(structure),
            None,
            "%",
            f"rms of PIXEL about its median within 5 x 1.4826 MAD, {where}",
        ),
        QcValue("flat_noise_percent", _percent(noise), None, "%", f"rms of the noise expected of PIXEL, {where}"),
        QcValue(
            "pixel_response_percent",
            _percent(excess),
            None,
            "%",
            "flat_structure_percent less flat_noise_percent in quadrature: fixed response of single pixels",
        ),
        QcValue(
            "fringes_percent",
            _percent(fringes),
            None,
            "%",
            f"standard deviation (1.4826 MAD) of PIXEL averaged in boxes of 5 x 5 pixels less its noise in quadrature, {where}",
        ),
        QcValue(
            "low_flat_fraction",
            float(np.mean(np.sqrt(lamp.pixel_variance)[good] > 0.05)) if good.any() else None,
            None,
            "",
            "lit pixels with a relative noise above 5 %",
        ),
    )


def _structure(lamp: Lamp, bright: NDArray[np.bool_]) -> tuple[float | None, float | None, float | None]:
    """Return scatter of PIXEL, noise expected of it, and scatter of its box means beyond noise."""
    if bright.sum() < 1000:
        return None, None, None
    values, variances = lamp.pixel[bright] - np.median(lamp.pixel[bright]), lamp.pixel_variance[bright]
    # Means of squares, not medians: brightness and so noise vary over the flat, and only means of variances subtract.
    kept = np.abs(values) < 5 * 1.4826 * np.median(np.abs(values))
    structure = float(np.sqrt(np.mean(values[kept] ** 2)))
    noise = float(np.sqrt(np.mean(variances[kept])))
    whole = ndimage.uniform_filter(bright.astype(np.float64), _FRINGE_BOX) > 1 - 1e-9
    means = ndimage.uniform_filter(np.where(bright, lamp.pixel, 1.0), _FRINGE_BOX)[whole]
    if means.size < 100:
        return structure, noise, None
    # Single pixels, fixed or noise, average down with the box; what exceeds that is structure wider than a pixel.
    scatter = 1.4826 * float(np.median(np.abs(means - np.median(means))))
    return structure, noise, float(np.sqrt(max(scatter**2 - (structure / _FRINGE_BOX) ** 2, 0.0)))


def _percent(value: float | None) -> float | None:
    return 100 * value if value is not None else None


RECIPE = Recipe(
    name="flat_spectrum",
    version="1.0",
    summary="Combine lamp flats through a slit into a normalised spectroscopic flat and measure the gain",
    instruments=("EFOSC2", "FORS2"),
    inputs=(
        Input("FLAT_LSS", minimum=1, maximum=None, raw=True, meaning="lamp flats of one grism, slit and binning"),
        Input("MASTER_BIAS", minimum=1, maximum=1, meaning="master bias of the same binning"),
    ),
    parameters=FlatSpectrumParameters,
    products=("MASTER_FLAT_LSS",),
    run=run,
    description=__doc__ or "",
)
