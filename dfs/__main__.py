"""``python -m dfs`` is ``dfs``."""

from __future__ import annotations

import sys

from dfs.cli import main

if __name__ == "__main__":
    sys.exit(main())
