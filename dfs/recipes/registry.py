"""Which recipes there are; each is imported when it is asked for."""

from __future__ import annotations

import difflib
from importlib import import_module
from importlib.metadata import entry_points

from dfs.errors import NotFoundError
from dfs.recipes.contract import Recipe

__all__ = ["all_recipes", "find", "names"]

# In the order of a reduction.
_OWN = ("bias", "flat_spectrum", "flat_image", "arc", "standard", "science_spectrum", "science_image")
_GROUP = "dfs.recipes"


def names() -> tuple[str, ...]:
    """Return the names of all recipes: ours, then those of other packages (entry points ``dfs.recipes``)."""
    return (*_OWN, *sorted(point.name for point in entry_points(group=_GROUP)))


def find(name: str) -> Recipe:
    """Return the recipe called `name`; `NotFoundError` names the nearest."""
    if name in _OWN:
        recipe = import_module(f"dfs.recipes.{name}").RECIPE
    else:
        recipe = next((point.load() for point in entry_points(group=_GROUP, name=name)), None)
    if not isinstance(recipe, Recipe):
        near = difflib.get_close_matches(name, names(), n=1)
        raise NotFoundError(
            f"there is no recipe {name!r}",
            accepted=", ".join(names()),
            hint=f"did you mean {near[0]}?" if near else "see: dfs recipe list",
        )
    return recipe


def all_recipes() -> tuple[Recipe, ...]:
    """Return all recipes in the order of a reduction."""
    return tuple(find(name) for name in names())
