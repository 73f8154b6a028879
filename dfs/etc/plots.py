"""The plots of a result: signal-to-noise, electrons, the target's spectrum, efficiency, signal-to-noise against time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dfs.errors import ServiceError, UsageError
from dfs.etc.result import Result

if TYPE_CHECKING:
    from bokeh.plotting import figure

__all__ = ["figures_of", "write_page"]

_SPAN = (0.5, 1.5)  # of the exposure time


def figures_of(result: Result) -> list[figure]:
    """Return the figures of a result, in the order of the classic page; an image has no spectra to draw."""
    by_time = _against_time(result)
    if result.light.kind == "image":
        return [by_time]
    x = f"wavelength in {result.light.medium} (nm)"
    per = " arcsec-2" if result.request.target.extended else ""
    return [
        _lines("Signal-to-noise of a pixel along the dispersion", x, "S/N", result, {"S/N": result.snr_per_pixel}),
        _lines(
            "Target and sky",
            x,
            "electrons",
            result,
            {"target, in the aperture": result.target_e, "sky, in one pixel": result.sky_e},
        ),
        _lines(
            "The target outside the atmosphere", x, f"flux (erg s-1 cm-2 A-1{per})", result, {"target": result.flux}
        ),
        _lines(
            "Efficiency",
            x,
            "fraction",
            result,
            {
                "telescope, instrument, detector": result.throughput,
                "with atmosphere and slit": result.throughput * result.atmosphere * result.slit_fraction,
            },
        ),
        by_time,
    ]


def write_page(result: Result, path: Path) -> None:
    """Write the figures as one page that needs no network.

    Raises
    ------
    UsageError
        The suffix is not ``.html``.
    ServiceError
        The file cannot be written.
    """
    if path.suffix.lower() not in {".html", ".htm"}:
        hint = "open the page and save a figure of it with its tool"
        raise UsageError(
            f"no plot can be written as {path.suffix or path.name}", where=str(path), accepted=".html", hint=hint
        )
    from bokeh.embed import file_html
    from bokeh.layouts import column
    from bokeh.resources import INLINE

    choice = result.light.choice
    title = f"{choice.instrument} {choice.mode}: S/N {result.snr:.1f} in {result.exposure_s:g} s"
    try:
        path.write_text(
            file_html(column(*figures_of(result), sizing_mode="stretch_width"), INLINE, title), encoding="utf-8"
        )
    except OSError as error:
        raise ServiceError(f"cannot be written: {error.strerror}", where=str(path)) from error


def _lines(title: str, x: str, y: str, result: Result, drawn: dict[str, np.ndarray]) -> figure:
    from dfs.figures.style import PALETTE, legend_above, new_figure

    plot = new_figure(title, x, y)
    for (name, values), color in zip(drawn.items(), PALETTE, strict=False):
        plot.line(result.wavelength_nm, values, color=color, line_width=1.1, legend_label=name)
    band = result.saturation.saturated_nm
    if band is not None:
        from dfs.figures.spectrum import shade_extrapolated

        shade_extrapolated(plot, [band])
    legend_above(plot)
    return plot


def _against_time(result: Result) -> figure:
    """Draw the signal-to-noise at the wavelength of interest over half to one and a half of the exposure time."""
    from dfs.figures.style import BLUE, VERMILION, new_figure

    nearest = int(np.argmin(np.abs(result.wavelength_nm - result.at_nm)))
    signal = float(result.target_e[nearest])
    # Read-out noise comes once for each exposure; all else grows with the time.
    growing = {term: float(values[nearest]) for term, values in result.variance.items()}
    fixed = growing.pop("read-out", 0.0) + growing.pop("digitisation", 0.0)
    part = np.linspace(*_SPAN, 101)
    snr = part * signal / np.sqrt(part * sum(growing.values()) + fixed)
    plot = new_figure(f"Signal-to-noise at {result.at_nm:.1f} nm against time", "exposure time (s)", "S/N")
    plot.line(part * result.exposure_s, snr, color=BLUE, line_width=1.4)
    plot.scatter([result.exposure_s], [result.snr], color=VERMILION, size=8)
    return plot
