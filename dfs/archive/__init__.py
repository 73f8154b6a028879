"""The archive: files go in durably, come out unchanged, and are proved."""

from dfs.archive.archive import Archive
from dfs.archive.astroquery import configure_astroquery
from dfs.archive.entries import ArchivedFile, Finding, Submission, Verification

__all__ = ["Archive", "ArchivedFile", "Finding", "Submission", "Verification", "configure_astroquery"]
