"""Spectra: flux with its error, background, and the range where the wavelengths are extrapolated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import BoxAnnotation, ColumnDataSource, Label, Span
from bokeh.plotting import figure
from numpy.typing import NDArray

from dfs.figures.style import BLUE, GREY, ORANGE, VERMILION, hover, legend_above, new_figure

__all__ = ["readable_unit", "shade_extrapolated", "spectrum_figure"]

_NOISY = 5.0  # times the median error: beyond it a pixel does not set the scale


def spectrum_figure(
    wavelength_nm: NDArray[Any],
    flux: NDArray[Any],
    error: NDArray[Any] | None = None,
    *,
    title: str,
    unit: str,
    medium: str = "air",
    background: NDArray[Any] | None = None,
    extrapolated_nm: Sequence[tuple[float, float]] = (),
    lines_nm: Mapping[str, float] | None = None,
) -> figure:
    """Return a figure of one spectrum.

    Parameters
    ----------
    wavelength_nm, flux, error, background
        Arrays of equal length; error is drawn as a band of one standard deviation, the background thin and grey.
    unit
        Unit of the flux, written at the axis.
    extrapolated_nm
        Intervals shaded as not calibrated.
    lines_nm
        Name -> wavelength of lines to mark.
    """
    plot = new_figure(title, f"wavelength in {medium} (nm)", f"flux ({readable_unit(unit)})")
    source = ColumnDataSource({"x": wavelength_nm, "y": flux})
    if error is not None:
        band = _band(wavelength_nm, flux, error)
        plot.patch(*band, color=BLUE, alpha=0.22, line_alpha=0, legend_label="1 sigma")
    if background is not None:
        plot.line(wavelength_nm, background, color=GREY, line_width=0.8, alpha=0.7, legend_label="sky", visible=False)
    line = plot.line("x", "y", source=source, color=BLUE, line_width=1.1, legend_label="flux")
    plot.add_tools(hover(("wavelength (nm)", "@x{0.00}"), ("flux", "@y{0.000e0}"), renderers=[line], mode="vline"))
    shade_extrapolated(plot, extrapolated_nm)
    for name, at in (lines_nm or {}).items():
        plot.add_layout(Span(location=at, dimension="height", line_color=VERMILION, line_dash="dotted", line_width=1))
        plot.add_layout(
            Label(x=at, y=4, y_units="screen", text=name, text_font_size="8pt", text_color=VERMILION, angle=1.5708)
        )
    shown = _telling(flux, error) & _calibrated(wavelength_nm, extrapolated_nm)
    _robust_range(plot, flux[shown] if shown.any() else flux)
    legend_above(plot)
    return plot


def shade_extrapolated(plot: figure, intervals_nm: Sequence[tuple[float, float]]) -> None:
    """Shade the wavelength intervals outside the calibrated range."""
    for low, high in intervals_nm:
        plot.add_layout(BoxAnnotation(left=low, right=high, fill_color=ORANGE, fill_alpha=0.13, level="underlay"))


def _band(x: NDArray[Any], y: NDArray[Any], error: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    good = np.isfinite(y) & np.isfinite(error)
    x, y, error = x[good], y[good], error[good]
    return np.concatenate([x, x[::-1]]), np.concatenate([y - error, (y + error)[::-1]])


def _calibrated(wavelength_nm: NDArray[Any], intervals_nm: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    """Tell which wavelengths lie outside the extrapolated intervals."""
    inside = np.ones(len(wavelength_nm), dtype=bool)
    for low, high in intervals_nm:
        inside &= (wavelength_nm < low) | (wavelength_nm > high)
    return inside


def _telling(flux: NDArray[Any], error: NDArray[Any] | None) -> NDArray[np.bool_]:
    """Tell which fluxes say something: not those of the noisy ends, whose errors are far above the usual one."""
    good: NDArray[np.bool_] = np.isfinite(flux)
    if error is None or not (good & np.isfinite(error)).any():
        return good
    quiet: NDArray[np.bool_] = error <= _NOISY * np.nanmedian(error[good])
    return good & quiet


def _robust_range(plot: figure, flux: NDArray[Any]) -> None:
    """Let wild pixels not squeeze the spectrum: show from the 0.5th to the 99.8th percentile, and a quarter more."""
    finite = flux[np.isfinite(flux)]
    if finite.size == 0:
        return
    low, high = np.percentile(finite, [0.5, 99.8])
    span = (high - low) or 1.0
    plot.y_range.start = min(0.0, float(low)) - 0.05 * span
    plot.y_range.end = float(high) + 0.25 * span


def readable_unit(unit: str) -> str:
    """Return the FITS spelling of a unit as people write it: ``erg cm**(-2)`` becomes erg cm⁻²."""
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    text = re.sub(r"\*\*\(?(-?\d+)\)?", lambda found: found.group(1).translate(raised), unit)
    return text.replace("angstrom", "Å").replace("electron", "e⁻")
