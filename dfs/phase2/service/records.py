"""Rows of the tables as objects, while a call reads or changes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["BLOCKS", "CONTAINERS", "SCHEDULING", "Item", "Run", "Stored", "TemplateRow", "bare", "subject_of"]

BLOCKS = ("OB", "CB")
SCHEDULING = ("Group", "Concatenation", "TimeLink")
CONTAINERS = ("Folder", *SCHEDULING)


@dataclass(slots=True)
class Run:
    """A row of p2_runs; `root` is the number of its root folder, `item_count` how many items that held when it was read."""

    run_id: int
    prog_id: str
    title: str
    instrument: str
    telescope: str
    ip_version: str
    period: int
    mode: str
    priority_class: str
    is_too: bool
    allocated_s: float
    valid_from: str
    valid_to: str
    pi: dict[str, str]
    limits: dict[str, Any]
    targets: list[dict[str, Any]]
    blocked_times: list[dict[str, str]]
    state: str
    root: int = 0
    item_count: int = 0


@dataclass(slots=True)
class Item:
    """A row of p2_items: a block or a container."""

    id: int
    run_id: int
    parent: int | None
    position: int
    item_type: str
    name: str
    status: str
    grade: str = "?"
    exposure_s: float = 0.0
    execution_s: float = 0.0
    deleted: str | None = None

    @property
    def is_block(self) -> bool:
        """Tell whether it is an OB or a CB."""
        return self.item_type in BLOCKS

    @property
    def is_scheduling(self) -> bool:
        """Tell whether it is a group, concatenation or time link."""
        return self.item_type in SCHEDULING

    @property
    def subject(self) -> str:
        """How documents and history name it."""
        return f"item:{self.id}"

    @property
    def label(self) -> str:
        """How a message names it."""
        return f"{self.item_type} {self.name!r} ({self.id})"


@dataclass(slots=True)
class TemplateRow:
    """A row of p2_templates."""

    id: int
    ob_id: int
    position: int
    name: str
    type: str
    deleted: str | None = None

    @property
    def subject(self) -> str:
        """How documents and history name it."""
        return f"template:{self.id}"


@dataclass(slots=True)
class Stored:
    """A document as the store has it; version 0: it was never written and `body` is what it is then."""

    subject: str
    aspect: str
    version: int
    body: Any
    changed: str = ""
    changed_by: str = ""

    @property
    def etag(self) -> str:
        """The version as callers see it."""
        return f"{self.subject}/{self.aspect}/{self.version}"


def bare(version: str) -> str:
    """Return a version as it was given out: without the quotes and the ``W/`` that HTTP puts around it."""
    return version.strip().removeprefix("W/").strip().strip('"')


def subject_of(sequence_of: str, instrument: str) -> str:
    """Return how documents name the execution sequence of a user: a long name is cut and told apart by its hash."""
    import hashlib

    plain = f"sequence:{instrument}:{sequence_of}"
    if len(plain) <= 60:
        return plain
    return f"{plain[:43]}~{hashlib.sha256(plain.encode()).hexdigest()[:16]}"
