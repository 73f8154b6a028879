"""Fail when a committed notebook holds outputs or execution counts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def offenders() -> list[str]:
    """Return the notebooks that have been run and saved."""
    found = []
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        if any(cell.get("outputs") or cell.get("execution_count") for cell in cells):
            found.append(str(path.relative_to(ROOT)))
    return found


if __name__ == "__main__":
    found = offenders()
    if found:
        sys.exit(f"notebooks with outputs: {', '.join(found)}; strip them: nbstripout FILE")
