"""Spectra that can be chosen by name, as a list for people."""

from __future__ import annotations

from functools import cache

__all__ = ["template_options"]

_GROUPS = (
    ("main-sequence", "Main sequence"),
    ("supergiant", "Supergiants"),
    ("giant", "Giants"),
    ("galaxy", "Galaxies"),
    ("quasar", "Galaxies"),
)


@cache
def template_options() -> tuple[dict[str, str], ...]:
    """Return value, label and group of every template."""
    from dfs.etc.spectra.templates import templates

    return tuple(
        {"value": name, "label": about if name in about else f"{name}: {about}", "group": _group(about)}
        for name, about in templates().items()
    )


def _group(about: str) -> str:
    return next((group for word, group in _GROUPS if word in about), "Others")
