"""``dfs etc list`` and ``dfs etc templates``: what can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Command, Terminal, pass_terminal
from dfs.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["instruments", "templates"]


@click.command("list", cls=Command)
@click.argument("instrument", required=False)
@pass_terminal
def instruments(terminal: Terminal, instrument: str | None) -> None:
    """List the instruments, or all that can be chosen of one: modes, filters, grisms, slits, read modes.

    \b
    Examples:
        dfs etc list
        dfs etc list FORS2
    """
    from dfs.cli.etc.options import named_by_option
    from dfs.etc.controls.catalogue import instrument_document, instruments_document
    from dfs.etc.controls.choices import instrument_name

    if instrument is None:
        told: dict[str, Any] = {"instruments": instruments_document()}
        terminal.emit(told, lambda console: _show_instruments(console, told["instruments"]))
        return
    try:
        one = instrument_document(instrument_name(instrument))
    except UsageError as error:
        raise named_by_option(error) from None
    terminal.emit(one, lambda console: _show_instrument(console, one))


@click.command("templates", cls=Command)
@pass_terminal
def templates(terminal: Terminal) -> None:
    """List the spectra, the forms of spectra and the bands that a target can have.

    \b
    Example:
        dfs etc templates
    """
    from dfs.etc.controls.catalogue import templates_document

    told = templates_document()

    def show(console: Console) -> None:
        for name, label in told["templates"].items():
            console.print(f"template:{name}  {label}")
        console.print(f"forms: {', '.join(told['forms'])}")
        console.print(f"bands: {', '.join(told['bands'])}")

    terminal.emit(told, show)


def _show_instruments(console: Console, some: list[dict[str, Any]]) -> None:
    for one in some:
        console.print(f"{one['name']:<10}  {one['label']}: {', '.join(one['modes'])}")


def _show_instrument(console: Console, one: dict[str, Any]) -> None:
    console.print(f"{one['name']}  {one['label']}, figures of {one['version']}, wavelengths in {one['medium']}")
    for name, mode in one["modes"].items():
        console.print(f"--mode {name}  {mode['label']}")
        for what in ("filters", "collimators", "detectors", "polarimetry"):
            if mode[what]:
                console.print(f"    {what}: {', '.join(mode[what])}")
        for grism, told in mode["grisms"].items():
            orders = ", ".join(f"{order} {low:g}-{high:g} nm" for order, (low, high) in told["filters"].items())
            console.print(f"    --grism {grism}  {told['label']}: {orders}")
        if mode["slits"]:
            console.print(f"    slits: {', '.join(f'{width:g}' for width in mode['slits'])} arcsec")
        elif mode["slit_range"]:
            console.print(f"    slits: {mode['slit_range'][0]:g} to {mode['slit_range'][1]:g} arcsec")
    for name, detector in one["detectors"].items():
        reads = "; ".join(f"{read} ({', '.join(told['binnings'])})" for read, told in detector["read_modes"].items())
        console.print(f"--detector {name}  {detector['label']}: {reads}")
