"""Spectra as PNG: flux against wavelength with its error, axes with units."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.archive.previews.contents import SpectrumData
from dfs.archive.previews.lettering import draw, font, length, unit_text

__all__ = ["spectrum_png", "ticks"]

Array = NDArray[np.float64]
_FINE = 2  # drawn so many times larger, then shrunk: smooth lines
_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 18, 40, 54
_PAPER, _INK, _SOFT, _GRID = "#ffffff", "#1c2430", "#5b6675", "#e7ebf0"
_LINE, _FAINT, _BAND = "#0072B2", "#a9cbe0", "#d9eaf4"


@dataclass(frozen=True)
class _Frame:
    """The plotted area in fine pixels, and the values at its edges."""

    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: Array | float) -> Any:
        left, right = _LEFT * _FINE, (_WIDTH - _RIGHT) * _FINE
        return left + (value - self.x[0]) / (self.x[1] - self.x[0]) * (right - left)

    def up(self, value: Array | float) -> Any:
        bottom, top = (_HEIGHT - _BOTTOM) * _FINE, _TOP * _FINE
        return bottom - (value - self.y[0]) / (self.y[1] - self.y[0]) * (bottom - top)


def spectrum_png(spectrum: SpectrumData, title: str, subtitle: str) -> bytes:
    """Return the PNG of a spectrum, 720 x 420 pixels."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # wild values lie outside the frame
        return _drawn(spectrum, title, subtitle)


