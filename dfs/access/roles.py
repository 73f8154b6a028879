"""What the roles of the whole observatory may do beside seeing files (for that see `dfs.access.policy`)."""

from __future__ import annotations

from enum import Enum

from dfs.access.policy import Standing
from dfs.errors import AccessError

__all__ = ["ROLES", "Power", "may", "require"]


class Power(Enum):
    """Something that not everybody may do; the value completes "you may not ..."."""

    READ_ACCOUNTS = "see other people's accounts and relations"
    MANAGE_ACCOUNTS = "change accounts"
    GIVE_ROLES = "give or take roles of the whole observatory"
    MANAGE_RELATIONS = "change who is what to a programme"
    MANAGE_PROGRAMMES = "change programmes"
    INGEST = "put files into the archive"
    MANAGE_KEYS = "change signing keys"
    SET_CLOCK = "set the clock"


_OPERATOR = frozenset(
    {Power.READ_ACCOUNTS, Power.MANAGE_ACCOUNTS, Power.MANAGE_RELATIONS, Power.MANAGE_PROGRAMMES, Power.INGEST}
)
ROLES: dict[str, frozenset[Power]] = {
    "owner": frozenset(Power),
    "operator": _OPERATOR,
    "archive": frozenset({Power.MANAGE_PROGRAMMES, Power.INGEST}),
    "support": frozenset({Power.READ_ACCOUNTS}),
}


def may(who: Standing, power: Power) -> bool:
    """Tell whether one of the roles of `who` gives `power`."""
    return any(power in ROLES.get(role, ()) for role in who.roles)


def require(who: Standing, power: Power) -> None:
    """Raise `AccessError` unless `who` has `power`."""
    if not may(who, power):
        able = ", ".join(role for role, powers in ROLES.items() if power in powers)
        raise AccessError(f"you may not {power.value}", accepted=f"role {able}", hint="ask an operator")
