"""The program: how every command begins and ends."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from dfs.cli import main as dfs_main
from dfs.cli.main import program
from dfs.cli.output import Command, Terminal, pass_terminal
from dfs.errors import DataError, UsageError


@pytest.fixture
def door(monkeypatch, tmp_path):
    """Add a command `probe` that does what the test says; return the way to call it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    acts = {}

    @click.command("probe", cls=Command)
    @click.option("--number", type=int, default=1)
    @pass_terminal
    def probe(terminal: Terminal, number: int) -> None:
        """Do what the test says."""
        acts["root"] = terminal.root
        acts["act"](terminal)

    program.add_command(probe)
    yield acts
    del program.commands["probe"]


def run(acts, act, *arguments):
    acts["act"] = act
    return dfs_main(list(arguments))


def test_root_before_and_after(door, tmp_path):
    """The same root whether it is named before or after the command."""
    for arguments in (["--root", str(tmp_path), "probe"], ["probe", "--root", str(tmp_path)]):
        assert run(door, lambda _: None, *arguments) == 0
        assert door["root"] == tmp_path
    assert run(door, lambda _: None, "probe") == 0
    assert door["root"] is None


def test_json_is_one_object(door, capsys):
    """One object, schema first, no NaN, whatever else is said."""

    def act(terminal):
        terminal.note("working")
        terminal.emit({"value": float("nan"), "path": Path("here")}, lambda console: console.print("no"))

    for arguments in (["probe", "--json"], ["--json", "probe"]):
        assert run(door, act, *arguments) == 0
        out, err = capsys.readouterr()
        document = json.loads(out, parse_constant=pytest.fail)
        assert next(iter(document)) == "schema"
        assert document == {"schema": "dfs.probe/1", "value": None, "path": str(Path("here").absolute())}
        assert err == "working\n"


def test_an_error_is_one_line(door, capsys):
    """File, keyword, what to do: in one line and exit 1; with --json the same as a document."""

    def act(_):
        raise DataError("keyword EXPTIME\nis missing", where="a.fits", keyword="EXPTIME", hint="leave it out")

    assert run(door, act, "probe", "--json") == 1
    out, err = capsys.readouterr()
    assert err == "dfs: a.fits: keyword EXPTIME is missing; leave it out\n"
    assert json.loads(out) == {
        "schema": "dfs.probe/1",
        "error": {
            "type": "DataError",
            "message": "keyword EXPTIME\nis missing",
            "where": "a.fits",
            "accepted": None,
            "hint": "leave it out",
        },
    }


@pytest.mark.parametrize(
    ("arguments", "schema"),
    [
        (["probe", "--number", "many", "--json"], "dfs.probe/1"),
        (["probe", "--unknown", "--json"], "dfs.probe/1"),
        (["nothing", "--json"], "dfs/1"),
        (["--json", "probe", "extra"], "dfs.probe/1"),
    ],
)
def test_usage_errors_exit_2(door, capsys, arguments, schema):
    """A wrong call exits 2 with one line, and with the error document when JSON was asked for."""
    assert run(door, lambda _: None, *arguments) == 2
    out, err = capsys.readouterr()
    assert err.count("\n") == 1
    document = json.loads(out)
    assert document["schema"] == schema
    assert document["error"]["type"] == "UsageError"


def test_our_own_usage_error_exits_2(door):
    """A wrong value found by a service exits 2, too."""

    def act(_):
        raise UsageError("no such thing")

    assert run(door, act, "probe") == 2


def test_ctrl_c_ends_in_one_line(door, capsys):
    """130 and one line, no traceback."""

    def act(_):
        raise KeyboardInterrupt

    assert run(door, act, "probe") == 130
    assert capsys.readouterr().err.count("\n") == 1


def test_full_disk_says_what_to_do(door, capsys):
    """An error of the operating system names the file and a remedy."""

    def act(_):
        raise OSError(errno.ENOSPC, "No space left on device", "/data/x.fits")

    assert run(door, act, "probe") == 1
    assert capsys.readouterr().err == (
        "dfs: /data/x.fits: No space left on device; free some space, then give the same command again\n"
    )


def test_names_that_are_no_text_are_told_and_logged(door, capsys, tmp_path, monkeypatch):
    """A file name may hold any bytes; what went wrong with it is said all the same."""
    name = os.fsdecode(b"\xff\xfe\n\x1b[31m.fits")
    monkeypatch.setattr(sys, "argv", ["dfs", "probe", name])

    def act(_):
        raise DataError("not a FITS file", where=name)

    assert run(door, act, "--root", str(tmp_path), "probe") == 1
    assert capsys.readouterr().err == "dfs: \\udcff\\udcfe \\x1b[31m.fits: not a FITS file\n"
    log = tmp_path / "log" / "dfs.log"
    assert not log.exists() or "not a FITS file" in log.read_text()


def test_a_traceback_goes_to_the_log_only(door, capsys, tmp_path):
    """The unexpected is one line, and the log has the rest."""

    def act(_):
        raise ZeroDivisionError("here")

    assert run(door, act, "probe", "--root", str(tmp_path)) == 1
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert err.count("\n") == 1
    log = tmp_path / "log" / "dfs.log"
    assert str(log) in err
    assert "Traceback" in log.read_text()
    assert "ZeroDivisionError: here" in log.read_text()


def test_an_exit_code_of_the_command_is_kept(door):
    """A command that prints a document and still failed says so by its exit code."""

    def act(_):
        click.get_current_context().exit(1)

    assert run(door, act, "probe") == 1


def test_help_imports_nothing_heavy():
    """``dfs --help`` and ``import dfs`` stay cheap."""
    code = (
        "import sys; from dfs.cli import main; main(['--help'])\n"
        "heavy = {'numpy', 'astropy', 'scipy', 'numba', 'bokeh', 'sqlalchemy', 'papermill', 'rich', 'pydantic'}\n"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Examples:" in done.stdout


def test_no_arguments_shows_the_help(capsys):
    """The bare program explains itself."""
    assert dfs_main([]) == 2
    assert "Commands:" in capsys.readouterr().err
