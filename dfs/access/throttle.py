"""At most five failed sign-ins a minute for each name, whether there is such an account or not."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from dfs.access.failures import TooManyTriesError
from dfs.clock import Clock, isoformat
from dfs.store import Database
from dfs.store.tables import sign_ins

__all__ = ["FAILURES", "WINDOW_S", "Throttle"]

FAILURES = 5
WINDOW_S = 60
_KEPT = timedelta(days=30)


class Throttle:
    """Counts failed sign-ins in the database, so that all processes of a server count together."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def begin(self, name: str) -> int:
        """Note a try as failed, before the password is looked at: tries that run at the same time count, too.

        Returns
        -------
        int
            The try, for `succeeded`.

        Raises
        ------
        TooManyTriesError
            There were five failures within the last minute.  Such a try is not counted.
        """
        key, now = _key(name), self._clock.now()
        with self._database.write() as connection:
            self._refuse(connection, key, now)
            connection.execute(delete(sign_ins).where(sign_ins.c.at < isoformat(now - _KEPT)))
            noted = insert(sign_ins).values(user=key, at=isoformat(now), succeeded=False).returning(sign_ins.c.id)
            return int(connection.execute(noted).scalar_one())

    def succeeded(self, number: int) -> None:
        """Note that the try `number` was right after all."""
        with self._database.write() as connection:
            connection.execute(update(sign_ins).where(sign_ins.c.id == number).values(succeeded=True))

    @staticmethod
    def _refuse(connection: Connection, key: str, now: datetime) -> None:
        since = isoformat(now - timedelta(seconds=WINDOW_S))
        recent = (sign_ins.c.user == key) & (sign_ins.c.at > since) & ~sign_ins.c.succeeded
        failures = (
            connection.execute(select(sign_ins.c.at).where(recent).order_by(sign_ins.c.at.desc())).scalars().all()
        )
        if len(failures) < FAILURES:
            return
        free = datetime.fromisoformat(failures[FAILURES - 1]).replace(tzinfo=now.tzinfo) + timedelta(seconds=WINDOW_S)
        wait = max(1, math.ceil((free - now).total_seconds()))
        raise TooManyTriesError(
            "too many failed sign-ins of this name", retry_after_s=wait, hint=f"try again in {wait} s"
        )


def _key(name: str) -> str:
    """Return a name as it is counted: however it is typed, and short enough for its column."""
    return "".join(one for one in name.casefold() if one.isprintable())[:80]
