"""A run read whole, and what has changed in it."""

from __future__ import annotations

from sqlalchemy import func, select

from dfs.phase2.api import Document
from dfs.phase2.service import readme as readmes
from dfs.phase2.service.desk import Desk
from dfs.phase2.service.look import Look
from dfs.phase2.service.shown import run_document, whole_container
from dfs.store.tables import p2_history

__all__ = ["Whole"]


class Whole(Desk):
    """Runs whole."""

    def tree(self, run_id: int) -> Document:
        """Return a run with its README and everything in it, as it is at one moment."""
        with self._look() as look:
            look.read_whole(run_id)
            run = look.run(run_id)
            readme = look.document(f"run:{run_id}", "readme", run_id)
            return {
                "run": {**run_document(look, run), "targets": run.targets, "blockedTimes": run.blocked_times},
                "readme": readmes.filled(run.mode, readme.body),
                "readmeVersion": readme.etag,
                "root": whole_container(look, look.item(run.root)),
                "revision": revision_of(look, run_id),
            }

    def revision(self, run_id: int) -> int:
        """Return the number of the last change in a run; it grows with every change."""
        with self._look() as look:
            look.run(run_id)
            return revision_of(look, run_id)


def revision_of(look: Look, run_id: int) -> int:
    """Return the number of the last change in a run."""
    last = select(func.max(p2_history.c.sequence)).where(p2_history.c.run_id == run_id)
    return look.connection.execute(last).scalar() or 0
