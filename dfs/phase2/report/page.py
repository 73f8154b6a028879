"""The report of a run as a page that stands alone: no scripts, nothing fetched."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from dfs.phase2.report.contents import Contents

__all__ = ["report_html"]


def report_html(contents: Contents) -> str:
    """Return the page; everything in it that users wrote is escaped."""
    return str(_template().render(report=contents))


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    text = Path(__file__).with_name("run.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
        text
    )
