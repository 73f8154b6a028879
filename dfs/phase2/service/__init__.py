"""The desk of phase 2 over the relational store."""

from dfs.phase2.service.embedded import EmbeddedPhase2
from dfs.phase2.service.injected import Duration, Export, NightCurves, Packages, Part, Rules

__all__ = ["Duration", "EmbeddedPhase2", "Export", "NightCurves", "Packages", "Part", "Rules"]
