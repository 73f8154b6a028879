"""The current user as an injected part: an embedded observatory has one, a server asks the token."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["CurrentUser", "EmbeddedUser"]


class CurrentUser(Protocol):
    """Whoever acts now."""

    @property
    def name(self) -> str:
        """Account name, as it goes to the audit trail."""
        ...

    @property
    def roles(self) -> frozenset[str]:
        """What this user is to the observatory."""
        ...


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container may run under a number without a name
        return "unknown"


@dataclass(frozen=True)
class EmbeddedUser:
    """The single user of an embedded observatory: whoever is logged in, with every right."""

    name: str = field(default_factory=_login_name)
    roles: frozenset[str] = frozenset({"owner"})
