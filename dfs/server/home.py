"""Pages for a browser: what is here with a form for queries, and the tables."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dfs.model.schema import ColumnSchema, TableSchema
from dfs.server.html import answer_page, link, table
from dfs.vo.formats import FORMATS
from dfs.vo.tap.markup import Element, child, element
from dfs.vo.tap.vosi.examples import examples

__all__ = ["paths", "routes", "tables_page"]


def home(_request: Request) -> Response:
    """Show what is here."""
    links = [
        ("tap/tables", "The tables and their columns"),
        ("tap/examples", "Example queries"),
        ("docs", "Every address of this server"),
        ("tap", "TAP: the address for TOPCAT, pyvo, astroquery"),
    ]
    listed = element("ul", None, [element("li", None, [link(address, text)]) for address, text in links])
    return answer_page("Science archive", [_form(), element("h2", "More"), listed])


def _form() -> Element:
    form = element("form", action="tap/sync", method="post")
    first = next(iter(examples()), None)
    child(form, "p", "A query in ADQL:")
    child(form, "textarea", first.query if first else "", name="QUERY", rows="10", spellcheck="false")
    line = child(form, "p")
    rows = child(line, "label", "Rows at most ")
    child(rows, "input", name="MAXREC", value="1000", size="8")
    shape = child(line, "label", "Result as ")
    choice = child(shape, "select", name="RESPONSEFORMAT")
    for one in sorted(FORMATS, key=lambda one: one.name != "html"):
        child(choice, "option", one.label or one.name, value=one.name)
    child(line, "button", "Run", type="submit")
    return form


def tables_page(tables: Sequence[TableSchema]) -> Response:
    """Return the tables as a page; a click opens one."""
    parts = [element("p", "The same for programs: ask for this address without Accept: text/html.")]
    for one in tables:
        shown = element("details", id=one.name)
        summary = child(shown, "summary")
        child(summary, "code", one.name)
        child(summary, "span", f" {one.description}")
        shown.append(table(("column", "type", "unit", "UCD", "meaning"), [_row(column) for column in one.columns]))
        parts.append(shown)
    return answer_page("Tables", parts)


def _row(column: ColumnSchema) -> list[str | Element]:
    kind = column.xtype or f"{column.datatype}{'[' + column.arraysize + ']' if column.arraysize else ''}"
    return [element("code", column.name), kind, column.unit, column.ucd, column.description]


routes = [Route("/", home)]
paths = {"/": {"get": {"summary": "A page with a form for queries", "tags": ["service"]}}}
