"""``dfs p2 add-run``, ``review``, ``open``, ``waive``, ``execute``: what operators and support astronomers do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from dfs.cli.output import Terminal, pass_terminal
from dfs.cli.p2.group import chosen, elsewhere, opened, p2

__all__ = ["add_run", "execute", "open_", "review", "waive"]


@p2.command("add-run")
@click.argument("run")
@click.argument("instrument")
@click.option(
    "--mode",
    type=click.Choice(["SM", "VM", "dVM"]),
    default="SM",
    show_default=True,
    help="Service, visitor, designated visitor.",
)
@click.option("--title", default="", metavar="TEXT", help="Its title.")
@click.option("--period", type=int, metavar="N", help="e.g. 110; else the present one.")
@click.option("--hours", type=float, metavar="H", help="Time granted, with overheads.")
@click.option("--class", "priority_class", type=click.Choice(["A", "B", "C"]), help="Its rank.")
@click.option(
    "--document",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="JSON with more: pi, observingConstraints, targets, blockedTimes.",
)
@elsewhere
@pass_terminal
def add_run(
    terminal: Terminal,
    /,
    run: str,
    instrument: str,
    hours: float | None,
    priority_class: str | None,
    document: Path | None,
    connect: str | None,
    **given: Any,
) -> None:
    """Make a run (operators): RUN is its identifier.

    \b
    Example:
        dfs p2 add-run 110.23XY.001 FORS2 --title "Barred spirals" --period 110 --hours 10
    """
    more = {} if document is None else _object(document)
    more |= {key: value for key, value in given.items() if value not in (None, "")}
    more |= {} if hours is None else {"allocatedTime": hours * 3600}
    more |= {} if priority_class is None else {"priorityClass": priority_class}
    with opened(terminal, connect) as phase2:
        made = phase2.add_run(run, instrument, **more)
        shown = made.document
    terminal.emit({"run": shown}, lambda console: console.print(repr(made)))


@p2.command("review")
@click.argument("run")
@click.argument("item")
@click.argument("verdict", type=click.Choice(["take", "accept", "reject", "cancel"]))
@click.option("--text", default="", metavar="TEXT", help="Why; a rejection needs it.")
@elsewhere
@pass_terminal
def review(terminal: Terminal, /, run: str, item: str, verdict: str, text: str, connect: str | None) -> None:
    """Review a block or container of RUN (support astronomers): take it, accept it, reject it with a reason, cancel it.

    \b
    Example:
        dfs p2 review 110.23XY.001 1000042 reject --text "the guide star is too faint"
    """
    with opened(terminal, connect) as phase2:
        found = phase2.api.review(_number(chosen(phase2.run(run), item)), verdict, text)
    status = found.get("obStatus") or found.get("containerStatus")
    terminal.emit({"item": found}, lambda console: console.print(f"{found['name']}: {status}"))


@p2.command("open")
@click.argument("run")
@elsewhere
@pass_terminal
def open_(terminal: Terminal, /, run: str, connect: str | None) -> None:
    """Let RUN, of which the observatory was notified, be changed again (support astronomers).

    \b
    Example:
        dfs p2 open 110.23XY.001
    """
    with opened(terminal, connect) as phase2:
        found = phase2.api.open_run(phase2.run(run).run_id)
    terminal.emit({"run": found}, lambda console: console.print(f"{found['progId']}: {found['state']}"))


@p2.command("waive")
@click.argument("run")
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@elsewhere
@pass_terminal
def waive(terminal: Terminal, /, run: str, codes: tuple[str, ...], connect: str | None) -> None:
    """Waive rules in RUN (support astronomers), by the codes that verify lists; these are all: none takes waivers back.

    \b
    Examples:
        dfs p2 waive 110.23XY.001 block-too-long
        dfs p2 waive 110.23XY.001
    """
    from dfs.errors import UsageError
    from dfs.phase2.verification.registry import rules

    known = [one.code for one in rules() if one.waivable]
    wrong = next((one for one in codes if one not in known), None)
    if wrong is not None:
        raise UsageError(f"{wrong!r} is no rule that may be waived", where="CODE", accepted=", ".join(known))
    with opened(terminal, connect) as phase2:
        found = phase2.api.set_run(phase2.run(run).run_id, {"waivers": list(codes)})
    told = ", ".join(codes) or "nothing"
    terminal.emit({"run": found}, lambda console: console.print(f"{found['progId']}: waived: {told}"))


@p2.command("execute")
@click.argument("run")
@click.argument("item")
@click.argument("event", type=click.Choice(["start", "end", "abort"]))
@click.option(
    "--grade",
    type=click.Choice(["A", "B", "C", "D", "X"]),
    help="Of an end: within constraints, almost, out of them ...",
)
@click.option("--comment", metavar="TEXT", help="Of the operator.")
@elsewhere
@pass_terminal
def execute(
    terminal: Terminal, /, run: str, item: str, event: str, grade: str | None, comment: str | None, connect: str | None
) -> None:
    """Tell that a block of RUN is started, has ended with a grade, or is aborted (operators).

    \b
    Examples:
        dfs p2 execute 110.23XY.001 1000042 start
        dfs p2 execute 110.23XY.001 1000042 end --grade A
    """
    details = {key: value for key, value in (("grade", grade), ("comment", comment)) if value is not None}
    with opened(terminal, connect) as phase2:
        found = phase2.api.execute(_number(chosen(phase2.run(run), item)), event, details)
    terminal.emit({"item": found}, lambda console: console.print(f"{found['name']}: {found['obStatus']}"))


def _number(one: Any) -> int:
    from dfs.phase2.client import Block

    return one.ob_id if isinstance(one, Block) else int(one.container_id)


def _object(path: Path) -> dict[str, Any]:
    from dfs.errors import DataError, NotFoundError

    if not path.is_file():
        raise NotFoundError(f"there is no file {path}", where="--document")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"no JSON: {error}", where=path.name) from None
    if not isinstance(found, dict):
        raise DataError("no JSON object", where=path.name, accepted='{"pi": {...}, "targets": [...]}')
    return found
