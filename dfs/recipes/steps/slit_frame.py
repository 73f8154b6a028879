"""What the standard star and the science target share: from a raw long-slit frame to its sky, cosmic rays and sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfs.errors import DataError
from dfs.instruments import Instrument
from dfs.instruments.instrument import Grism
from dfs.model import Flag, Frame, Image
from dfs.recipes.steps.calibrate import calibrate, master_image
from dfs.recipes.steps.cosmics import cosmic_rays
from dfs.recipes.steps.noise import NoiseModel, noise_model
from dfs.recipes.steps.orient import orient
from dfs.recipes.steps.pixel_noise import PixelNoise, ReadNoise, overscan_noise, with_read_noise
from dfs.recipes.steps.regions import Regions, detector_area
from dfs.recipes.steps.slit_sky import SlitSky, fit_slit_sky, middle_row_pixel
from dfs.recipes.steps.slit_sources import SlitSource, find_sources, occupied_rows, slit_profile
from dfs.recipes.steps.wavelength import WavelengthSolution

__all__ = ["Calibrations", "SkyChoices", "SlitFrame", "open_slit_frame", "parse_windows"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Calibrations:
    """The masters of a run; None where there is none. `flat_part` names the part of the flat to divide by."""

    bias: Frame | None
    flat: Frame | None
    flat_part: str | None = None


@dataclass(frozen=True, slots=True)
class SkyChoices:
    """How the sky is fitted.

    Attributes
    ----------
    windows
        First and last row of the background windows; none: the whole slit.
    degree, kappa
        Of the polynomial along the slit; of the rejection of outliers.
    margin_px
        Rows kept clear on either side of a source.
    threshold
        Significance of a source in the slit profile.
    cosmic_kappa
        Significance of a cosmic ray.
    edge_px
        Rows left out at either end of the slit.
    keep_out
        Rows where a spectrum will be extracted even if no source is seen there.
    """

    windows: tuple[tuple[float, float], ...] = ()
    degree: int = 2
    kappa: float = 4.0
    margin_px: float = 5.0
    threshold: float = 5.0
    cosmic_kappa: float = 5.0
    edge_px: float = 4.0
    keep_out: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SlitFrame:
    """A calibrated, oriented long-slit frame with all that extraction needs.

    Attributes
    ----------
    frame, grism
        The raw frame and its grism.
    image
        Electrons, sky included, cosmic rays masked.
    noise, read_noise
        Noise model, and the read noise measured on the frame itself (None: no dark rows).
    pixel_noise
        Noise of pixels and sums.
    lit
        First row and end (exclusive) of the slit.
    u
        Spectral coordinate of every pixel.
    sky, sources
        The fitted sky, and what stands out of it along the slit.
    sky_rows
        Rows offered to the sky fit.
    cosmics
        Number of pixels masked as cosmic rays.
    choices
        As given.
    """

    frame: Frame
    grism: Grism
    image: Image
    noise: NoiseModel
    read_noise: ReadNoise | None
    pixel_noise: PixelNoise
    lit: tuple[int, int]
    u: Array
    sky: SlitSky
    sources: tuple[SlitSource, ...]
    sky_rows: Mask
    cosmics: int
    choices: SkyChoices

    def residual(self) -> Array:
        """Return the frame less its sky, electrons."""
        return np.asarray(self.image.data.astype(np.float64) - self.sky.model, dtype=np.float64)

    def sky_without(self, rows: Mask) -> SlitSky:
        """Return the sky fitted anew without `rows` (a mask of rows), to the pixels that `sky` kept otherwise."""
        return _fit_sky(
            self.image, self.sky.used & ~rows[:, np.newaxis], self.u, self.choices, self.frame.name, rounds=1
        )


def open_slit_frame(
    frame: Frame, instrument: Instrument, masters: Calibrations, solution: WavelengthSolution, choices: SkyChoices
) -> SlitFrame:
    """Calibrate and orient a raw frame, fit its sky, find its sources, mask its cosmic rays.

    Raises
    ------
    DataError
        The wavelength solution belongs to another read-out, a master does not fit, or there is too little sky.
    """
    grism = instrument.grism(frame.header, frame.name)
    area = detector_area(frame.header, instrument, np.asarray(frame.content).shape, frame.name)
    read_noise = overscan_noise(frame, area)
    claimed = noise_model(frame.header, instrument, masters.flat, masters.bias, where=frame.name)
    noise = with_read_noise(claimed, read_noise)
    image = orient(
        calibrate(
            frame,
            instrument,
            bias=masters.bias or _own_level(frame, area),
            flat=masters.flat,
            noise=noise,
            flat_part=masters.flat_part,
        ),
        grism,
    )
    _check_shape(image, solution, frame)
    bias = master_image(masters.bias, frame, area) if masters.bias else None
    flat = master_image(masters.flat, frame, area, masters.flat_part) if masters.flat else None
    pixel_noise = _pixel_noise(image.shape, noise, read_noise, bias, flat, grism)
    lit = lit_rows(solution, choices.edge_px)
    u = middle_row_pixel(solution.wavelength_map())
    fit = _fitter(u, choices, frame.name)
    image, sky, sources, sky_rows, cosmics = _sky_and_cosmics(image, lit, noise.ron_e, choices, fit)
    return SlitFrame(
        frame, grism, image, noise, read_noise, pixel_noise, lit, u, sky, sources, sky_rows, cosmics, choices
    )


def lit_rows(solution: WavelengthSolution, edge_px: float = 0.0) -> tuple[int, int]:
    """Return the first row and end (exclusive) of the slit, where arc lines were measured, less `edge_px` at both ends."""
    first, last = solution.calibrated_rows
    return max(int(np.ceil(first + edge_px)), 0), min(int(np.floor(last - edge_px)) + 1, solution.shape[0])


def parse_windows(text: str, where: str = "sky_windows_px") -> tuple[tuple[float, float], ...]:
    """Return the windows written as ``100:400,600:900`` (rows, first and last); empty for none."""
    windows = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        try:
            first, last = (float(value) for value in part.split(":"))
        except ValueError:
            raise DataError(
                f"{part!r} is no window of rows",
                where=where,
                accepted="first:last,first:last",
                hint="e.g. 100:400,600:900",
            ) from None
        if last <= first:
            raise DataError(f"the window {part!r} is empty", where=where, accepted="first below last")
        windows.append((first, last))
    return tuple(windows)


def _sky_and_cosmics(
    image: Image, lit: tuple[int, int], ron_e: float, choices: SkyChoices, fit: Callable[[Image, Mask], SlitSky]
) -> tuple[Image, SlitSky, tuple[SlitSource, ...], Mask, int]:
    """Fit the sky twice: before cosmic rays are known, and again without them."""
    rough = _less_column_median(image, lit)
    sources = find_sources(slit_profile(rough, image.good()), lit, threshold=choices.threshold)
    sky = fit(image, _sky_pixels(image, _sky_rows(image.shape[0], lit, sources, choices)))
    hits = _cosmics(image, sky, sources, ron_e, choices)
    image = replace(image, mask=image.mask | np.where(hits, np.uint8(Flag.COSMIC), np.uint8(0)))
    residual = image.data - sky.model
    sources = find_sources(slit_profile(residual, image.good()), lit, threshold=choices.threshold)
    rows = _sky_rows(image.shape[0], lit, sources, choices)
    return image, fit(image, _sky_pixels(image, rows)), sources, rows, int(hits.sum())


def _cosmics(image: Image, sky: SlitSky, sources: tuple[SlitSource, ...], ron_e: float, choices: SkyChoices) -> Mask:
    """Find cosmic rays over a model of the sky and of the smooth part of every spectrum."""
    ny = image.shape[0]
    busy = occupied_rows(sources, ny, choices.margin_px)
    residual = image.data - sky.model
    model = sky.model.copy()
    # A median along the dispersion follows continua and absorption lines and leaves hits, which are a few pixels long.
    model[busy] += np.maximum(ndimage.median_filter(residual[busy], size=(1, 15), mode="nearest"), 0.0)
    return cosmic_rays(
        image.data.astype(np.float64),
        model,
        image.variance.astype(np.float64),
        ~image.good(),
        ron_e,
        kappa=choices.cosmic_kappa,
    )


def _less_column_median(image: Image, lit: tuple[int, int]) -> Array:
    inside = image.data[lit[0] : lit[1]]
    return np.asarray(image.data - np.median(inside, axis=0), dtype=np.float64)


def _sky_rows(ny: int, lit: tuple[int, int], sources: tuple[SlitSource, ...], choices: SkyChoices) -> Mask:
    rows = np.zeros(ny, dtype=bool)
    rows[lit[0] : lit[1]] = True
    if choices.windows:
        inside = np.zeros(ny, dtype=bool)
        index = np.arange(ny)
        for first, last in choices.windows:
            inside |= (index >= first) & (index <= last)
        rows &= inside
    reach = choices.margin_px + 10.0  # of an aperture whose source is too faint to be seen
    for row in choices.keep_out:
        rows[max(int(row - reach), 0) : int(row + reach) + 1] = False
    return rows & ~occupied_rows(sources, ny, choices.margin_px)


def _sky_pixels(image: Image, rows: Mask) -> Mask:
    return np.asarray(image.good() & rows[:, np.newaxis], dtype=bool)


def _fitter(u: Array, choices: SkyChoices, where: str) -> Callable[[Image, Mask], SlitSky]:
    def fit(image: Image, use: Mask) -> SlitSky:
        return _fit_sky(image, use, u, choices, where)

    return fit


def _fit_sky(image: Image, use: Mask, u: Array, choices: SkyChoices, where: str, rounds: int = 4) -> SlitSky:
    return fit_slit_sky(
        image.data.astype(np.float64),
        image.variance.astype(np.float64),
        use,
        u,
        degree=choices.degree,
        kappa=choices.kappa,
        rounds=rounds,
        where=where,
    )


def _check_shape(image: Image, solution: WavelengthSolution, frame: Frame) -> None:
    if image.shape != solution.shape:
        raise DataError(
            f"the frame has {image.shape[1]}x{image.shape[0]} light-sensitive pixels, "
            f"the wavelength solution belongs to {solution.shape[1]}x{solution.shape[0]}",
            where=frame.name,
            keyword="NAXIS1, NAXIS2",
            accepted="an arc of the same read-out window and binning",
            hint="reduce the arc that belongs to this setup",
        )


def _own_level(frame: Frame, area: Regions) -> Frame | None:
    """Return the level of the frame's own dark pixels as a master bias, for frames that have none."""
    strip = area.dark_rows or area.dark_columns
    if strip is None:
        return None
    pixels = np.asarray(frame.content)[strip].astype(np.float64)
    shape = area.light_shape
    level = np.full(shape, np.median(pixels), dtype=np.float32)
    return replace(
        frame,
        tag="MASTER_BIAS",
        content=Image(level, np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.uint8)),
    )


def _pixel_noise(
    shape: tuple[int, int],
    noise: NoiseModel,
    read_noise: ReadNoise | None,
    bias: Image | None,
    flat: Image | None,
    grism: Grism,
) -> PixelNoise:
    added = noise.gain_e_per_adu**2 * orient(bias, grism).variance.astype(np.float64) if bias else np.zeros(shape)
    turned = orient(flat, grism) if flat else None
    ratio = np.ones(shape) if turned is None else turned.data.astype(np.float64)
    usable = np.isfinite(ratio) & (ratio > 0)
    spread = np.zeros(shape) if turned is None else np.where(usable, turned.variance, 0.0).astype(np.float64)
    # The serial register runs along raw x: along the slit when the dispersion is along y.
    along_slit = read_noise is not None and grism.dispersion_axis == "y"
    correlation = read_noise.correlation if read_noise is not None and along_slit else ()
    return PixelNoise(noise.ron_e**2 + added, np.where(usable, ratio, 1.0), spread, correlation)
