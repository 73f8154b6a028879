"""The parts of the archive page: what each holds is plain data; what it sends is for the page to answer."""

from __future__ import annotations

import anywidget
import traitlets

from dfs_widgets.front import look, script

__all__ = ["Bar", "Code", "Facets", "FileView", "Form", "Notice", "Requests", "ResultsView"]

_CONTENTS = ("dfs-contents",)  # the part's own elements lie in the page's grid


class Bar(anywidget.AnyWidget):  # type: ignore[misc] # anywidget has no types
    """The bar at the top: state, light or dark, sign-in; it keeps the page's address."""

    _esm = script("bar")
    _css = look()
    title = traitlets.Unicode("Science archive").tag(sync=True)
    pages = traitlets.List([["archive", "Archive"], ["p2", "Phase 2"], ["etc", "Exposure times"]]).tag(sync=True)
    where = traitlets.Unicode().tag(sync=True)
    crumb = traitlets.Unicode().tag(sync=True)
    views = traitlets.List([["search", "Search"], ["requests", "My requests"]]).tag(sync=True)
    state = traitlets.Enum(["busy", "ready", "error"], "busy").tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    parts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    view = traitlets.Unicode("search").tag(sync=True)
    query = traitlets.Unicode().tag(sync=True)
    user = traitlets.Unicode().tag(sync=True)
    can_sign_in = traitlets.Bool(default_value=False).tag(sync=True)
    sign_in_error = traitlets.Unicode().tag(sync=True)


class Form(anywidget.AnyWidget):  # type: ignore[misc]
    """The query form."""

    _esm = script("form")
    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    problems = traitlets.Dict().tag(sync=True)
    resolved = traitlets.Unicode().tag(sync=True)


class Facets(anywidget.AnyWidget):  # type: ignore[misc]
    """Values among the results with their counts."""

    _esm = script("facets")
    facets = traitlets.List().tag(sync=True)


class ResultsView(anywidget.AnyWidget):  # type: ignore[misc]
    """Sky map, plot and table of the same rows."""

    _esm = script("canvas", "projection", "skymap", "scatter", "table", "results")
    rows = traitlets.Dict().tag(sync=True)
    marked = traitlets.List(traitlets.Unicode()).tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)
    basket = traitlets.Unicode().tag(sync=True)


class FileView(anywidget.AnyWidget):  # type: ignore[misc]
    """The selected file."""

    _esm = script("projection", "figure", "file")
    dp_id = traitlets.Unicode().tag(sync=True)
    summary = traitlets.Unicode().tag(sync=True)
    size = traitlets.Unicode().tag(sync=True)
    tab = traitlets.Unicode("preview").tag(sync=True)
    content = traitlets.Dict().tag(sync=True)
    bytes = traitlets.Bytes(b"").tag(sync=True)
    dark = traitlets.Bool(default_value=False).tag(sync=True)


class Code(anywidget.AnyWidget):  # type: ignore[misc]
    """The search as ADQL, as Python, and as a script."""

    _esm = script("code")
    shown = traitlets.Bool(default_value=False).tag(sync=True)
    tab = traitlets.Unicode("adql").tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)


class Requests(anywidget.AnyWidget):  # type: ignore[misc]
    """My requests."""

    _esm = script("requests")
    requests = traitlets.List().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)


class Notice(anywidget.AnyWidget):  # type: ignore[misc]
    """One line instead of a page that cannot be shown."""

    _esm = script("notice")
    _css = look()
    text = traitlets.Unicode().tag(sync=True)
