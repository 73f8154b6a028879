"""The access policy of docs/access.md, written from its text alone; it shares no code with the package.

A world is plain data: `frames` {id: {archived, catg, run, instrument, parents}}, `days` and `hidden` {run or programme: value},
`relations` [(user, relation, scope)] in force, `roles` {user: set}, `closed` set of users.  Times are datetimes.
"""

from __future__ import annotations

from datetime import timedelta


def programme_of(run):
    if run.endswith(")"):
        return run[: run.index("(")]
    parts = run.split(".")
    return ".".join(parts[:2]) if len(parts) == 3 else run


def period_days(world, run):
    for name in (run, programme_of(run)):
        if world["days"].get(name) is not None:
            return world["days"][name]
    return 365


def restrictions(world, name):
    """{run: until} of a file."""
    file = world["frames"][name]
    if file["parents"]:
        merged = {}
        for parent in file["parents"]:
            for run, until in restrictions(world, parent).items():
                if until > file["archived"] and (run not in merged or merged[run] < until):
                    merged[run] = until
        return merged
    days = 0 if file["catg"] == "CALIB" else period_days(world, file["run"])
    return {file["run"]: file["archived"] + timedelta(days=days)} if days else {}


def is_hidden(world, name):
    """Metadata-protected."""
    file = world["frames"][name]
    if not restrictions(world, name):
        return False
    if file["parents"]:
        return any(is_hidden(world, parent) for parent in file["parents"])
    return any(world["hidden"].get(one) for one in (file["run"], programme_of(file["run"])))


def may(world, user, action, name, now):
    """Whether `user` (None: anonymous) may do "METADATA" or "DATA" to the file `name` at `now`."""
    alive = user is not None and user not in world["closed"]
    roles = world["roles"].get(user, set()) if alive else set()
    if roles & {"owner", "operator", "archive"}:
        return True
    if action == "METADATA" and not is_hidden(world, name):
        return True
    mine = [(relation, scope) for who, relation, scope in world["relations"] if alive and who == user]
    if ("instrument-team", world["frames"][name]["instrument"]) in mine:
        return True
    for run, until in restrictions(world, name).items():
        share = run != "" and any(
            relation in ("pi", "coi", "data-delegate") and scope in (run, programme_of(run)) for relation, scope in mine
        )
        if until > now and not share:
            return False
    return True
