"""The page ``archive``: opens the observatory it was started for and shows it."""

from __future__ import annotations

import os
from typing import Any

from dfs.errors import DfsError

__all__ = ["archive_page"]


def archive_page() -> Any:
    """Return the page as a widget, showing what the address asks for."""
    from voila.utils import get_query_string

    from dfs_dashboards.desk import open_desk
    from dfs_widgets.archive import ArchivePage
    from dfs_widgets.parts import Notice

    try:
        desk = open_desk(server=os.environ.get("DFS_SERVER"), root=os.environ.get("DFS_ROOT"))
    except DfsError as error:
        return Notice(text=error.line())
    page = ArchivePage(desk, folder=os.environ.get("DFS_PAGES_FOLDER")).prepare()
    # A kernel kept warm waits here for its visitor; everything slow has happened before.
    return page.start(get_query_string() or "").widget
