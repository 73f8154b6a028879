"""What no night of one instrument has: frames of all the others, and a package of APEX."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dfs.observatory import Observatory

__all__ = ["archive_gallery"]


def archive_gallery(observatory: Observatory, folder: Path) -> None:
    """Draw small frames of every instrument into `folder` and archive them; the same again changes nothing."""
    from dfs.archive import Submission
    from dfs.cli.demo.drawing import draw_gallery

    draw_gallery(folder)
    frames = observatory.archive.ingest_many([Submission(one) for one in sorted((folder / "frames").glob("*.fits"))])
    apex = next(one.dp_id for one in frames if one.instrument == "APEX")
    packages = sorted((folder / "quicklooks").glob("*.fits"))
    observatory.archive.ingest_many([Submission(one, "report", "QUICKLOOK", (apex,)) for one in packages])
