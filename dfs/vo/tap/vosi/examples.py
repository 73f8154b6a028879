"""Queries to begin with (DALI 1.1, 2.3): a page for people whose RDFa marks tell programs the queries."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dfs.vo.tap.markup import Element, child, document, element

__all__ = ["Example", "examples", "examples_document"]

_VOCABULARY = "http://www.ivoa.net/rdf/examples#"


@dataclass(frozen=True, slots=True)
class Example:
    """A query with the question it answers."""

    id: str
    name: str
    text: str
    query: str
    table: str


@cache
def examples() -> tuple[Example, ...]:
    """Return the examples of ``examples.toml``."""
    content = tomllib.loads(files("dfs.vo.tap.vosi").joinpath("examples.toml").read_text(encoding="utf-8"))
    return tuple(Example(**{name: value.strip() for name, value in one.items()}) for one in content["example"])


def examples_document(shown: Sequence[Example]) -> bytes:
    """Return the page as XHTML."""
    root = element("html", xmlns="http://www.w3.org/1999/xhtml", lang="en")
    head = child(root, "head")
    child(head, "title", "Example queries")
    body = child(root, "body")
    part = child(body, "div", vocab=_VOCABULARY)
    child(part, "h1", "Example queries")
    part.extend(_example(one) for one in shown)
    return document(root)


def _example(example: Example) -> Element:
    made = element("div", id=example.id, resource=f"#{example.id}", typeof="example")
    child(made, "h2", example.name, property="name")
    child(made, "p", example.text)
    child(made, "pre", example.query, property="query")
    about = child(made, "p", "Table: ")
    child(about, "em", example.table, property="table")
    return made
