"""One option for each control, drawn from the list of controls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from dfs.errors import DfsError, NotFoundError, UsageError
from dfs.etc.controls.control import CONTROLS, Control

__all__ = ["control_options", "named_by_option"]

_BARE = ("extended", "extrapolate")  # flags that are on where they are named
_METAVARS = {"arcsec": "ARCSEC", "s": "SECONDS", "nm": "NM", "deg": "DEG", "mm": "MM", "mag": "MAG", "d": "DAYS"}
# What the errors of an instrument's optics call the things of our options.
_WORDS = {
    "disperser": "--grism",
    "filter": "--filter",
    "slit": "--slit",
    "collimator": "--collimator",
    "detector": "--detector",
    "read mode": "--read-mode",
    "binning": "--binning",
    "polarimetry": "--polarimetry",
    "mode": "--mode",
}


def control_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option of every control but the instrument, which is its argument."""
    for one in reversed(CONTROLS.values()):
        if one.name != "instrument":
            command = _option(one)(command)
    return command


def named_by_option(error: DfsError) -> DfsError:
    """Return `error` with the option that it is about: what else it says of the place goes with the message."""
    if isinstance(error, NotFoundError) and error.where in CONTROLS:  # a value of an option that there is not
        error = UsageError(error.message, where=error.where, accepted=error.accepted, hint=error.hint)
    if error.where in CONTROLS:
        error.where = CONTROLS[error.where].option if error.where != "instrument" else "INSTRUMENT"
    elif not error.where.startswith("-"):
        said = error.message.split("'")[0]  # before the name itself, which may be any word
        option = next((name for word, name in _WORDS.items() if f" {word}" in said or said.startswith(word)), "")
        if option:
            error.message = f"{error.message} ({error.where})" if error.where else error.message
            error.where = option
    return error


def _option(one: Control) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    if one.name in _BARE:
        return click.option(f"{one.option}/--no-{one.name}", one.name, default=None, help=one.help)
    described = one.help if one.default is None else f"{one.help}  [default: {_shown(one.default)}]"
    return click.option(one.option, one.name, metavar=_metavar(one), help=described)


def _metavar(one: Control) -> str:
    if one.kind == "flag":
        return "on|off"
    if one.accepted:
        return "|".join(one.accepted)
    return _METAVARS.get(one.unit, "NUMBER" if one.kind in {"number", "whole"} else "NAME")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
