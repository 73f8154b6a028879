"""What goes into the archive, what is in it, and what a verification found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

__all__ = ["ArchivedFile", "Finding", "Kind", "Submission", "Verification"]

Kind = Literal["raw", "product", "report"]


@dataclass(frozen=True, slots=True)
class Submission:
    """A file to be archived.

    Attributes
    ----------
    path
        The file; it is copied, never moved.
    kind
        ``raw``, ``product``, or ``report`` (executed notebook, HTML page, log).
    category
        Frame class of a raw frame, PRO CATG of a product, a word in capitals for a report (``NOTEBOOK``); None takes what the
        header says.
    parents
        What it was made from: DP IDs of archived files, or paths of files earlier in the same batch.
    first_raw
        DP ID that names a product or report; None takes the first raw frame among its parents (or theirs).
    datasum
        DATASUM of each extension with data, where the writer knows them.
    """

    path: Path
    kind: Kind = "raw"
    category: str | None = None
    parents: tuple[str | Path, ...] = ()
    first_raw: str | None = None
    datasum: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file in the archive; `path` is its place on the first volume.

    Attributes
    ----------
    archived, release_date
        UTC ISO 8601.
    state
        ``online``, or ``quarantined`` (damaged, never served).
    version
        1 for raw frames; counts up for products of one name.
    """

    dp_id: str
    path: Path
    bytes: int
    sha256: str
    category: str | None
    instrument: str | None
    archived: str
    release_date: str
    kind: Kind
    version: int
    state: str
    metadata_protected: bool = False
    mjd_obs: float | None = None
    target: str | None = None
    programme: str | None = None
    exposure_s: float | None = None
    datasum: tuple[str, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a verification found wrong.

    Attributes
    ----------
    dp_id
        None for a file without a row.
    path
        The copy concerned.
    problem
        ``changed``, ``missing``, ``unreadable``, ``unregistered``; ``row changed``, ``row unknown``, ``row missing``, ``release changed``,
        ``audit broken``.
    action
        What was done about it, in words.
    """

    dp_id: str | None
    path: Path
    problem: str
    action: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of proving every file: how many, how many bytes, and all that was wrong."""

    files: int
    bytes: int
    findings: tuple[Finding, ...]
