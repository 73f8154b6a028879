"""Phase 2: from granted time to blocks ready at the telescope."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dfs.observatory.reduction_services import ReductionServices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dfs.model.phase2 import ObservationBlock, ObservingRun
    from dfs.phase2.api import Document, Upload
    from dfs.phase2.charts import Background
    from dfs.phase2.client import Phase2
    from dfs.phase2.p2fc import ChartService
    from dfs.phase2.rapid import RapidResponse
    from dfs.phase2.service import EmbeddedPhase2

__all__ = ["Phase2Services"]


class Phase2Services(ReductionServices):
    """Phase 2."""

    @cached_property
    def phase2_desk(self) -> EmbeddedPhase2:
        """Runs, containers, blocks as documents: `dfs.phase2.service.EmbeddedPhase2`."""
        from dfs.instruments import packages
        from dfs.phase2.service import EmbeddedPhase2
        from dfs.phase2.verification import Verifier

        return EmbeddedPhase2(
            self.database,
            self.audit,
            self.clock,
            lambda: self.standing,
            self.user,
            rules=Verifier(),
            packages=packages,
            night_curves=_night_curves,
            export=_export,
        )

    @cached_property
    def phase2(self) -> Phase2:
        """Runs and blocks as a PI speaks of them: `dfs.phase2.client.Phase2`."""
        from dfs.phase2.client import Phase2

        return Phase2(self.phase2_desk, [self._archived_position, _standard_position], lambda: self.chart_background)

    @cached_property
    def chart_background(self) -> Background:
        """What finding charts are drawn on by default: images of the archive; paper, where it has none."""
        from dfs.observatory.chart_images import ArchivedImages
        from dfs.phase2.charts import ArchiveImages, Blank, FirstOf

        return FirstOf([ArchiveImages(ArchivedImages(self.archive, self._archived_file)), Blank()])

    @cached_property
    def chart_service(self) -> ChartService:
        """Finding charts drawn on request and attached: `dfs.phase2.p2fc.ChartService`."""
        from dfs.phase2.p2fc import ChartService, Shelf

        shelf = Shelf(self.database, self.clock, self.user.name)
        return ChartService(
            self.phase2_desk, shelf, lambda: self.standing, lambda: self.chart_background, self._archived_file
        )

    @cached_property
    def rapid_response(self) -> RapidResponse:
        """Triggers of rapid response: `dfs.phase2.rapid.RapidResponse`."""
        from dfs.phase2.rapid import RapidResponse

        return RapidResponse(self.phase2_desk, self.database, self.audit, self.clock)

    def _archived_position(self, name: str) -> tuple[float, float] | None:
        """Return where the archive's frames of an object point, in degrees; errors mean that it does not know."""
        found = self.archive.resolve(name)
        return float(found.ra.deg), float(found.dec.deg)

    def _archived_file(self, dp_id: str) -> Path:
        """Return the place of an archived file that the user may have."""
        with self.downloads.open(dp_id) as found:
            return Path(found.file.name)


def _standard_position(name: str) -> tuple[float, float] | None:
    """Return where a spectrophotometric standard star is, in degrees (J2000)."""
    from dfs.recipes.steps.standards import find_standard

    found = find_standard(name)
    return found.ra_deg, found.dec_deg


def _night_curves(night: str, blocks: Sequence[tuple[ObservingRun, ObservationBlock]]) -> Document:
    from dfs.phase2.visibility import night_curves

    return night_curves(night, blocks)


def _export(run: Document, item: Document, files: Mapping[str, bytes]) -> Upload:
    from dfs.phase2.formats import export_item

    return export_item(run, item, files)
