"""The programmes of the demonstration and the people in it: made once, left alone when they are there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from dfs.observatory import Observatory

__all__ = ["prepare", "require_demonstration", "told"]


def told() -> Mapping[str, Any]:
    """Return what ``demo.toml`` beside this module says of programmes and people."""
    return tomllib.loads(Path(__file__).with_name("demo.toml").read_text(encoding="utf-8"))


def require_demonstration(observatory: Observatory) -> None:
    """Raise `ConflictError` unless the observatory is empty or a demonstration: here accounts are made whose passwords everybody knows."""
    accounts = [one for one in observatory.accounts.list() if "owner" not in one.roles]
    ours = {person["email"] for person in told()["people"].values()}
    in_use = "accounts" if accounts and not any(one.email in ours for one in accounts) else ""
    in_use = in_use or ("frames" if _has_real_frames(observatory) else "")
    if in_use:
        raise ConflictError(
            f"this observatory is in use: it has {in_use} of its own",
            where=str(observatory.root),
            hint="the demonstration makes accounts whose passwords everybody knows; give it a folder of its own: dfs --root demo demo",
        )


def prepare(observatory: Observatory) -> None:
    """Set the programmes, make the accounts, relate them; what is so already stays."""
    demonstration = told()
    for programme, values in demonstration["programmes"].items():
        if not _is_set(observatory, programme, values):
            observatory.programmes.set(programme, **values)
    known = {one.name for one in observatory.accounts.list()}
    for name, person in demonstration["people"].items():
        about = {key: person[key] for key in ("full_name", "email", "affiliation")}
        if name not in known:
            observatory.accounts.add(name, demonstration["password"], **about, roles=person.get("roles", ()))
        for role, scope in person.get("relations", ()):
            _relate(observatory, name, role, scope)


def _has_real_frames(observatory: Observatory) -> bool:
    """Tell whether there is a raw frame that does not say of itself that a simulator drew it."""
    from sqlalchemy import select

    from dfs.store.tables import files, headers

    query = select(headers.c.keywords).select_from(files.outerjoin(headers, headers.c.dp_id == files.c.dp_id))
    with observatory.database.read() as connection:
        found = connection.execute(query.where(files.c.kind == "raw")).scalars()
        return any(not (keywords or {}).get("ESO SIM STATE") for keywords in found)


def _is_set(observatory: Observatory, programme: str, values: Mapping[str, Any]) -> bool:
    try:
        found = observatory.programmes.find(programme)
    except NotFoundError:
        return False
    return all(getattr(found, name) == value for name, value in values.items())


def _relate(observatory: Observatory, name: str, role: str, scope: str) -> None:
    try:
        observatory.relations.relate(name, role, scope)
    except ConflictError:
        return  # he is so already
