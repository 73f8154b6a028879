"""What a rule found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Finding", "Fix", "Severity"]


class Severity(StrEnum):
    """How grave: an ``ERROR`` keeps a block from being submitted."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that mends a finding: write `value` at the finding's path."""

    label: str
    value: Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of one rule.

    Attributes
    ----------
    subject
        ``ob``, ``container`` or ``run``; with `subject_id` its number.
    path
        The field: ``target.ra``, ``constraints.airmass``, ``templates[1].SEQ.NEXPO``, ``absolute[0].to`` ...
    code
        Name of the rule, stable: ``airmass-never``, ``value-out-of-range`` ...
    message
        One line: what is wrong, with the value.
    accepted
        What is accepted; empty when the message says it all.
    fix
        How to mend it, where a machine can.
    """

    severity: Severity
    subject: str
    subject_id: int
    path: str
    code: str
    message: str
    accepted: str = ""
    fix: Fix | None = None

    @property
    def is_error(self) -> bool:
        """Whether it keeps what it is about from being submitted."""
        return self.severity is Severity.ERROR

    def line(self) -> str:
        """Return the finding as one line, as ESO's clients show it."""
        return f"{self.severity.upper()}: {self.path}: {self.message}" + (
            f"; accepted: {self.accepted}" if self.accepted else ""
        )
