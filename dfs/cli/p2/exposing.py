"""``dfs p2 etc``: what the exposures of a block give, and a calculation taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Terminal, pass_terminal
from dfs.cli.p2.group import chosen, elsewhere, opened, p2

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.phase2.client import Block
    from dfs.phase2.exposure_times import ExposureResult, Taken

__all__ = ["etc"]


@p2.command("etc")
@click.argument("run")
@click.argument("block")
@click.option("--mag", type=float, help="Magnitude of the target, kept in the comments of the block.")
@click.option("--band", metavar="NAME", help="Band of the magnitude.")
@click.option("--sed", metavar="SPECTRUM", help="Its spectrum: blackbody:5800, template:NAME, flat_lambda ...")
@click.option(
    "--take", metavar="FILE|LINK", help="Take over a calculation: a document of dfs etc --json, or a link of the page."
)
@click.option(
    "--only",
    metavar="NAME,...",
    help="Of it only these: exposure, slit, airmass, seeing, brightness ...; default what was asked.",
)
@click.option("--template", type=int, metavar="N", help="Into which template, from 0; default the first of science.")
@click.option("--arm", default="", metavar="NAME", help="Into which arm: UVB, VIS, NIR, blue, red.")
@click.option("--yes", is_flag=True, help="Write; without it only shown.")
@elsewhere
@pass_terminal
def etc(terminal: Terminal, /, run: str, block: str, connect: str | None, **given: Any) -> None:
    """Show signal-to-noise and saturation of BLOCK of RUN at the limits of its constraints; take over a calculation.

    \b
    Examples:
        dfs p2 etc 110.23XY.001 "NGC 1365 300V" --mag 21.3 --band R
        dfs etc FORS2 --mode lss --grism 300V --slit 1 --mag 22 --snr 10 --json > case.json
        dfs p2 etc 110.23XY.001 "NGC 1365 300V" --take case.json         what would change
        dfs p2 etc 110.23XY.001 "NGC 1365 300V" --take case.json --yes   change it
    """
    from dfs.errors import UsageError
    from dfs.phase2.client import Block

    with opened(terminal, connect) as phase2:
        whole = phase2.run(run)
        found = chosen(whole, block)
        if not isinstance(found, Block):
            raise UsageError(f"{block} is no block", where="BLOCK", accepted="an observation block")
        bright = {name: given[name] for name in ("mag", "band", "sed") if given[name] is not None}
        if bright:
            found.brightness(**bright)
        if given["only"] and not given["take"]:
            raise UsageError("--only says what of a calculation is taken over", where="--only", hint="--take FILE|LINK")
        changes, left, told = _taken_over(found, given) if given["take"] else ([], [], "")
        answers = found.exposure_times()
        is_written = given["yes"] and bool(bright or changes)
        if is_written:
            whole.push()
        document = _document(found, list(answers), changes, left, told, written=is_written)

    def show(console: Console) -> None:
        for one in changes:
            console.print(f"{one.path}: {one.before} -> {one.after}", highlight=False)
        for one in left:
            why = "not among --only" if given["only"] else "a default of the calculation; --only takes it"
            console.print(f"{one.path}: stays {one.before}, not {one.after} ({why})", highlight=False)
        console.print(str(answers), highlight=False)
        if told:
            console.print(told, highlight=False)
        if bright or changes:
            console.print("written" if is_written else "nothing is written: --yes writes it")

    terminal.emit(document, show)


def _taken_over(found: Block, given: dict[str, Any]) -> tuple[list[Taken], list[Taken], str]:
    """Return what is taken over, what is left as it is, and what the block gives otherwise than calculated."""
    from dfs.etc.calculator import Calculator
    from dfs.phase2.exposure_times import snr_told

    only = None if given["only"] is None else [one.strip() for one in given["only"].split(",") if one.strip()]
    result = Calculator().of(given["take"])
    where = given["template"], given["arm"]
    offered = found.take_over(result, *where, write=False)
    changes = found.take_over(result, *where, only=only)
    left = [one for one in offered if one not in changes]
    index = found.etc_index(given["template"])
    mine = (one for one in found.exposure_times() if one.question.index == index)
    arm = given["arm"].casefold()
    answer = next((one for one in mine if not arm or one.question.arm.casefold() == arm), None)
    return changes, left, snr_told(result, None if answer is None or answer.result is None else answer.result.snr)


def _document(
    block: Block, answers: list[ExposureResult], changes: list[Taken], left: list[Taken], told: str, *, written: bool
) -> dict[str, Any]:
    return {
        "block": block.name,
        "answers": [_answer(one) for one in answers],
        "changes": [_change(one) for one in changes],
        "left": [_change(one) for one in left],
        "note": told,
        "written": written,
    }


def _change(one: Taken) -> dict[str, Any]:
    return {"path": one.path, "before": one.before, "after": one.after}


def _answer(one: ExposureResult) -> dict[str, Any]:
    result, peak = one.result, one.peak
    return {
        "template": one.question.template,
        "index": one.question.index,
        "arm": one.question.arm,
        "inputs": dict(one.question.inputs),
        "problem": one.problem,
        "snr": None if result is None else result.snr,
        "at_nm": None if result is None else result.at_nm,
        "median_snr": one.median_snr,
        "best_snr": one.best_snr,
        "exposure_s": None if result is None else result.exposure_s,
        "saturates": None if peak is None else peak.is_saturated,
        "longest_safe_s": None if peak is None else peak.longest_safe_s,
    }
