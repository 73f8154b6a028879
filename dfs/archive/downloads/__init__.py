"""Archived files on their way out: proved before the first byte, never other bytes than were archived."""

from dfs.archive.downloads.download import Download, media_type
from dfs.archive.downloads.proven import DamagedFileError, ProvenFiles
from dfs.archive.downloads.service import Downloads

__all__ = ["DamagedFileError", "Download", "Downloads", "ProvenFiles", "media_type"]
