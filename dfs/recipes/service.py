"""The recipes of an observatory, as a notebook uses them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dfs.clock import Clock
from dfs.progress import Progress
from dfs.recipes import registry
from dfs.recipes.contract import Recipe
from dfs.recipes.runner import RunResult, run_recipe
from dfs.recipes.sof import SofEntry, read_sof

__all__ = ["Recipes"]


class Recipes(Mapping[str, Recipe]):
    """All recipes by name.

    >>> recipes = Recipes()
    >>> recipes["bias"].summary                       # doctest: +SKIP
    >>> recipes.run("bias", "night.sof", output_dir="out", kappa=4.0)     # doctest: +SKIP
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock

    def __getitem__(self, name: str) -> Recipe:
        return registry.find(name)

    def __contains__(self, name: object) -> bool:
        return name in registry.names()

    def __iter__(self) -> Iterator[str]:
        return iter(registry.names())

    def __len__(self) -> int:
        return len(registry.names())

    def run(
        self,
        name: str,
        frames: str | Path | Mapping[str, Sequence[str | Path]],
        *,
        output_dir: str | Path = ".",
        progress: Progress | None = None,
        **parameters: Any,
    ) -> RunResult:
        """Run recipe `name` and write its products into `output_dir`; nothing is archived.

        Parameters
        ----------
        frames
            A set-of-frames file, or tag -> paths, e.g. ``{"BIAS": ["b1.fits", "b2.fits", "b3.fits"]}``.
        progress
            Where to report; default nowhere.
        **parameters
            The recipe's parameters (``dfs recipe show NAME``).

        Raises
        ------
        NotFoundError, UsageError, DataError, ServiceError
            As `dfs.recipes.runner.prepare`.
        """
        entries: Sequence[SofEntry]
        if isinstance(frames, Mapping):
            entries = [SofEntry(Path(path).resolve(), tag) for tag, paths in frames.items() for path in paths]
        else:
            entries = read_sof(Path(frames))
        return run_recipe(
            registry.find(name), entries, parameters, Path(output_dir).resolve(), progress=progress, clock=self._clock
        )

    def __repr__(self) -> str:
        return f"Recipes({', '.join(self)})"
