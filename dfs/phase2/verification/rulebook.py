"""The files of rules, in the order in which their findings are shown."""

from __future__ import annotations

from functools import cache

__all__ = ["read"]


@cache
def read() -> None:
    """Have every rule entered in the register."""
    from dfs.phase2.verification.rules import (  # noqa: F401, I001 - importing a file enters its rules, in this order
        identity,
        target,
        constraints,
        templates,
        parameters,
        observing,
        windows,
        ephemeris,
        physics,
        saturation,
        containers,
        time_links,
        runs,
    )
