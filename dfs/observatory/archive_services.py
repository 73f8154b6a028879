"""The archive and its services on single files."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dfs.observatory.query_services import QueryServices

if TYPE_CHECKING:
    from dfs.archive import Archive
    from dfs.archive.calibrations import Calibrations
    from dfs.archive.deliveries import Deliveries
    from dfs.archive.downloads import Downloads, ProvenFiles
    from dfs.archive.headers import Headers
    from dfs.archive.previews import Previews
    from dfs.vo.datalink import DataLink
    from dfs.vo.soda import Soda

__all__ = ["ArchiveServices"]


class ArchiveServices(QueryServices):
    """The archive and its services on single files."""

    @cached_property
    def archive(self) -> Archive:
        """Files in, out, and proved: `dfs.archive.Archive`."""
        from dfs.archive import Archive
        from dfs.vo.embedded import EmbeddedBackend

        published = self.previews.make if self.settings.previews else None
        return Archive(self.database, self.files, self.audit, self.clock, EmbeddedBackend(self), published)

    @cached_property
    def proven(self) -> ProvenFiles:
        """Archived files opened once their bytes are proved: `dfs.archive.downloads.ProvenFiles`; one for all users."""
        if self._shared is not None:
            return self._shared.proven
        from dfs.archive.downloads import ProvenFiles
        from dfs.archive.verify import Verifier

        return ProvenFiles(self.files, Verifier(self.database, self.files, self.audit))

    @cached_property
    def downloads(self) -> Downloads:
        """Files out, for those who may have them: `dfs.archive.downloads.Downloads`."""
        from dfs.archive.downloads import Downloads

        return Downloads(self.database, self.doors, self.proven)

    @cached_property
    def previews(self) -> Previews:
        """Pictures of archived files: `dfs.archive.previews.Previews`; the policy is asked by whoever shows them."""
        from dfs.archive.previews import Previews

        return Previews(self.database, self.files, self.root / "previews")

    @cached_property
    def calibrations(self) -> Calibrations:
        """Which calibrations belong to an archived frame: `dfs.archive.calibrations.Calibrations`."""
        from dfs.archive.calibrations import Calibrations

        return Calibrations(self.database, self.doors)

    @cached_property
    def datalink(self) -> DataLink:
        """What there is for a file, and how to get it: `dfs.vo.datalink.DataLink`."""
        from dfs.vo.datalink import DataLink

        return DataLink(
            self.database,
            lambda: self.standing,
            self.clock,
            public_url=self.settings.public_url,
            previews=self.previews.folder,
        )

    @cached_property
    def soda(self) -> Soda:
        """Parts of files by position and wavelength: `dfs.vo.soda.Soda`."""
        from dfs.vo.soda import Soda

        return Soda(self.downloads)

    @cached_property
    def headers(self) -> Headers:
        """Headers and night logs of archived files: `dfs.archive.headers.Headers`."""
        from dfs.archive.headers import Headers

        return Headers(self.database, self.doors)

    @cached_property
    def deliveries(self) -> Deliveries:
        """Files asked for together: `dfs.archive.deliveries.Deliveries`."""
        from dfs.archive.deliveries import Deliveries

        return Deliveries(self.database, self.doors, self.calibrations, self.audit, self.clock, lambda: self.standing)
