"""The policy of phase 2: who may do what to which observing run.  Pure.

========  ===========================================================================================
read      PI, co-investigators and phase-2 delegate of the run; support astronomers, operators, whoever
          keeps programmes; the owner
edit      PI and phase-2 delegate; the owner.  Support and operators write comments, not blocks
review    support astronomers, operators, the owner; they also waive rules for a run
execute   operators, the owner
manage    who may change programmes: makes runs, changes and ends them
========  ===========================================================================================

Sharing a programme's data (data delegate, instrument team) opens no run.
"""

from __future__ import annotations

from enum import Enum

from dfs.access.policy import Standing
from dfs.access.roles import Power, may
from dfs.access.runs import scopes_of
from dfs.errors import AccessError

__all__ = ["Deed", "allows", "is_delegate", "is_pi", "require_deed", "sees_all_runs"]


class Deed(Enum):
    """Something done to an observing run; the value completes "you may not ..."."""

    READ = "see"
    EDIT = "change"
    REVIEW = "review"
    EXECUTE = "execute"
    MANAGE = "manage"


_RELATIONS = {
    Deed.READ: frozenset({"pi", "coi", "phase2-delegate"}),
    Deed.EDIT: frozenset({"pi", "phase2-delegate"}),
}
_ROLES = {
    Deed.READ: frozenset({"owner", "operator", "support"}),
    Deed.EDIT: frozenset({"owner"}),
    Deed.REVIEW: frozenset({"owner", "operator", "support"}),
    Deed.EXECUTE: frozenset({"owner", "operator"}),
}
_ABLE = {
    Deed.READ: "its PI, co-investigators and phase-2 delegate",
    Deed.EDIT: "its PI and phase-2 delegate",
    Deed.REVIEW: "role support, operator, owner",
    Deed.EXECUTE: "role operator, owner",
    Deed.MANAGE: "role operator, archive, owner",
}


def allows(who: Standing, deed: Deed, run: str) -> bool:
    """Tell whether `who` may do `deed` to the run with the identifier `run`, e.g. ``110.23XY.001``."""
    if deed in {Deed.MANAGE, Deed.READ} and may(who, Power.MANAGE_PROGRAMMES):
        return True
    if not _ROLES.get(deed, frozenset()).isdisjoint(who.roles):
        return True
    return any((role, scope) in who.relations for role in _RELATIONS.get(deed, ()) for scope in scopes_of(run))


def sees_all_runs(who: Standing) -> bool:
    """Tell whether no run is closed to him."""
    return may(who, Power.MANAGE_PROGRAMMES) or not _ROLES[Deed.READ].isdisjoint(who.roles)


def is_pi(who: Standing, run: str) -> bool:
    """Tell whether the run is his own."""
    return any(("pi", scope) in who.relations for scope in scopes_of(run))


def is_delegate(who: Standing, run: str) -> bool:
    """Tell whether he prepares the run for its PI."""
    return any(("phase2-delegate", scope) in who.relations for scope in scopes_of(run))


def require_deed(who: Standing, deed: Deed, run: str) -> None:
    """Raise `AccessError` unless `who` may do `deed` to `run`."""
    if not allows(who, deed, run):
        raise AccessError(f"you may not {deed.value} run {run}", accepted=_ABLE[deed], hint="ask its PI or an operator")
