"""``dfs etc INSTRUMENT ...``: one question, or a grid of them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.etc.options import control_options, named_by_option
from dfs.cli.etc.writing import replacing
from dfs.cli.output import Command, Terminal, pass_terminal
from dfs.errors import DfsError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.etc.request import Request
    from dfs.etc.result import Result

__all__ = ["ask"]


class _Question(Command):
    """A command without a word of its own."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line of usage, without the gap where the word would be."""
        formatter.write_usage(ctx.command_path.strip(), " ".join(self.collect_usage_pieces(ctx)))


_SERVER = re.compile(r"https?://[^/?#\s]+(/\S*)?$", re.IGNORECASE)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("ask", cls=_Question)
@click.argument("words", nargs=-1, metavar="[INSTRUMENT] [AXIS=VALUES]...")
@click.option(
    "--input",
    "source",
    metavar="FILE",
    help="A question that was kept: our document, ESO's JSON, or a link; - reads standard input.",
)
@click.option("--table", type=_FILE, metavar="FILE", help="Write the spectrum: .ecsv, .fits, .csv or .parquet.")
@click.option("--plot", type=_FILE, metavar="FILE", help="Write the plots: .html.")
@click.option("--grid", is_flag=True, help="Every combination of AXIS=VALUES, e.g. seeing=0.6:1.2:0.1 airmass=1,1.5.")
@click.option(
    "--limit", metavar="SNR", help="How faint: the magnitude (of a line: the flux) with this signal-to-noise."
)
@click.option("--python", is_flag=True, help="Print the Python that asks this, and compute nothing.")
@click.option("--link", metavar="URL", help="Print the permanent link to this on a server, and compute nothing.")
@click.option("--eso", type=_FILE, metavar="FILE", help="Write the question as ESO's calculator reads it.")
@click.option("--connect", metavar="URL", help="Let a running dfs serve compute.")
@control_options
@pass_terminal
def ask(
    terminal: Terminal,
    /,
    words: tuple[str, ...],
    source: str | None,
    table: Path | None,
    plot: Path | None,
    grid: bool,
    limit: str | None,
    python: bool,
    link: str | None,
    eso: Path | None,
    connect: str | None,
    **controls: Any,
) -> None:
    """Compute the signal-to-noise of an exposure, or the exposure that a signal-to-noise asks.

    \b
    Examples:
        dfs etc FORS2 --mode lss --grism 300V --slit 1.0 --sed blackbody:5800 --mag 22 --exposure 1800
        dfs etc FORS2 --filter v_HIGH --mag 25 --snr 10 --days-from-new-moon 3 --json > case.json
        dfs etc --input case.json --seeing 1.2 --table case.ecsv --plot case.html
        dfs etc FORS2 --filter R_SPECIAL --exposure 3600 --limit 5
        dfs etc FORS2 --mag 24 --exposure 600 --grid seeing=0.6:1.2:0.1 airmass=1,1.5 --table grid.parquet
        dfs etc list FORS2          what can be chosen
        dfs etc templates           spectra, bands

    Options are stronger than the file.  Numbers may have a unit: --slit 0.7arcsec, --exposure 30min, --at 6563AA.
    """
    try:
        _ask(terminal, words, controls, (source, table, plot, grid, limit, python, link, eso, connect))
    except DfsError as error:
        raise named_by_option(error) from error.__cause__


def _ask(terminal: Terminal, words: tuple[str, ...], controls: dict[str, Any], given: tuple[Any, ...]) -> None:
    from dfs.etc.documents.mapping import merged, request_of, whole
    from dfs.etc.reading import Question, read_question

    source, table, plot, grid, limit, python, link, eso, connect = given
    instrument, axes = _words(words)
    _check_addresses(source, link, connect)
    if (grid or axes) and not (grid and axes):
        raise UsageError("--grid and AXIS=VALUES belong together", where="--grid", accepted="--grid seeing=0.6:1.2:0.1")
    question = Question({}) if source is None else read_question(_opened(source), instrument=instrument)
    options = {name: value for name, value in {"instrument": instrument, **controls}.items() if value is not None}
    said = merged(question.inputs, options)
    if axes:
        from dfs.cli.etc.gridding import compute_grid

        compute_grid(terminal, said, axes, table)
        return
    request = whole(request_of(said if limit is None else _with_brightness(said)))
    if eso is not None:
        _write_eso(terminal, request, eso)
    if python or link:
        _print_making(terminal, request, python, link, connect)
        return
    result = question.noted(_answered(request, connect) if limit is None else _limit(request, limit))
    _write(terminal, result, table, plot)
    from dfs.cli.etc.showing import show_result
    from dfs.etc.documents.answers import document_of

    terminal.emit(document_of(result), lambda console: show_result(console, result))


