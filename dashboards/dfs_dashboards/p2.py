"""The page ``p2``: opens the observatory it was started for and shows its runs."""

from __future__ import annotations

import os
from typing import Any

from dfs.errors import DfsError

__all__ = ["p2_page"]


def p2_page() -> Any:
    """Return the page as a widget, showing what the address asks for."""
    from voila.utils import get_query_string

    from dfs_dashboards.desk import open_desk
    from dfs_widgets.p2 import P2Page
    from dfs_widgets.parts import Notice

    try:
        desk = open_desk(server=os.environ.get("DFS_SERVER"), root=os.environ.get("DFS_ROOT"))
    except DfsError as error:
        return Notice(text=error.line())
    page = P2Page(desk).prepare()
    # A kernel kept warm waits here for its visitor; everything slow has happened before.
    return page.start(get_query_string() or "").widget
