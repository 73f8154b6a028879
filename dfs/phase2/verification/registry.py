"""The register of rules: one rule is one function that yields what it found wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from dfs.model.phase2 import Finding, Fix, Severity

__all__ = ["Level", "Problem", "Rule", "rule", "rules"]

Level = Literal["block", "container", "run"]
_SUBJECT = {"block": "ob", "container": "container", "run": "run"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule yields: where, what, what is accepted, and how to mend it; the rule adds its code and severity.

    Attributes
    ----------
    path
        As `Finding.path`.
    severity
        Where it differs from the rule's own.
    """

    path: str
    message: str
    accepted: str = ""
    fix: Fix | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it is called, what it looks at, how grave it is, where it comes from.

    Attributes
    ----------
    summary
        What it demands: the first line of the function's description.
    source
        Where the rule is from; ``assumed`` where nothing was read.
    waivable
        Whether support may waive it for a run: its findings are then for information.
    """

    code: str
    level: Level
    severity: Severity
    summary: str
    source: str
    waivable: bool
    check: Callable[[Any], Iterable[Problem]]

    def findings(self, view: Any, subject_id: int, lowered: Severity | None = None) -> Iterator[Finding]:
        """Yield the findings of this rule on what `view` shows; `lowered`: their severity where the rule is waived."""
        for problem in self.check(view):
            severity = lowered or problem.severity or self.severity
            yield Finding(
                severity=severity,
                subject=_SUBJECT[self.level],
                subject_id=subject_id,
                path=problem.path,
                code=self.code,
                message=" ".join(problem.message.split()),
                accepted=problem.accepted,
                fix=problem.fix,
            )


_RULES: dict[str, Rule] = {}


def rule(
    code: str, level: Level, source: str, severity: Severity = Severity.ERROR, *, waivable: bool = False
) -> Callable[[Callable[[Any], Iterable[Problem]]], Callable[[Any], Iterable[Problem]]]:
    """Enter a function in the register; it takes the view of its level and yields `Problem`."""

    def entered(check: Callable[[Any], Iterable[Problem]]) -> Callable[[Any], Iterable[Problem]]:
        summary = " ".join((check.__doc__ or "").split("\n\n")[0].split())
        _RULES[code] = Rule(code, level, severity, summary, source, waivable, check)
        return check

    return entered


def rules(level: Level | None = None) -> tuple[Rule, ...]:
    """Return all rules, or those of one level, in the order of their files."""
    from dfs.phase2.verification import rulebook

    rulebook.read()
    return _of_level(level)


@cache
def _of_level(level: Level | None) -> tuple[Rule, ...]:
    return tuple(one for one in _RULES.values() if level is None or one.level == level)
