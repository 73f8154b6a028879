"""The VLT Data Flow System for Jupyter.

>>> import dfs
>>> observatory = dfs.open("my-observatory")          # doctest: +SKIP
>>> observatory.reduce("night/")                      # doctest: +SKIP

Importing this package is cheap: everything heavy is imported when it is used.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dfs.version import __version__

if TYPE_CHECKING:
    from dfs.connection import RemoteObservatory
    from dfs.observatory import Observatory

__all__ = ["__version__", "connect", "open"]


def open(path: str | os.PathLike[str] | None = None, **settings: Any) -> Observatory:  # noqa: A001 - reads as dfs.open
    """Open the observatory in folder `path`, making it when it is not there yet.

    Parameters
    ----------
    path
        The observatory's root folder; None takes ``DFS_ROOT``, the settings file, or the user's data folder, in this order.
    **settings
        Any setting of ``dfs config show``, e.g. ``workers=1``; stronger than environment and files.

    Returns
    -------
    Observatory
        With ``.frames``, ``.recipes``, ``.pipeline``, ``.qc``, ``.archive``.
    """
    from dfs.observatory import Observatory

    return Observatory.open(path, **settings)


def connect(
    where: str, *, token: str | None = None, user: str | None = None, password: str | None = None
) -> RemoteObservatory:
    """Connect to ESO's services (``"eso"``) or to another instance of our server (``"http://..."``).

    Parameters
    ----------
    where
        ``"eso"``, or the address that ``dfs serve`` prints.
    token, user, password
        Who you are; without them only what is public can be seen.

    Returns
    -------
    RemoteObservatory
        With ``.archive``, whose calls are those of an embedded observatory's.
    """
    from dfs.connection import connect

    return connect(where, token=token, user=user, password=password)