def _words(words: tuple[str, ...]) -> tuple[str | None, dict[str, str]]:
    """Return the instrument and the axes among the arguments."""
    axes: dict[str, str] = {}
    for name, _, values in (word.partition("=") for word in words if "=" in word):
        if name in axes:
            raise UsageError(f"the axis {name[:60]!r} is given twice", where="--grid", accepted=f"{name}=1,2,3 once")
        axes[name] = values
    names = [word for word in words if "=" not in word]
    if len(names) > 1:
        raise UsageError(
            f"{names[1]!r} is one word too many", where="INSTRUMENT", accepted="one instrument, AXIS=VALUES"
        )
    return (names[0] if names else None), axes


def _check_addresses(source: str | None, link: str | None, connect: str | None) -> None:
    """Refuse what is no address, or no file."""
    if source is not None and not source.strip():
        accepted = "a document, ESO's JSON, a link, or - for standard input"
        raise UsageError("no file is named", where="--input", accepted=accepted)
    for option, address in (("--link", link), ("--connect", connect)):
        if address is not None and not _SERVER.match(address):
            raise UsageError(f"{address[:200]!r} is no server", where=option, accepted="http://HOST or https://HOST")


def _opened(source: str) -> Any:
    """Return what `--input` names: of ``-`` what standard input holds."""
    if source != "-":
        return source
    from dfs.etc.reading import BYTES_MOST, parsed

    content = sys.stdin.buffer.read(BYTES_MOST + 1)
    if len(content) > BYTES_MOST:
        raise UsageError("it is too long", where="--input -", accepted=f"at most {BYTES_MOST} bytes")
    return parsed(content, "standard input")


def _answered(request: Request, connect: str | None) -> Result:
    if connect:
        from dfs.connection import connect as reach

        with reach(connect) as there:
            return there.etc.answer(request)
    from dfs.etc.engine.calculation import calculate

    return calculate(request)


def _with_brightness(said: dict[str, Any]) -> dict[str, Any]:
    """Return the question with some brightness, which a limit does not ask for."""
    if str(said.get("sed", "")).startswith("line"):
        return {**said, "line_flux": 1e-16}
    return {**said, "mag": 20.0}


def _limit(request: Request, snr: str) -> Result:
    from dfs.etc.engine.limit import limit
    from dfs.etc.quantities import number

    return limit(request, number(snr, "", "--limit"))


def _write(terminal: Terminal, result: Result, table: Path | None, plot: Path | None) -> None:
    if table is not None:
        from dfs.etc.showing.tables import table_of, write_table

        with replacing(terminal, table):
            write_table(table_of(result), table)
    if plot is not None:
        from dfs.etc.showing.plots import write_page

        with replacing(terminal, plot):
            write_page(result, plot)


def _write_eso(terminal: Terminal, request: Request, path: Path) -> None:
    import json

    from dfs.errors import ServiceError
    from dfs.etc.eso_json import write_eso

    document, notes = write_eso(request)
    try:
        with replacing(terminal, path):
            path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise ServiceError(f"cannot be written: {error.strerror}", where=str(path)) from error
    for note in notes:
        terminal.note(f"dfs: {note}")


def _print_making(terminal: Terminal, request: Request, python: bool, link: str | None, connect: str | None) -> None:
    """Print the script or the link."""
    from dfs.etc.documents.links import link as link_of
    from dfs.etc.documents.mapping import inputs
    from dfs.etc.documents.scripts import script

    made: dict[str, Any] = {"inputs": inputs(request)}
    if python:
        made["python"] = script(request, connect)
    if link:
        made["link"] = link_of(request, link)

    def show(console: Console) -> None:
        for name in ("python", "link"):
            if name in made:
                console.print(made[name].rstrip("\n"), soft_wrap=True)

    terminal.emit(made, show)
