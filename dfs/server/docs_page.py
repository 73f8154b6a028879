"""The page that lists and tries every operation: made here as forms, which a script of ours sends."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from starlette.responses import Response

from dfs.server.html import answer_page, link, table
from dfs.vo.tap.markup import Element, child, element

__all__ = ["described_page"]


def described_page(described: dict[str, Any]) -> Response:
    """Return the page of an OpenAPI document."""
    info = described["info"]
    parts = [element("p", info["description"]), element("p", None, [link("openapi.json", "For programs")]), _sign_in()]
    operations = [
        (path, method, operation) for path, item in described["paths"].items() for method, operation in item.items()
    ]
    operations.sort(key=lambda one: (_tag(one[2]).startswith("Phase 2"), _tag(one[2])))
    for tag, some in groupby(operations, key=lambda one: _tag(one[2])):
        parts.append(element("h2", tag))
        parts += [_operation(*one) for one in some]
    parts.append(element("script", src="docs/page.js"))
    return answer_page(f"{info['title']} {info['version']}", parts)


def _tag(operation: dict[str, Any]) -> str:
    return str(next(iter(operation.get("tags", ())), "service"))


def _sign_in() -> Element:
    """Return the form that gets a token, which all other forms send."""
    form = element("form", id="sign-in")
    form.set("data-testid", "docs-sign-in")
    name = child(form, "label", "Name ")
    child(name, "input", name="username", autocomplete="username")
    password = child(form, "label", "Password ")
    child(password, "input", name="password", type="password", autocomplete="current-password")
    child(form, "button", "Sign in", type="submit")
    child(form, "output", " not signed in")
    return form


def _operation(path: str, method: str, operation: dict[str, Any]) -> Element:
    """Return one operation, closed until it is clicked."""
    shown = element("details")
    summary = child(shown, "summary")
    child(summary, "b", f"{method.upper()} ")
    child(summary, "code", path)
    child(summary, "span", f" {operation.get('summary', '')}")
    if operation.get("description"):
        child(shown, "p", operation["description"])
    form = child(shown, "form")
    for name, value in (("method", method.upper()), ("path", path), ("testid", f"try {method.upper()} {path}")):
        form.set(f"data-{name}", value)
    if rows := [_parameter(one) for one in operation.get("parameters", ())]:
        form.append(table(("name", "value", "in", "meaning"), rows))
    form.extend(_body(operation.get("requestBody")))
    child(form, "button", "Send", type="submit")
    child(form, "output")
    return shown


def _parameter(one: dict[str, Any]) -> list[str | Element]:
    value = element("input", name=one["name"], value=_text(one.get("schema", {}).get("default")))
    value.set("data-in", one["in"])
    value.set("aria-label", one["name"])
    where = f"{one['in']}{', required' if one.get('required') else ''}"
    return [one["name"], value, where, one.get("description", "")]


def _body(wanted: dict[str, Any] | None) -> list[Element]:
    """Return the fields for a body: a form's, a file, or text."""
    if not wanted or not wanted.get("content"):
        return []
    kind, content = next(iter(wanted["content"].items()))
    schema = content.get("schema", {})
    if kind == "application/x-www-form-urlencoded":
        rows = [_field(name, one) for name, one in schema.get("properties", {}).items()]
        return [table(("name", "value", "in", "meaning"), rows)]
    if kind == "application/json":
        example = content.get("example")
        text = "" if example is None else json.dumps(example, indent=2, ensure_ascii=False)
        field = element("textarea", text, name="body", rows=str(min(12, text.count("\n") + 2)), spellcheck="false")
    else:
        field = element("input", name="file", type="file")
    field.set("data-in", "body")
    field.set("data-type", kind)
    field.set("aria-label", "body")
    return [element("p", f"body, {kind}:"), field]


def _field(name: str, schema: dict[str, Any]) -> list[str | Element]:
    field = element("input", name=name, type="password" if schema.get("format") == "password" else "text")
    field.set("data-in", "form")
    field.set("aria-label", name)
    return [name, field, "form", schema.get("description", "")]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
