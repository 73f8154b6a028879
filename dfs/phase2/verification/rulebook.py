"""The files of rules, in the order in which their findings are shown."""

from __future__ import annotations

__all__ = ["read"]


def read() -> None:
    """Have every rule entered in the register."""
    from dfs.phase2.verification.rules import (  # noqa: F401 - importing a file enters its rules
        identity,
        target,
        windows,
    )
