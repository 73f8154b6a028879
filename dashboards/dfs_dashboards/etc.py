"""The page ``etc``: the exposure time calculator, on the observatory it was started for."""

from __future__ import annotations

import os
from typing import Any

from dfs.errors import DfsError

__all__ = ["etc_page"]


def etc_page() -> Any:
    """Return the page as a widget, asking what the address asks."""
    from voila.utils import get_query_string

    from dfs_dashboards.desk import open_desk
    from dfs_widgets.etc import ExposureTimes
    from dfs_widgets.parts import Notice

    try:
        desk = open_desk(server=os.environ.get("DFS_SERVER"), root=os.environ.get("DFS_ROOT"))
    except DfsError as error:
        return Notice(text=error.line())
    page = ExposureTimes(desk).prepare()
    # A kernel kept warm waits here for its visitor; everything slow has happened before.
    return page.start(get_query_string() or "").widget
