"""Spectra that can be chosen by name, as a list for people."""

from __future__ import annotations

from functools import cache
from typing import Any

__all__ = ["template_options"]


@cache
def template_options() -> tuple[dict[str, Any], ...]:
    """Return value, label and group of every template."""
    from dfs.etc.spectra.templates import templates

    found = templates()
    rows = found.items() if hasattr(found, "items") else ((getattr(one, "name", one), one) for one in found)
    return tuple(
        {
            "value": str(name),
            "label": str(getattr(about, "label", "") or name),
            "group": str(getattr(about, "group", "")),
        }
        for name, about in rows
    )
