"""May it be changed? Asked in one place: permission, state of the run, status, instrument package, version."""

from __future__ import annotations

from sqlalchemy import Connection

from dfs.access import Standing
from dfs.access.observing import Deed
from dfs.phase2.failures import StaleError, StateError, VersionMissingError
from dfs.phase2.lifecycle import MEANINGS, What, editable, is_service
from dfs.phase2.service.injected import Packages
from dfs.phase2.service.look import Look
from dfs.phase2.service.records import Item, Run, Stored, bare

__all__ = ["ANY", "Gate"]

ANY = "*"  # as If-Match has it: whatever the present version is
_NEED_NEWEST = frozenset({What.BLOCK, What.TEMPLATES, What.CHARTS})


class Gate(Look):
    """A look that refuses what may not be changed."""

    def __init__(self, connection: Connection, who: Standing, packages: Packages) -> None:
        super().__init__(connection, who, packages)
        self._versions: dict[tuple[str, str], str] = {}  # ETags from before this operation

    def editing(self, item: Item, what: What) -> Run:
        """Return the run of an item of which `what` is about to be changed; refuse where that may not be."""
        run = self.run(item.run_id, Deed.EDIT)
        self.open_run(run, rejected=item.status == "-" or what is What.ABSOLUTE)
        if item.status and item.status not in editable(run.mode, what):
            letters = " ".join(one for one in MEANINGS if one in editable(run.mode, what))
            raise StateError(
                f"the {what.value} of {item.label} cannot be changed in status {item.status}",
                accepted=f"in status {letters}",
                hint="revise it first" if "P" in letters and item.status in "D+" else "",
            )
        if what in _NEED_NEWEST and item.is_block:
            self.require_newest(item, run)
        return run

    def require_newest(self, item: Item, run: Run) -> None:
        """Refuse a block whose instrument package is not the newest."""
        version = self.of(item, "self").body["ipVersion"]
        if version != self.newest(run):
            raise StateError(
                f"{item.label} was made with package {version} of {run.instrument}",
                accepted=f"package {self.newest(run)}",
                hint="migrate it first",
            )

    def open_run(self, run: Run, *, rejected: bool = False) -> None:
        """Refuse changes in a run that has ended, or that waits for its review (but for what was `rejected`)."""
        if run.state == "ended":
            raise StateError(f"run {run.prog_id} has ended", hint="an operator may extend it")
        if run.state == "notified" and is_service(run.mode) and not rejected:
            raise StateError(
                f"run {run.prog_id} is with ESO for review", hint="the support astronomer opens it again for changes"
            )

    def require(self, stored: Stored, version: str | None) -> None:
        """Refuse a version that is not the present one."""
        if version == ANY:
            return
        aspect = "" if stored.aspect == "self" else f", {stored.aspect}"
        where = f"{stored.subject.replace(':', ' ')}{aspect}"  # as people write it
        if not version:
            raise VersionMissingError(
                "the version that was read is missing",
                where=where,
                accepted="the ETag, as If-Match",
                hint="read it first",
            )
        key = (stored.subject, stored.aspect)
        if bare(version) not in {stored.etag, self._versions.get(key)}:
            raise StaleError(
                f"{stored.changed_by or 'somebody'} saved it at {stored.changed or 'a time before'} after it was read",
                where=where,
                hint="read it again and merge",
                who=stored.changed_by,
                at=stored.changed,
            )
