"""What a backup holds, and the check that a folder is free for one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dfs.errors import ServiceError, UsageError
from dfs.store.format import FORMAT

__all__ = ["DATABASE", "FILES", "MANIFEST", "Manifest", "read_manifest", "refuse_content"]

MANIFEST, DATABASE, FILES = "manifest.json", "observatory.sqlite", "files"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Attributes
    ----------
    format
        Format version of the observatory.
    made
        UTC ISO 8601.
    database_sha256
        Of the copy of the database.
    audit_rows, audit_head
        Length and last digest of the audit trail: tells a trail that was cut off.
    bytes
        Of all files.
    files
        Place inside the volume -> SHA-256.
    lost
        Places of files that were damaged without a whole copy, and are not in the backup.
    """

    format: int
    made: str
    database_sha256: str
    audit_rows: int
    audit_head: str
    bytes: int
    files: Mapping[str, str]
    lost: tuple[str, ...] = ()


def read_manifest(source: Path) -> Manifest:
    """Return the manifest of the backup in `source`; `UsageError` when it is none, `ServiceError` when it is too new."""
    file = source / MANIFEST
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        typed = {"format": int(content["format"]), "files": dict(content["files"]), "lost": tuple(content["lost"])}
        manifest = Manifest(**(content | typed))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            "this folder is no backup: its manifest.json is missing or damaged",
            where=str(source),
            hint="see: dfs backup --help",
        ) from error
    if manifest.format > FORMAT:
        raise ServiceError(
            f"the backup has format {manifest.format}, this dfs knows formats up to {FORMAT}",
            where=str(source),
            hint="install a newer vlt-dfs",
        )
    return manifest


def refuse_content(folder: Path) -> None:
    """Raise `UsageError` when `folder` holds anything but a settings file and the command line's log."""
    try:
        content = sorted(entry.name for entry in folder.iterdir() if entry.name not in {"dfs.toml", "log"})
    except FileNotFoundError:
        return
    except OSError as error:
        raise ServiceError(f"cannot look into the folder: {error.strerror}", where=str(folder)) from error
    if content:
        raise UsageError(
            f"the folder is not empty ({content[0]} ...)",
            where=str(folder),
            hint="name a new folder; nothing is overwritten",
        )
