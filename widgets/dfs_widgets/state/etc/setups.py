"""Set-ups kept to be compared: their names, their colours, and in what they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dfs.errors import UsageError
from dfs.etc.controls.control import CONTROLS
from dfs.etc.result import Result
from dfs_widgets.state.etc.question import text_of
from dfs_widgets.state.etc.readable import readable

__all__ = ["KEPT_MOST", "Setup", "checked_name", "differences", "free_name"]

KEPT_MOST = 6
_LONGEST_NAME = 60


@dataclass(frozen=True, eq=False)
class Setup:
    """A question that is kept.

    Attributes
    ----------
    name
        What it is called.
    inputs
        The flat mapping, every default written out.
    number
        1 to `KEPT_MOST`: its colour and dash.
    result
        Its answer; None: it can be answered no more, `problem` says why.
    is_shown
        Whether its curves are drawn.
    """

    name: str
    inputs: Mapping[str, Any]
    number: int
    result: Result | None = None
    problem: str = ""
    is_shown: bool = True


def checked_name(text: str) -> str:
    """Return a name without blanks around it; `UsageError` when it is none."""
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError("that is no name", where="name", accepted=f"1 to {_LONGEST_NAME} printable characters")
    return name


def free_name(result: Result, taken: Sequence[str]) -> str:
    """Return a name that says what is set up and is not taken."""
    choice = result.request.choice
    stem = f"{choice.instrument.upper()} {(choice.disperser or choice.filter or choice.mode).removeprefix('GRIS_')}"
    return next(name for name in (stem, *(f"{stem} ({n})" for n in range(2, 100))) if name not in taken)


def differences(now: Mapping[str, Any], result: Result | None, kept: Sequence[Setup]) -> dict[str, Any]:
    """Return the table of what differs: a row for each control and figure, a column for what is set up now and each one kept."""
    columns = [dict(now), *(dict(one.inputs) for one in kept)]
    results = [result, *(one.result for one in kept)]
    rows: list[dict[str, Any]] = [
        _figures("Signal-to-noise", results, lambda one: readable(one.snr)),
        _figures("Exposure time (s)", results, lambda one: readable(one.exposure_s)),
        _figures("Image quality (arcsec)", results, lambda one: f"{one.image_quality_arcsec:.3f}"),
        _figures("Brightest pixel (e⁻)", results, lambda one: readable(one.saturation.peak_e)),
    ]
    for name, control in CONTROLS.items():
        cells = [_cell(column.get(name)) for column in columns]
        if len(set(cells)) > 1:
            unit = f" ({control.unit})" if control.unit else ""
            rows.append({"label": f"{control.label}{unit}", "cells": cells, "kind": "control"})
    return {"head": ["Now", *(one.name for one in kept)], "rows": rows}


def _figures(label: str, results: Sequence[Result | None], told: Any) -> dict[str, Any]:
    return {"label": label, "cells": ["–" if one is None else told(one) for one in results], "kind": "figure"}


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.5g}" if isinstance(value, float) else text_of(value)
