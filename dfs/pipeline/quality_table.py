"""The table of quality figures, as reports and summaries show it."""

from __future__ import annotations

import html
from collections.abc import Iterable

from dfs.model import QcValue
from dfs.pipeline.page import Html, table_html

__all__ = ["quality_html"]

_HEAD = ("product", "parameter", "value", "error", "unit", "header says", "estimator")


def quality_html(values: Iterable[tuple[str, QcValue]]) -> Html:
    """Return what was measured beside what the header claims, and how it was measured.

    Parameters
    ----------
    values
        (label of the product, quality figure); the header's keyword is shown when the pointer rests on its claim.
    """
    rows = [
        (label, one.name, _figure(one.value, 6), _figure(one.error, 2), one.unit, _claim(one), one.estimator)
        for label, one in values
    ]
    return Html(f'<div class="quality">{table_html(_HEAD, rows, numbers=(2, 3))}</div>') if rows else Html("")


def _figure(number: float | None, digits: int) -> str:
    return "-" if number is None else f"{number:.{digits}g}"


def _claim(value: QcValue) -> Html:
    if value.header_keyword is None:
        return Html("")
    return Html(f'<abbr title="{html.escape(value.header_keyword)}">{html.escape(str(value.header_value))}</abbr>')