def _drawn(spectrum: SpectrumData, title: str, subtitle: str) -> bytes:
    from PIL import Image, ImageDraw

    good = np.isfinite(spectrum.wavelength_nm) & np.isfinite(spectrum.flux)
    wavelength, flux = spectrum.wavelength_nm[good], spectrum.flux[good]
    error = None if spectrum.error is None else spectrum.error[good]
    firm = _firm(flux, error)
    power = _power(flux[firm])
    flux = flux / 10.0**power
    frame = _Frame(_span(wavelength), _robust(flux[firm]))
    canvas = Image.new("RGB", (_WIDTH * _FINE, _HEIGHT * _FINE), _PAPER)
    pen = ImageDraw.Draw(canvas)
    _draw_grid(pen, frame)
    if error is not None and len(wavelength):
        _draw_band(pen, frame, wavelength, flux, error / 10.0**power)
    for begin, end, is_firm in _stretches(firm):
        _draw_line(pen, frame, wavelength[begin:end], flux[begin:end], _LINE if is_firm else _FAINT)
    _hide_outside(pen)
    _draw_axes(canvas, pen, frame, _labels(spectrum, power))
    draw(pen, (_LEFT * _FINE, 20 * _FINE), title, 16 * _FINE, _INK)
    shift = (_LEFT + 14) * _FINE + length(title, 16 * _FINE)
    if shift + length(subtitle, 12 * _FINE) < (_WIDTH - _RIGHT) * _FINE:
        draw(pen, (shift, 21 * _FINE), subtitle, 12 * _FINE, _SOFT)
    buffer = io.BytesIO()
    canvas.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS).save(buffer, format="PNG", compress_level=6)
    return buffer.getvalue()


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values between `low` and `high`, at most about `most`."""
    span = high - low
    if not (np.isfinite(span) and span > 0):
        return []
    raw = span / most
    magnitude = 10.0 ** np.floor(np.log10(raw))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= raw)
    first = np.ceil(low / step - 1e-9)
    return [float(np.round(number * step, 12)) + 0.0 for number in np.arange(first, np.floor(high / step + 1e-9) + 1)]


def _labels(spectrum: SpectrumData, power: int) -> tuple[str, str]:
    medium = {True: " in air", False: " in vacuum", None: ""}[spectrum.is_in_air]
    unit = unit_text(spectrum.unit)
    scale = f"10^{{{power}}}" if power else ""
    inside = " ".join(part for part in (scale, unit) if part)
    return f"wavelength{medium} (nm)", f"{spectrum.quantity} ({inside})" if inside else spectrum.quantity


def _power(flux: Array) -> int:
    """Return the power of ten that is taken out of the axis; 0 for numbers that read well."""
    if not len(flux):
        return 0
    size = float(np.percentile(np.abs(flux), 98))
    power = int(np.floor(np.log10(size))) if size > 0 and np.isfinite(size) else 0
    return 0 if -2 <= power <= 3 else power


def _span(wavelength: Array) -> tuple[float, float]:
    if not len(wavelength) or wavelength.min() == wavelength.max():
        return 0.0, 1.0
    return float(wavelength.min()), float(wavelength.max())


def _robust(flux: Array) -> tuple[float, float]:
    """Return the range of fluxes shown: wild pixels and noisy ends do not squeeze the spectrum."""
    if not len(flux):
        return 0.0, 1.0
    inner = flux[len(flux) // 20 : len(flux) - len(flux) // 20] if len(flux) > 100 else flux
    if len(inner) > 10:  # a spike of one or two bins is none of the spectrum's
        inner = np.median(np.column_stack([inner[at : len(inner) - 4 + at] for at in range(5)]), axis=1)
    low, high = (float(one) for one in np.percentile(inner, [0.3, 99.7]))
    span = (high - low) or abs(high) or 1.0
    return min(0.0, low) - 0.06 * span, high + 0.16 * span


def _draw_grid(pen: Any, frame: _Frame) -> None:
    for value in ticks(*frame.x, 9):
        x = frame.across(value)
        pen.line([(x, _TOP * _FINE), (x, (_HEIGHT - _BOTTOM) * _FINE)], fill=_GRID, width=_FINE)
    for value in ticks(*frame.y, 6):
        y = frame.up(value)
        pen.line([(_LEFT * _FINE, y), ((_WIDTH - _RIGHT) * _FINE, y)], fill=_GRID, width=_FINE)


def _points(frame: _Frame, wavelength: Array, flux: Array) -> list[tuple[float, float]]:
    far = _HEIGHT * _FINE  # beyond the canvas is as good as infinite
    y = np.clip(np.nan_to_num(frame.up(flux), nan=2.0 * far), -far, 2 * far)
    return list(zip(frame.across(wavelength).tolist(), y.tolist(), strict=True))


def _draw_band(pen: Any, frame: _Frame, wavelength: Array, flux: Array, error: Array) -> None:
    """Draw one standard deviation to both sides, a column of pixels at a time."""
    known = np.isfinite(error) & (error >= 0)
    columns = np.floor(frame.across(wavelength[known])).astype(int)
    low, high = flux[known] - error[known], flux[known] + error[known]
    for column in np.unique(columns):
        there = columns == column
        top, bottom = frame.up(float(np.median(high[there]))), frame.up(float(np.median(low[there])))
        pen.line([(int(column), float(top)), (int(column), float(bottom))], fill=_BAND, width=_FINE)


def _firm(flux: Array, error: Array | None) -> NDArray[np.bool_]:
    """Return where a spectrum is measured well: its error, smoothed, is below four times the median one or a tenth of the flux."""
    everywhere = np.ones(len(flux), dtype=bool)
    if error is None or len(flux) < 100 or not np.isfinite(error).any():
        return everywhere
    width = max(5, len(flux) // 100)
    known = np.where(np.isfinite(error), error, np.inf)
    usual = float(np.median(error[np.isfinite(error)]))
    parts = -(-len(flux) // width)
    pairs = zip(np.array_split(known, parts), np.array_split(flux, parts), strict=True)
    well = [(float(np.median(noise)), float(np.median(signal)), len(noise)) for noise, signal in pairs]
    firm = np.repeat(
        [noise <= max(4 * usual, 0.1 * signal) for noise, signal, _ in well], [count for *_, count in well]
    )
    return firm if firm.any() else everywhere


def _stretches(firm: NDArray[np.bool_]) -> list[tuple[int, int, bool]]:
    """Return (begin, end, well measured) of stretches of a spectrum; each reaches to the first bin of the next."""
    if not len(firm):
        return []
    turns = [0, *(np.flatnonzero(np.diff(firm)) + 1).tolist(), len(firm)]
    return [(begin, min(end + 1, len(firm)), bool(firm[begin])) for begin, end in pairwise(turns)]


def _draw_line(pen: Any, frame: _Frame, wavelength: Array, flux: Array, colour: str) -> None:
    """Draw the flux; where many bins fall into one column of pixels, their extent, so that narrow lines stay."""
    if len(wavelength) < 2:
        return
    fine = (_WIDTH - _LEFT - _RIGHT) * _FINE
    if len(wavelength) > 3 * fine:
        edges = np.linspace(0, len(wavelength), fine + 1).astype(int)[:-1]
        low, high = np.minimum.reduceat(flux, edges), np.maximum.reduceat(flux, edges)
        at = np.repeat(wavelength[edges], 2)
        wavelength, flux = at, np.column_stack([low, high]).ravel()
    pen.line(_points(frame, wavelength, flux), fill=colour, width=round(1.3 * _FINE), joint="curve")


def _hide_outside(pen: Any) -> None:
    """Paint over what lines left beyond the frame."""
    width, height = _WIDTH * _FINE, _HEIGHT * _FINE
    pen.rectangle([0, 0, width, _TOP * _FINE - 1], fill=_PAPER)
    pen.rectangle([0, (_HEIGHT - _BOTTOM) * _FINE + 1, width, height], fill=_PAPER)
    pen.rectangle([0, 0, _LEFT * _FINE - 1, height], fill=_PAPER)
    pen.rectangle([(_WIDTH - _RIGHT) * _FINE + 1, 0, width, height], fill=_PAPER)


def _draw_axes(canvas: Any, pen: Any, frame: _Frame, labels: tuple[str, str]) -> None:
    left, right, top, bottom = (edge * _FINE for edge in (_LEFT, _WIDTH - _RIGHT, _TOP, _HEIGHT - _BOTTOM))
    pen.rectangle([left, top, right, bottom], outline=_SOFT, width=_FINE)
    letters = 12 * _FINE
    for value in ticks(*frame.x, 9):
        x = frame.across(value)
        pen.line([(x, bottom), (x, bottom + 4 * _FINE)], fill=_SOFT, width=_FINE)
        pen.text((x, bottom + 8 * _FINE), f"{value:g}", font=font(letters), fill=_INK, anchor="mt")
    for value in ticks(*frame.y, 6):
        y = frame.up(value)
        pen.line([(left - 4 * _FINE, y), (left, y)], fill=_SOFT, width=_FINE)
        pen.text((left - 8 * _FINE, y), f"{value:g}", font=font(letters), fill=_INK, anchor="rm")
    x_label, y_label = labels
    size = 13 * _FINE
    draw(pen, ((left + right - length(x_label, size)) / 2, (_HEIGHT - 14) * _FINE), x_label, size, _INK)
    _draw_upright(canvas, y_label, size, (top + bottom) / 2)


def _draw_upright(canvas: Any, text: str, size: int, middle: float) -> None:
    """Write a text from bottom to top along the left edge."""
    from PIL import Image, ImageDraw

    width = round(length(text, size)) + 4
    strip = Image.new("RGB", (width, round(size * 2.0)), _PAPER)
    draw(ImageDraw.Draw(strip), (2, strip.height * 0.6), text, size, _INK)
    turned = strip.rotate(90, expand=True)
    canvas.paste(turned, (0, round(middle - turned.height / 2)))
