"""The parts of the calculator in the browser: what each holds is plain data, and numbers as bytes."""

from __future__ import annotations

import anywidget
import traitlets

from dfs_widgets.front import look, script

__all__ = ["Answer", "Controls", "Plots"]


class Controls(anywidget.AnyWidget):  # type: ignore[misc] # anywidget has no types
    """Every control that applies, with what is wrong beside it."""

    _esm = script("etcform")
    _css = look()
    part = traitlets.Unicode().tag(sync=True)
    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    problems = traitlets.Dict().tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)


class Plots(anywidget.AnyWidget):  # type: ignore[misc]
    """The plots: descriptions, and their numbers as 32-bit floats."""

    _esm = script("etcaxes", "etcdraw", "etcsvg", "etcchart", "etcsaving", "etcplots")
    part = traitlets.Unicode().tag(sync=True)
    panels = traitlets.Dict().tag(sync=True)
    numbers = traitlets.Bytes(b"").tag(sync=True)
    kept = traitlets.Dict().tag(sync=True)
    kept_numbers = traitlets.Bytes(b"").tag(sync=True)
    night = traitlets.Dict().tag(sync=True)
    night_numbers = traitlets.Bytes(b"").tag(sync=True)
    chosen = traitlets.Unicode("input").tag(sync=True)


class Answer(anywidget.AnyWidget):  # type: ignore[misc]
    """The answer in figures; kept set-ups; what the night may do; what would help."""

    _esm = script("etcstudy", "etcanswer")
    part = traitlets.Unicode().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    stale = traitlets.Bool(default_value=False).tag(sync=True)
    side = traitlets.Unicode("figures").tag(sync=True)
    setups = traitlets.Dict().tag(sync=True)
    study = traitlets.Dict().tag(sync=True)
    grid = traitlets.Dict().tag(sync=True)
    terms = traitlets.List().tag(sync=True)
