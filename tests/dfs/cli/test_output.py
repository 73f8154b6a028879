"""What a terminal is shown."""

from __future__ import annotations

from pathlib import Path

from dfs.cli.output import Terminal


def test_names_give_a_terminal_no_orders(capsys):
    terminal = Terminal(root=Path(), command="p2 show")
    terminal.emit({}, lambda console: console.print("a\x1b[2Jb\x9b31m\tc\nd [bold] :bomb:"))
    assert capsys.readouterr().out == "a\ufffd[2Jb\ufffd31m\tc\nd [bold] :bomb:\n".expandtabs(8)
