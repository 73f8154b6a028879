"""``dfs user``: accounts, and who is what to which programme."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any

import click

from dfs.cli.output import Group, Terminal, pass_terminal
from dfs.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["user"]

# Never on the command line: that is for everybody on the machine to see, and stays in the shell's history.
_password = click.option(
    "--password-file",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE",
    help="File whose first line is the password; - is standard input.",
)


@click.group("user", cls=Group)
def user() -> None:
    """Make, change and close accounts; say who is what to which programme.

    \b
    Examples:
        dfs user add astro --password-file secret.txt --email astro@example.org
        dfs user relate astro pi 108.22F6
    """


@user.command("add")
@click.argument("name")
@_password
@click.option(
    "--role", "roles", multiple=True, metavar="ROLE", help="owner, operator, archive, support; may be repeated."
)
@click.option("--email", metavar="ADDRESS", help="By which a PI finds the account to delegate to it.")
@click.option("--full-name", default="", metavar="TEXT", help="As people know him or her.")
@click.option("--affiliation", metavar="TEXT", help="Institute.")
@pass_terminal
def add(
    terminal: Terminal,
    name: str,
    password_file: IO[str] | None,
    roles: tuple[str, ...],
    email: str | None,
    full_name: str,
    affiliation: str | None,
) -> None:
    """Make the account NAME; without a password it is for the configured sign-in service only.

    \b
    Examples:
        dfs user add astro --password-file secret.txt --email astro@example.org
        dfs user add night --password-file - --role operator < secret.txt
    """
    password = None if password_file is None else _read(password_file)
    with terminal.open() as observatory:
        made = observatory.accounts.add(
            name, password, email=email, full_name=full_name, affiliation=affiliation, roles=roles
        )
    _done(terminal, {"user": asdict(made) | {"created": f"{made.created}Z"}}, f"account {made.name} made")


@user.command("list")
@pass_terminal
def list_users(terminal: Terminal) -> None:
    """List accounts and what each is to which programme or instrument.

    \b
    Example:
        dfs user list --json
    """
    with terminal.open() as observatory:
        accounts, relations = observatory.accounts.list(), observatory.relations.list()

    def show(console: Console) -> None:
        for one in accounts:
            state = "" if one.active else "  closed"
            console.print(f"{one.name:<20} {one.email or '-':<32} {', '.join(one.roles) or '-'}{state}", markup=False)
            for relation in relations:
                if relation.user == one.name:
                    console.print(
                        f"{'':<20} {relation.role} of {relation.scope} since {relation.granted}", markup=False
                    )

    document = {
        "users": [asdict(one) | {"created": f"{one.created}Z"} for one in accounts],
        "relations": [asdict(one) | {"granted": f"{one.granted}Z"} for one in relations],
    }
    terminal.emit(document, show)


@user.command("set-password")
@click.argument("name")
@_password
@pass_terminal
def set_password(terminal: Terminal, name: str, password_file: IO[str] | None) -> None:
    """Give NAME a new password; whoever is signed in with the old one is signed out.

    \b
    Example:
        dfs user set-password astro --password-file secret.txt
    """
    if password_file is None:
        raise UsageError("no password is given", accepted="--password-file FILE")
    with terminal.open() as observatory:
        observatory.accounts.set_password(name, _read(password_file))
    _done(terminal, {"user": name}, f"{name} has a new password")


@user.command("set-roles")
@click.argument("name")
@click.argument("roles", nargs=-1, metavar="[ROLE]...")
@pass_terminal
def set_roles(terminal: Terminal, name: str, roles: tuple[str, ...]) -> None:
    """Set what NAME is to the whole observatory; without a role he is a user as any other.

    \b
    Example:
        dfs user set-roles night operator
    """
    with terminal.open() as observatory:
        observatory.accounts.set_roles(name, roles)
    _done(terminal, {"user": name, "roles": roles}, f"{name}: {', '.join(roles) or 'no role'}")


@user.command("deactivate")
@click.argument("name")
@pass_terminal
def deactivate(terminal: Terminal, name: str) -> None:
    """Close the account NAME: what is personal goes, the name stays in the audit trail and is not given again.

    \b
    Example:
        dfs user deactivate astro
    """
    with terminal.open() as observatory:
        observatory.accounts.deactivate(name)
    _done(terminal, {"user": name}, f"{name} is closed")


@user.command("relate")
@click.argument("name")
@click.argument("role")
@click.argument("scope")
@pass_terminal
def relate(terminal: Terminal, name: str, role: str, scope: str) -> None:
    """Let NAME be ROLE of SCOPE: a programme with all its runs, a run, or an instrument.

    ROLE is pi, coi, data-delegate, phase2-delegate, phase3-delegate or instrument-team.

    \b
    Examples:
        dfs user relate astro pi 108.22F6
        dfs user relate builder instrument-team EFOSC2
    """
    with terminal.open() as observatory:
        made = observatory.relations.relate(name, role, scope)
    _done(terminal, {"relation": asdict(made) | {"granted": f"{made.granted}Z"}}, f"{name} is {role} of {made.scope}")


@user.command("unrelate")
@click.argument("name")
@click.argument("role")
@click.argument("scope")
@pass_terminal
def unrelate(terminal: Terminal, name: str, role: str, scope: str) -> None:
    """Let NAME be ROLE of SCOPE no more; it counts from the next request on.

    \b
    Example:
        dfs user unrelate astro data-delegate 108.22F6.001
    """
    with terminal.open() as observatory:
        observatory.relations.unrelate(name, role, scope)
    _done(terminal, {"user": name, "role": role, "scope": scope}, f"{name} is {role} of {scope} no more")


@user.command("rotate-keys")
@click.option("--at-once", is_flag=True, help="Old keys stop now: everybody has to sign in again.")
@pass_terminal
def rotate_keys(terminal: Terminal, at_once: bool) -> None:
    """Let a new key sign tokens; the old one verifies those it signed until they expire.

    \b
    Example:
        dfs user rotate-keys
    """
    with terminal.open() as observatory:
        made = observatory.signing_keys.rotate(at_once=at_once)
    _done(terminal, {"key": made.id, "algorithm": made.algorithm}, f"key {made.id} signs from now on")


def _read(file: IO[str]) -> str:
    """Return the first line of a password file."""
    if file is sys.stdin and sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, err=True))
    try:
        return file.readline().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise UsageError("the password file is no text", accepted="UTF-8") from error


def _done(terminal: Terminal, document: dict[str, Any], line: str) -> None:
    terminal.emit(document, lambda console: console.print(line, markup=False))
