"""What a user is to everything, asked of the database each time: what is granted or revoked counts from the next request on."""

from __future__ import annotations

from sqlalchemy import and_, select

from dfs.access.policy import ANONYMOUS, Standing
from dfs.access.user import CurrentUser, EmbeddedUser
from dfs.store import Database
from dfs.store.tables import relations, users

__all__ = ["SHARING", "Standings"]

SHARING = frozenset({"pi", "coi", "data-delegate"})  # relations that give a share in a programme's data


class Standings:
    """Finds out what users are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, user: CurrentUser) -> Standing:
        """Return the standing of `user`: one query.  A name without an active account has that of nobody.

        The single user of an embedded observatory (`EmbeddedUser`) needs no account: whoever reads the folder is its owner.
        """
        if isinstance(user, EmbeddedUser):
            return Standing(user.name, user.roles)
        return self.of_name(user.name)

    def of_name(self, name: str) -> Standing:
        """Return the standing of the account `name`."""
        in_force = and_(relations.c.user == users.c.name, relations.c.revoked.is_(None))
        query = (
            select(users.c.roles, relations.c.role, relations.c.scope)
            .select_from(users.outerjoin(relations, in_force))
            .where(users.c.name == name, users.c.active)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return ANONYMOUS
        return Standing(
            name,
            frozenset(rows[0].roles),
            frozenset(row.scope for row in rows if row.role in SHARING),
            frozenset(row.scope for row in rows if row.role == "instrument-team"),
            frozenset((row.role, row.scope) for row in rows if row.role is not None),
        )
