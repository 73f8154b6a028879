"""The rules as a document for people: ``python -m dfs.phase2.verification.handbook > docs/phase2-rules.md``."""

from __future__ import annotations

import sys

from dfs.model.phase2 import Severity
from dfs.phase2.verification.registry import Level, Rule, rules

__all__ = ["handbook"]

_BEGIN = """\
# What verification looks at

Made from the register of rules (`python -m dfs.phase2.verification.handbook`). The page, the API (`verify`, `findings`), the command line and
`dfs.phase2.verification.Verifier` apply the same rules. A finding has a severity, the path to the field, the rule's code, a message, what is
accepted, and a fix where a machine can mend it. An *error* keeps a block from being submitted.

A rule marked *may be waived* is for information when the run has a waiver of it: `waivers`, a list of codes, among the run's observing
constraints. Support astronomers and operators give it (`set_run`), never the run's own users.

*ESO's P2 API* is what its client p2api 1.2.1 documents and public clients record; other sources of ESO are pages of its phase 2 web.
`assumed` marks what was not read anywhere.
"""
_TITLES: dict[Level, str] = {"block": "Blocks", "container": "Containers", "run": "Runs"}


def handbook() -> str:
    """Return the document."""
    parts = [_BEGIN]
    for level, title in _TITLES.items():
        rows = [_row(one) for one in rules(level)]
        parts.append(
            "\n".join(
                [f"## {title}\n", "| code | severity | what is demanded | source |", "|---|---|---|---|", *rows, ""]
            )
        )
    return "\n".join(parts)


def _row(one: Rule) -> str:
    severity = str(one.severity) if one.severity is not Severity.ERROR else "**error**"
    waived = "; may be waived" if one.waivable else ""
    return f"| `{one.code}` | {severity} | {one.summary} | {one.source}{waived} |"


if __name__ == "__main__":
    sys.stdout.write(handbook())
