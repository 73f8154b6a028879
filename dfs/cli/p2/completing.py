"""``dfs p2 chart`` and ``readme``: what service mode asks for beside the blocks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Terminal, pass_terminal
from dfs.cli.p2.group import chosen, elsewhere, opened, p2

if TYPE_CHECKING:
    from dfs.phase2.client import Block, Run

__all__ = ["chart", "readme"]


@p2.command("chart")
@click.argument("run")
@click.argument("item", required=False)
@click.option(
    "--background",
    metavar="WHAT",
    help="A FITS image, a catalogue of stars, paper, or a sky survey ('DSS2 red': needs the network); else the archive's images, or paper.",
)
@click.option("--to", type=click.Path(path_type=Path), metavar="FOLDER", help="Write them there, and attach nothing.")
@click.option("--more", is_flag=True, help="Also for blocks that have a chart.")
@elsewhere
@pass_terminal
def chart(
    terminal: Terminal,
    /,
    run: str,
    item: str | None,
    background: str | None,
    to: Path | None,
    more: bool,
    connect: str | None,
) -> None:
    """Draw a finding chart for each block of RUN, of a container of it, or for one block, that has none, and attach it.

    \b
    Examples:
        dfs p2 chart 110.23XY.001
        dfs p2 chart 110.23XY.001 "NGC 1365 300V" --background image.fits --to charts
    """
    with opened(terminal, connect) as phase2:
        whole = phase2.run(run)
        drawn = [_drawn(one, background, to) for one in _wanting(whole, item, more)]
        whole.push()

    def show(console: Any) -> None:
        for one in drawn:
            console.print(f"{one['ob_id']}  {one['name']:<30} {one['path'] or one['chart']}")
        console.print(f"{len(drawn)} charts {'written' if to else 'attached'}")

    terminal.emit({"charts": drawn}, show)


@p2.command("readme")
@click.argument("run")
@click.argument("texts", metavar="[FIELD=TEXT]...", nargs=-1)
@elsewhere
@pass_terminal
def readme(terminal: Terminal, /, run: str, texts: tuple[str, ...], connect: str | None) -> None:
    """Show the README of RUN, or fill its fields in: before the observatory can be notified there must be a summary.

    \b
    Examples:
        dfs p2 readme 110.23XY.001
        dfs p2 readme 110.23XY.001 summary="Bars and their gas" strategy="NGC 1365 first"
    """
    from dfs.errors import UsageError

    wrong = next((one for one in texts if "=" not in one), None)
    if wrong is not None:
        raise UsageError(f"{wrong!r:.60} is no field with its text", accepted='FIELD=TEXT, e.g. summary="Bars and gas"')
    fields = {name.strip(): _value(name.strip(), text) for name, _, text in (one.partition("=") for one in texts)}
    with opened(terminal, connect) as phase2:
        body = phase2.run(run).readme(**fields)

    def show(console: Any) -> None:
        for name, value in body.items():
            console.print(f"{name:<14} {value}")

    terminal.emit({"readme": body}, show)


def _wanting(run: Run, item: str | None, more: bool) -> list[Block]:
    """Return the blocks asked for that a chart can be attached to; of many, those that may still be changed."""
    from dfs.phase2.client import Block

    one = chosen(run, item)
    if isinstance(one, Block):
        return [one] if more or not one.document.get("charts") else []
    return [
        each
        for each in one.blocks()
        if each.document["itemType"] == "OB" and each.status in {"P", "-"} and (more or not each.document.get("charts"))
    ]


def _drawn(block: Block, background: str | None, to: Path | None) -> dict[str, Any]:
    name = block.chart_name()
    document = {"ob_id": block.ob_id, "name": block.name, "chart": name, "path": None}
    if to is None:
        block.draw_chart(background, name)
        return document
    to.mkdir(parents=True, exist_ok=True)
    (to / name).write_bytes(block.chart_jpeg(background))
    return {**document, "path": to / name}


def _value(name: str, text: str) -> str | bool:
    """Return a field's value as its type asks: one is yes or no."""
    return text.strip().lower() in {"yes", "true", "t", "1"} if name == "realTime" else text
