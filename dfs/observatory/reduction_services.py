"""Frames, recipes, reductions and their quality."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.observatory.archive_services import ArchiveServices

if TYPE_CHECKING:
    from dfs.frames import Frames
    from dfs.pipeline import Pipeline, Report
    from dfs.qc import QualityControl
    from dfs.recipes import Recipes

__all__ = ["ReductionServices"]


class ReductionServices(ArchiveServices):
    """Frames, recipes, reductions and their quality."""

    @cached_property
    def qc(self) -> QualityControl:
        """Quality parameters and their trends: `dfs.qc.QualityControl`."""
        from dfs.qc import QualityControl

        return QualityControl(self.database)

    @cached_property
    def frames(self) -> Frames:
        """What is in a folder, which files belong together, and why: `dfs.frames.Frames`."""
        from dfs.frames import Frames, candidates_from

        return Frames(lambda: candidates_from([], self.pipeline.masters()))

    @cached_property
    def recipes(self) -> Recipes:
        """The recipes: `dfs.recipes.Recipes`."""
        from dfs.recipes import Recipes

        return Recipes(self.clock)

    @cached_property
    def pipeline(self) -> Pipeline:
        """Reductions: `dfs.pipeline.Pipeline`."""
        from dfs.archive.sink import ArchiveSink
        from dfs.pipeline import Pipeline

        return Pipeline(
            self.root,
            self.database,
            ArchiveSink(self.archive),
            self.qc,
            self.clock,
            workers=self.settings.workers,
            allow_missing=self.settings.allow_missing,
        )

    def reduce(self, folder: str | os.PathLike[str], **options: Any) -> Report:
        """Reduce a folder of raw frames to archived science; see `dfs.pipeline.Pipeline.reduce`."""
        return self.pipeline.reduce(Path(folder), **options)
