"""Phase 2 from a notebook or the command line starts at once: what is heavy is imported when it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "astropy", "bokeh", "PIL", "httpx", "pandas", "duckdb", "sqlalchemy")


@pytest.mark.parametrize(
    "module",
    [
        "dfs.cli.p2.group",
        "dfs.instruments.packages",
        "dfs.phase2.client",
        "dfs.phase2.examples",
        "dfs.phase2.formats",
        "dfs.phase2.verification",
    ],
)
def test_importing_is_cheap(module):
    code = f"import sys, {module}; print(*[one for one in {HEAVY!r} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
