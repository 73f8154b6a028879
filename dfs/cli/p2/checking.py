"""``dfs p2 verify``, ``submit``, ``revise``, ``execution``, ``visibility``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Terminal, pass_terminal
from dfs.cli.p2.group import chosen, elsewhere, opened, p2

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.phase2.client import Findings, Run

__all__ = ["execution", "revise", "submit", "verify", "visibility"]

_NAMED = 5  # blocks


@p2.command("verify")
@click.argument("run")
@click.argument("item", required=False)
@elsewhere
@pass_terminal
def verify(terminal: Terminal, /, run: str, item: str | None, connect: str | None) -> None:
    """Verify RUN, or a block or container of it by number or name; exit 1 when an error is found.

    \b
    Examples:
        dfs p2 verify 110.23XY.001
        dfs p2 verify 110.23XY.001 "NGC 1365 300V" --json
    """
    with opened(terminal, connect) as phase2:
        whole = phase2.run(run)
        found = chosen(whole, item).verify()
        names = _names(whole)
    terminal.emit(_findings(found), lambda console: _show(console, found, names))
    if not found.ok:
        click.get_current_context().exit(1)


@p2.command("submit")
@click.argument("run")
@click.argument("item", required=False)
@click.option("--notify", is_flag=True, help="Tell the observatory that the run is complete: it is closed for review.")
@elsewhere
@pass_terminal
def submit(terminal: Terminal, /, run: str, item: str | None, notify: bool, connect: str | None) -> None:
    """Hand in what no error is found on: all of RUN, a container or a block of it; exit 1 when an error is found.

    Groups, concatenations and time links follow once all their members are handed in.

    \b
    Examples:
        dfs p2 submit 110.23XY.001 "NGC 1365 300V"
        dfs p2 submit 110.23XY.001 --notify
    """
    from dfs.errors import UsageError
    from dfs.phase2.client import Block

    with opened(terminal, connect) as phase2:
        whole = phase2.run(run)
        one = chosen(whole, item)
        if notify and item is not None:
            raise UsageError("a run is notified whole", where="--notify", accepted="no item")
        found = whole.submit(notify=notify) if item is None else one.submit()
        status = {block.ob_id: block.status for block in ([one] if isinstance(one, Block) else one.blocks())}
        names = _names(whole)

    def show(console: Console) -> None:
        _show(console, found, names)
        stay = [names.get(number, str(number)) for number, letter in status.items() if letter in {"P", "-"}]
        console.print(f"{len(status) - len(stay)} of {len(status)} blocks are handed in")
        if stay:
            console.print(f"not handed in: {', '.join(stay[:_NAMED])}{' ...' if len(stay) > _NAMED else ''}")
        if notify:
            console.print("the observatory is notified")

    document = {
        "status": [{"ob_id": number, "status": letter} for number, letter in status.items()],
        "notified": notify,
    }
    terminal.emit({**_findings(found), **document}, show)
    if not found.ok:
        click.get_current_context().exit(1)


@p2.command("revise")
@click.argument("run")
@click.argument("item")
@elsewhere
@pass_terminal
def revise(terminal: Terminal, /, run: str, item: str, connect: str | None) -> None:
    """Take a block of RUN, or a group, concatenation or time link, back to change it.

    \b
    Example:
        dfs p2 revise 110.23XY.001 1000042
    """
    from dfs.phase2.client import Block

    with opened(terminal, connect) as phase2:
        one = chosen(phase2.run(run), item)
        one.revise()
        number = {"ob_id": one.ob_id} if isinstance(one, Block) else {"container_id": one.container_id}
        document = {**number, "status": one.status}
    terminal.emit(document, lambda console: console.print(": ".join(map(str, document.values()))))


@p2.command("execution")
@click.argument("run")
@click.argument("item", required=False)
@elsewhere
@pass_terminal
def execution(terminal: Terminal, /, run: str, item: str | None, connect: str | None) -> None:
    """Show how long RUN takes, or a block or container of it; of a block part by part with sources.

    \b
    Example:
        dfs p2 execution 110.23XY.001 "NGC 1365 300V"
    """
    with opened(terminal, connect) as phase2:
        time = chosen(phase2.run(run), item).execution()
    blocks = [
        {"ob_id": one["obId"], "exposure_s": one["exposureTime"], "execution_s": one["executionTime"]}
        for one in time.documents
    ]
    document = {"exposure_s": time.exposure_s, "execution_s": time.execution_s, "parts": time.parts, "ob": blocks}
    terminal.emit(document, lambda console: console.print(repr(time)))


@p2.command("visibility")
@click.argument("run")
@click.argument("item", required=False)
@click.option("--night", metavar="DATE", help="Date of its evening, 2022-11-15; else tonight.")
@elsewhere
@pass_terminal
def visibility(terminal: Terminal, /, run: str, item: str | None, night: str | None, connect: str | None) -> None:
    """Show when the blocks of RUN can be observed in a night, and why not; without network.

    \b
    Example:
        dfs p2 visibility 110.23XY.001 --night 2022-11-15
    """
    from dfs.phase2.client import Block

    with opened(terminal, connect) as phase2:
        whole = phase2.run(run)
        one = chosen(whole, item)
        blocks = [one] if isinstance(one, Block) else one.blocks()
        names = {block.ob_id: block.name for block in blocks}
        found = whole.visibility(night, blocks)
    rows = [
        {
            "ob_id": seen.ob_id,
            "name": names.get(seen.ob_id),
            "windows": [{"start": each.start, "end": each.end} for each in seen.windows],
            "reason": seen.reason or None,
        }
        for seen in found
    ]

    def show(console: Console) -> None:
        for row, seen in zip(rows, found, strict=True):
            spans = ", ".join(f"{each.start:%H:%M}-{each.end:%H:%M}" for each in seen.windows)
            console.print(f"{row['ob_id']}  {row['name']:<30} {spans + ' UT' if spans else seen.reason}")

    terminal.emit({"night": str(found[0].night) if found else night, "ob": rows}, show)


def _findings(found: Findings) -> dict[str, Any]:
    rows = [
        {
            "ob_id": one.get("subject_id"),
            "subject": one.get("subject"),
            **{key: one.get(key) for key in ("severity", "path", "code", "message", "accepted", "fix")},
        }
        for one in found
    ]
    return {"findings": rows, "errors": len(found.errors), "warnings": len(found.warnings)}


def _names(run: Run) -> dict[int, str]:
    """Return the names of everything in a run by number."""
    from dfs.phase2.client.trees import item_number, walk

    return {item_number(one): str(one["name"]) for one, _, _ in walk(run.working.tree["root"])}


def _show(console: Console, found: Findings, names: Mapping[int, str]) -> None:
    for one in found:
        accepted = f"; accepted: {one['accepted']}" if one.get("accepted") else ""
        number = int(one.get("subject_id") or 0)
        place = f"{number} {names[number]}" if number in names else f"{one.get('subject')} {number}"
        console.print(
            f"{str(one.get('severity')).upper():<8} {place:<32} {one.get('path')}: {one.get('message')}{accepted}"
        )
    console.print(f"{len(found.errors)} errors, {len(found.warnings)} warnings")
