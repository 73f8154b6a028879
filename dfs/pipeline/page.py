"""Pages that stand alone: one file, no network, light and dark, with bokeh figures."""

from __future__ import annotations

import base64
import gzip
import html
import json
import uuid
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["Html", "figure_html", "loader_html", "page", "picture_html", "table_html"]

_FOLDER = Path(__file__).parent / "style"


class Html(str):
    """Text that is HTML already; a notebook shows it as such."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"<{len(self)} characters of HTML>"


def page(title: str, body: str) -> str:
    """Return a complete HTML document with our style; BokehJS is inside when `body` has figures."""
    draws = loader_html() if "dfs-figure-data" in body and "dfs-bokehjs" not in body else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{_text('page.css')}</style>\n</head>\n"
        f"<body>\n{body}\n{draws}\n</body>\n</html>\n"
    )


def figure_html(figure: Any) -> Html:
    """Return a bokeh figure as a piece of HTML, drawn by `loader_html` wherever it stands on the page."""
    from bokeh.embed import json_item

    target = f"dfs-{uuid.uuid4().hex}"
    # "</" would end the script element that carries the data, and "<!--<script" would keep it from ending.
    data = json.dumps(json_item(figure), separators=(",", ":")).replace("<", "\\u003c")
    return Html(
        f'<div id="{target}" class="dfs-figure"></div>\n'
        f'<script type="application/json" class="dfs-figure-data" data-target="{target}">{data}</script>\n'
        "<script>window.dfsDraw && window.dfsDraw()</script>\n"
    )


@cache
def loader_html() -> Html:
    """Return the scripts that draw figures: BokehJS (core only, compressed) and a few lines of ours."""
    from bokeh.resources import Resources

    core = "".join(Resources(mode="inline", components=["bokeh"]).js_raw)
    packed = base64.b64encode(gzip.compress(core.encode(), 9, mtime=0)).decode()
    return Html(
        f'<script type="text/plain" class="dfs-bokehjs">{packed}</script>\n<script>\n{_text("draw.js")}</script>\n'
    )


def picture_html(png: bytes, caption: str) -> Html:
    """Return a PNG inside the page, with its caption (which is also what a screen reader says)."""
    data = base64.b64encode(png).decode()
    text = html.escape(caption)
    return Html(
        f'<figure><img alt="{text}" src="data:image/png;base64,{data}"><figcaption>{text}</figcaption></figure>\n'
    )


def table_html(head: Sequence[str], rows: Iterable[Sequence[Any]], *, numbers: Sequence[int] = ()) -> Html:
    """Return a table; cells are escaped unless they are `Html`, columns in `numbers` aligned to the right."""

    def cell(kind: str, column: int, value: Any) -> str:
        text = str(value) if isinstance(value, Html) else html.escape("" if value is None else str(value))
        style = ' class="number"' if column in numbers else ""
        return f"<{kind}{style}>{text}</{kind}>"

    def line(kind: str, values: Sequence[Any]) -> str:
        return "<tr>" + "".join(cell(kind, column, value) for column, value in enumerate(values)) + "</tr>"

    body = "\n".join(line("td", row) for row in rows)
    return Html(
        f'<div class="scroll"><table>\n<thead>{line("th", head)}</thead>\n<tbody>\n{body}\n</tbody></table></div>\n'
    )


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
