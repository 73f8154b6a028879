"""What every door to single files asks first: may this user do this to that file?  The policy itself is `dfs.access.permits`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dfs.access import Action, Protection, Standing, permits
from dfs.archive.restrictions import protections
from dfs.clock import Clock, isoformat
from dfs.errors import AccessError, NotFoundError
from dfs.store import Database

__all__ = ["Doorkeeper"]


class Doorkeeper:
    """Answers for the user of one observatory, each time anew: a revoked right is gone with the next question.

    Who may not know of a file gets the answer he would get if there were none.
    """

    def __init__(self, database: Database, standing: Callable[[], Standing], clock: Clock) -> None:
        self._database = database
        self._standing = standing
        self._clock = clock

    def permits(self, action: Action, what: Protection) -> bool:
        """Tell whether the user may do `action` to a file protected by `what`, now."""
        return permits(self._standing(), action, what, isoformat(self._clock.now()))

    def permitted(self, action: Action, dp_ids: Sequence[str]) -> list[str]:
        """Return those of `dp_ids` to which the user may do `action`, in their order; unknown ones are left out."""
        with self._database.read() as connection:
            found = protections(connection, list(dict.fromkeys(dp_ids)))
        who, now = self._standing(), isoformat(self._clock.now())
        return [one for one in dp_ids if one in found and permits(who, action, found[one], now)]

    def require(self, action: Action, dp_id: str) -> None:
        """Raise unless the user may do `action` to the file `dp_id`.

        Raises
        ------
        NotFoundError
            There is no such file, or none that he may know of.
        AccessError
            He may know of it, but not have its data yet.
        """
        with self._database.read() as connection:
            what = protections(connection, [dp_id]).get(dp_id)
        who, now = self._standing(), isoformat(self._clock.now())
        if what is None or not permits(who, Action.METADATA, what, now):
            raise NotFoundError(f"no file {dp_id!r} in the archive", hint="see: dfs archive list")
        if not permits(who, action, what, now):
            last = max(release for _, release in what.restrictions)
            raise AccessError(
                f"{dp_id} is proprietary until {last}Z",
                hint="only its principal investigator, co-investigators and data delegates may have it: sign in as one of them",
            )
