"""Plain pages for people: made as a tree, without scripts, with nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dfs.vo.tap.markup import Element, child, element

__all__ = ["answer_page", "link", "table", "wants_page"]

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}"
    "a{color:#0b5cad}summary{cursor:pointer;padding:.3rem 0}code,textarea{font:14px/1.4 ui-monospace,monospace}"
    "table{border-collapse:collapse;margin:.5rem 0 1rem}td,th{text-align:left;vertical-align:top;padding:.1rem 1rem .1rem 0}"
    "th{border-bottom:1px solid #bbb}textarea{width:100%;box-sizing:border-box}label{margin-right:1.5rem}"
    "@media(prefers-color-scheme:dark){body{background:#16191d;color:#e6e6e6}a{color:#7db7f0}th{border-color:#555}}"
)


def answer_page(title: str, parts: Iterable[Element]) -> Response:
    """Return a page with a heading and `parts` below it."""
    root = element("html", lang="en")
    head = child(root, "head")
    child(head, "meta", charset="utf-8")
    child(head, "meta", name="viewport", content="width=device-width")
    child(head, "title", title)
    child(head, "style", _STYLE)
    body = child(root, "body")
    child(body, "h1", title)
    body.extend(parts)
    return HTMLResponse("<!DOCTYPE html>\n" + ET.tostring(root, encoding="unicode", method="html"))


def link(address: str, text: str) -> Element:
    """Return a link."""
    return element("a", text, href=address)


def table(heads: Iterable[str], rows: Iterable[Iterable[str | Element]]) -> Element:
    """Return a table of texts and elements."""
    made = element("table")
    made.append(element("tr", None, [element("th", one) for one in heads]))
    for row in rows:
        cells = [element("td", one) if isinstance(one, str) else element("td", None, [one]) for one in row]
        made.append(element("tr", None, cells))
    return made


def wants_page(request: Request) -> bool:
    """Tell whether a browser asks: its ``Accept`` names HTML first, and XHTML too (Java's clients name HTML first by default)."""
    accepted = request.headers.get("accept", "")
    return accepted.startswith("text/html") and "application/xhtml+xml" in accepted
