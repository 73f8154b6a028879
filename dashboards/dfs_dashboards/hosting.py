"""``dfs dashboards``: find the template, set what the kernels are told, serve the pages until a signal comes."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path

from dfs.errors import UsageError

__all__ = ["serve_pages"]

_TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "dfs"  # in a checkout; installed, Jupyter finds it

_NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def serve_pages(
    *,
    root: Path,
    server: str | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    cap: int = 20,
    idle_s: int = 1800,
    warm: int = 1,
    on_ready: Callable[[str, Mapping[str, str]], None],
) -> None:
    """Serve the pages until SIGTERM, SIGINT or SIGHUP.

    Parameters
    ----------
    root
        The observatory's folder, which the kernels open themselves when `server` is None.
    server
        Address of a running ``dfs serve``: the kernels hold no files then and speak HTTP with their user's token.
    host, port, cap, idle_s, warm, on_ready
        As for `dfs_dashboards.site.Site`.

    Raises
    ------
    UsageError
        The pages of an embedded observatory were to be shown to other machines: whoever opens them has its owner's rights.
    ServiceError
        The port is taken.
    """
    if server is None and not _is_loopback(host):
        raise UsageError(
            f"the pages of your own observatory would be open to everybody who reaches {host}",
            where="--host",
            accepted="127.0.0.1",
            hint="for several people run: dfs up --host ...",
        )
    with tempfile.TemporaryDirectory(prefix="dfs-pages-") as folder:
        _find_template(Path(folder))
        from dfs_dashboards.lab import Lab
        from dfs_dashboards.site import Site

        os.environ["DFS_ROOT"] = str(root)
        os.environ["DFS_PAGES_FOLDER"] = folder
        os.environ.pop("DFS_SERVER", None)
        if server is not None:
            os.environ["DFS_SERVER"] = server
        if not _is_loopback(host):
            os.environ["VOILA_APP_IP"] = "127.0.0.1" if host in {"0.0.0.0", ""} else host  # noqa: S104
        lab = Lab(_lab_folder(root)) if _is_loopback(host) else None
        site = Site(host=host, port=port, cap=cap, idle_s=idle_s, warm=warm, on_ready=on_ready, lab=lab)
        if lab is not None:
            logging.getLogger("dfs").warning("JupyterLab, for you alone: %slab?token=%s", site.url, lab.token)
        site.initialize([])
        site.start()


def _lab_folder(root: Path) -> Path:
    """Return where Lab opens: the notebooks of a checkout, else the observatory's folder."""
    return _NOTEBOOKS if _NOTEBOOKS.is_dir() else root


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _find_template(folder: Path) -> None:
    """Let Jupyter find the template of a checkout as it stands, not the copy made when it was installed."""
    if not _TEMPLATE.is_dir():
        return
    place = folder / "voila" / "templates"
    place.mkdir(parents=True)
    (place / "dfs").symlink_to(_TEMPLATE)
    before = os.environ.get("JUPYTER_PATH", "")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(part for part in (str(folder), before) if part)
