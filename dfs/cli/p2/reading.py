"""``dfs p2 runs``, ``tree``, ``show``, ``history``, ``undo``."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Terminal, pass_terminal
from dfs.cli.p2.group import chosen, elsewhere, opened, p2

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["history", "runs", "show", "tree", "undo"]

_ROWS = 2000  # of the history, among which the operations are looked for


@p2.command("runs")
@click.option("--instrument", metavar="NAME", help="e.g. FORS2.")
@click.option("--mode", type=click.Choice(["SM", "VM", "dVM"]), help="Service, visitor, designated visitor.")
@click.option("--period", type=int, metavar="N", help="e.g. 110.")
@elsewhere
@pass_terminal
def runs(terminal: Terminal, /, connect: str | None, **wanted: Any) -> None:
    """List the runs you may see.

    \b
    Examples:
        dfs p2 runs
        dfs p2 runs --instrument FORS2 --mode SM --json
    """
    with opened(terminal, connect) as phase2:
        found = phase2.runs(**wanted)
        documents = [_run(one.document) for one in found]

    def show_runs(console: Console) -> None:
        for one in documents:
            console.print(
                f"{one['prog_id']:<16} {one['mode']:<4} {one['instrument']:<10} P{one['period']:<4} {one['items']:>5} items  {one['title']}"
            )
        console.print(f"{len(documents)} runs")

    terminal.emit({"runs": documents}, show_runs)


@p2.command("tree")
@click.argument("run")
@elsewhere
@pass_terminal
def tree(terminal: Terminal, /, run: str, connect: str | None) -> None:
    """Show everything in RUN: folders, containers, blocks with status, target and execution time.

    \b
    Examples:
        dfs p2 tree 110.23XY.001
        dfs p2 tree 110.23XY.001 --json
    """
    with opened(terminal, connect) as phase2:
        found = phase2.run(run)
        text, items = found.tree(), [_item(one) for one in found.working.tree["root"]["items"]]
    document = {"run": run, "items": items}
    terminal.emit(document, lambda console: console.print(text))


@p2.command("show")
@click.argument("run")
@click.argument("item")
@elsewhere
@pass_terminal
def show(terminal: Terminal, /, run: str, item: str, connect: str | None) -> None:
    """Show a block or container of RUN by its number or name, with all that is in it.

    \b
    Example:
        dfs p2 show 110.23XY.001 "NGC 1365 300V"
    """
    from dfs.phase2.client import Block
    from dfs.phase2.client.showing import block_text, tree_text

    with opened(terminal, connect) as phase2:
        found = chosen(phase2.run(run), item)
        if isinstance(found, Block):
            document = found.document
            text = block_text(document)
        else:
            document = phase2.run(run).working.find(found.container_id)[0]
            text = tree_text({"root": document}, {"progId": found.kind, "instrument": found.name})
    terminal.emit({"item": document}, lambda console: console.print(text))


@p2.command("history")
@click.argument("run")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="At most so many operations; changes, as JSON.",
)
@elsewhere
@pass_terminal
def history(terminal: Terminal, /, run: str, limit: int, connect: str | None) -> None:
    """List what was changed in RUN, by whom and when, newest first; with the ID that undo takes.

    \b
    Example:
        dfs p2 history 110.23XY.001
    """
    from dfs.phase2.client.telling import operation_lines

    with opened(terminal, connect) as phase2:
        whole = phase2.run(run)
        found = whole.history(limit if terminal.json else max(_ROWS, limit))
        lines = [] if terminal.json else list(islice(operation_lines(found, whole.working.tree), limit))

    def show_history(console: Console) -> None:
        for line in lines:
            console.print(line)

    terminal.emit({"changes": found}, show_history)


@p2.command("undo")
@click.argument("run")
@click.option("--operation", metavar="ID", help="Which, as history lists it; else the last.")
@elsewhere
@pass_terminal
def undo(terminal: Terminal, /, run: str, operation: str | None, connect: str | None) -> None:
    """Take an operation in RUN back: what it changed is written again as it was before.

    \b
    Example:
        dfs p2 undo 110.23XY.001
    """
    with opened(terminal, connect) as phase2:
        changes = phase2.run(run).undo(operation)
    terminal.emit({"changes": changes}, lambda console: console.print(f"{len(changes)} documents are as before"))


def _run(one: dict[str, Any]) -> dict[str, Any]:
    pi = one.get("pi") or {}
    return {
        "prog_id": one["progId"],
        "run_id": one["runId"],
        "title": one.get("title", ""),
        "instrument": one["instrument"],
        "telescope": one.get("telescope"),
        "mode": one.get("mode"),
        "period": one.get("period"),
        "pi": f"{pi.get('firstName', '')} {pi.get('lastName', '')}".strip() or None,
        "valid_from": one.get("validFrom"),
        "valid_to": one.get("validTo"),
        "allocated_s": one.get("allocatedTime"),
        "items": one.get("itemCount", 0),
        "state": one.get("state"),
    }


def _item(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item with what lies in it, under the keys of this command's JSON."""
    from dfs.phase2.client.trees import is_block, item_number

    shared = {"item_type": item["itemType"], "id": item_number(item), "name": item["name"]}
    if not is_block(item):
        children = [_item(one) for one in item["items"]]
        return {**shared, "status": item.get("containerStatus") or None, "children": children}
    return {
        **shared,
        "status": item.get("obStatus"),
        "target": (item.get("target") or {}).get("name"),
        "user_priority": item.get("userPriority"),
        "execution_s": item.get("executionTime"),
        "children": [],
    }
