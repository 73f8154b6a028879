"""Light and dark for figures: the colours of what stands round the data."""

from __future__ import annotations

from typing import Any

from bokeh.themes import Theme

from dfs.figures.style import BLUE, PALETTE

__all__ = ["brighten", "theme"]


def theme(*, dark: bool) -> Theme:
    """Return the bokeh theme of pages: no frame colour of its own, text and grid as on the page."""
    text, line, grid = ("#c5ced9", "#465060", "#2a313b") if dark else ("#39434f", "#c3cad3", "#e3e7ec")
    font = "Inter, system-ui, sans-serif"
    attributes: dict[str, Any] = {
        "Plot": {"background_fill_alpha": 0, "border_fill_alpha": 0, "outline_line_color": line},
        "Axis": {
            "axis_line_color": line,
            "major_tick_line_color": line,
            "minor_tick_line_color": line,
            "axis_label_text_color": text,
            "major_label_text_color": text,
            "axis_label_text_font": font,
            "major_label_text_font": font,
            "axis_label_text_font_size": "11px",
        },
        "Grid": {"grid_line_color": grid},
        "Title": {"text_color": text, "text_font": font, "text_font_size": "12px"},
        "Legend": {
            "background_fill_alpha": 0,
            "inactive_fill_alpha": 0,
            "label_text_color": text,
            "label_text_font": font,
        },
        "BaseColorBar": {"background_fill_alpha": 0, "major_label_text_color": text, "title_text_color": text},
    }
    return Theme(json={"attrs": attributes})


def brighten(plot: Any) -> None:
    """Draw the blue lines of a figure in sky blue, which reads better on dark."""
    for renderer in plot.renderers:
        glyph = getattr(renderer, "glyph", None)
        if glyph is not None and getattr(glyph, "line_color", None) == BLUE:
            glyph.line_color = PALETTE[4]
