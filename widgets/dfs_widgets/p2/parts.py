"""The parts of the page ``p2``: what each holds is plain data; what it sends is for the page to answer."""

from __future__ import annotations

import anywidget
import traitlets

from dfs_widgets.front import script

__all__ = ["Dialog", "Editor", "RunList", "RunView", "Sight", "Watch"]


class RunList(anywidget.AnyWidget):  # type: ignore[misc] # anywidget has no types
    """The runs somebody has."""

    _esm = script("p2grid", "p2runs")
    runs = traitlets.List().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)


class RunView(anywidget.AnyWidget):  # type: ignore[misc]
    """Tree, summary table and time links of a run."""

    _esm = script("p2grid", "p2tree", "p2blocks", "p2links", "p2run")
    run = traitlets.Dict().tag(sync=True)
    rows = traitlets.Dict().tag(sync=True)
    counts = traitlets.Dict().tag(sync=True)
    selected = traitlets.Int(0).tag(sync=True)
    scope = traitlets.Int(0).tag(sync=True)
    scope_name = traitlets.Unicode().tag(sync=True)
    links = traitlets.Dict().tag(sync=True)
    panel = traitlets.Unicode("blocks").tag(sync=True)
    editable = traitlets.Bool(default_value=False).tag(sync=True)


class Editor(anywidget.AnyWidget):  # type: ignore[misc]
    """The editor of a block, a container, or the run."""

    _esm = script("p2grid", "p2field", "p2editor")
    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    beside = traitlets.Dict().tag(sync=True)
    tab = traitlets.Unicode("target").tag(sync=True)
    execution = traitlets.Unicode().tag(sync=True)
    saved = traitlets.Unicode().tag(sync=True)
    offered = traitlets.List().tag(sync=True)
    library = traitlets.Dict().tag(sync=True)
    pictures = traitlets.List().tag(sync=True)


class Sight(anywidget.AnyWidget):  # type: ignore[misc]
    """Visibility, exposure times, checks, discussion and history of what is under edit."""

    _esm = script("p2night", "p2exposure", "p2sight")
    side = traitlets.Unicode("night").tag(sync=True)
    night = traitlets.Dict().tag(sync=True)
    period = traitlets.Dict().tag(sync=True)
    exposure = traitlets.Dict().tag(sync=True)
    findings = traitlets.List().tag(sync=True)
    names = traitlets.Dict().tag(sync=True)
    many = traitlets.Bool(default_value=False).tag(sync=True)
    execution = traitlets.Dict().tag(sync=True)
    comments = traitlets.List().tag(sync=True)
    history = traitlets.List().tag(sync=True)
    reviewer = traitlets.Bool(default_value=False).tag(sync=True)
    editable = traitlets.Bool(default_value=False).tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)


class Dialog(anywidget.AnyWidget):  # type: ignore[misc]
    """Questions and previews."""

    _esm = script("p2dialog")
    content = traitlets.Dict().tag(sync=True)
    picture = traitlets.Bytes(b"").tag(sync=True)


class Watch(anywidget.AnyWidget):  # type: ignore[misc]
    """Looks for what others saved."""

    _esm = script("p2watch")
    every = traitlets.Float(0.0).tag(sync=True)
    unchecked = traitlets.Int(0).tag(sync=True)
