"""The service of deliveries: ask, list, look, withdraw."""

from __future__ import annotations

import builtins
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, desc, insert, or_, select, update

from dfs.access import Action, AuditTrail, Standing
from dfs.access.failures import NotSignedInError
from dfs.access.runs import scopes_of
from dfs.archive.calibrations import Calibrations
from dfs.archive.deliveries.contents import gather, items_of
from dfs.archive.deliveries.delivery import Delivery
from dfs.archive.doors import Doorkeeper
from dfs.archive.identifiers import dp_id_of
from dfs.clock import Clock, isoformat
from dfs.errors import AccessError, NotFoundError, UsageError
from dfs.store import Database
from dfs.store.tables import deliveries

__all__ = ["Deliveries"]

_MOST_ASKED = 1000
_MOST_ITEMS = 20_000
_LONGEST_TITLE = 200


class Deliveries:
    """Deliveries of the user of one observatory, and those shared with him.

    A delivery is a list. It grants nothing: what of it somebody may know of or fetch is asked anew each time he looks.
    """

    def __init__(
        self,
        database: Database,
        doors: Doorkeeper,
        selection: Calibrations,
        audit: AuditTrail,
        clock: Clock,
        standing: Callable[[], Standing],
    ) -> None:
        self._database = database
        self._doors = doors
        self._selection = selection
        self._audit = audit
        self._clock = clock
        self._standing = standing

    def request(
        self,
        dp_ids: Sequence[str],
        *,
        calibrations: str | None = None,
        night_logs: bool = True,
        title: str = "",
        programme: str | None = None,
    ) -> Delivery:
        """Make a delivery and return it.

        Parameters
        ----------
        dp_ids
            What is wanted, at most 1000.
        calibrations
            ``raw`` or ``master``: with the calibrations of raw frames; None: without.
        night_logs
            With the night logs of raw frames.
        title
            For people.
        programme
            Run or programme whose members shall see the list; the user must be one of them.

        Raises
        ------
        UsageError
            Nothing or too much is asked for, or an option that there is not.
        NotFoundError
            A file is not there, or the user may not know of it.
        AccessError
            Nobody has signed in; or the programme is not the user's.
        """
        standing = self._signed_in()
        names = _checked_names(dp_ids)
        _check_options(calibrations, title)
        self._check_programme(standing, programme)
        for name in names:
            self._doors.require(Action.METADATA, name)
        contents = gather(self._database, self._selection, names, calibrations, night_logs=night_logs)
        if len(contents.files) > _MOST_ITEMS:
            raise UsageError(
                f"{len(contents.files)} files", accepted=f"{_MOST_ITEMS} in a delivery", hint="ask for fewer at once"
            )
        asked = {
            "dp_ids": names,
            "calibrations": calibrations,
            "night_logs": night_logs,
            "messages": list(contents.messages),
        }
        row: dict[str, Any] = {
            "id": secrets.token_hex(13),
            "owner": standing.name,
            "programme": programme,
            "title": " ".join(title.split()) or ("1 file" if len(names) == 1 else f"{len(names)} files"),
            "asked": asked,
            "items": [list(one) for one in contents.files],
            "created": isoformat(self._clock.now()),
            "state": "ready",
        }
        with self._database.write() as connection:
            connection.execute(insert(deliveries).values(**row))
            self._audit.append(
                connection, "request delivery", row["id"], files=len(contents.files), programme=programme
            )
        return self.find(row["id"])

    def list(self) -> builtins.list[Delivery]:
        """Return the user's deliveries and those shared with him, newest first; none for whoever has not signed in."""
        standing = self._standing()
        if not standing.name:
            return []
        mine = deliveries.c.owner == standing.name
        query = (
            select(deliveries)
            .where(deliveries.c.state == "ready")
            .order_by(desc(deliveries.c.created), deliveries.c.id)
        )
        if not standing.sees_all:
            query = query.where(or_(mine, deliveries.c.programme.is_not(None)))
        with self._database.read() as connection:
            found = [dict(row) for row in connection.execute(query).mappings() if _sees(standing, dict(row))]
            return [self._delivery(connection, row) for row in found]

    def find(self, delivery_id: str) -> Delivery:
        """Return one delivery, its items as they are today.

        Raises
        ------
        NotFoundError
            There is none of this name, or it is not the user's to see: the same answer.
        """
        standing = self._standing()
        with self._database.read() as connection:
            return self._delivery(connection, self._visible(connection, standing, delivery_id))

    def withdraw(self, delivery_id: str) -> None:
        """Take a delivery back: nobody sees the list any more.

        Raises
        ------
        NotFoundError
            As for `find`.
        AccessError
            It is shared with the user, but somebody else's.
        """
        standing = self._standing()
        with self._database.write() as connection:
            row = self._visible(connection, standing, delivery_id)
            if row["owner"] != standing.name and not standing.sees_all:
                raise AccessError("only who asked for a delivery may withdraw it", where=row["id"])
            connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(state="withdrawn"))
            self._audit.append(connection, "withdraw delivery", row["id"])

    def _visible(self, connection: Connection, standing: Standing, delivery_id: str) -> Mapping[str, Any]:
        is_name = delivery_id.isalnum() and delivery_id.isascii() and len(delivery_id) == 26
        query = select(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.state == "ready")
        row = connection.execute(query).mappings().first() if is_name else None
        if row is None or not _sees(standing, dict(row)):
            raise NotFoundError("there is no such delivery", hint="see the list of your deliveries")
        return dict(row)

    def _delivery(self, connection: Connection, row: Mapping[str, Any]) -> Delivery:
        """Return a delivery as the user may see it now."""
        items = list(items_of(connection, row["items"]))
        names = [*dict.fromkeys([*(one.dp_id for one in items), *row["asked"]["dp_ids"]])]
        known = set(self._doors.permitted(Action.METADATA, names))
        permitted = set(self._doors.permitted(Action.DATA, names))
        asked = row["asked"]
        return Delivery(
            id=row["id"],
            title=row["title"],
            owner=row["owner"],
            programme=row["programme"],
            created=row["created"],
            asked=tuple(one for one in asked["dp_ids"] if one in known),
            calibrations=asked["calibrations"],
            night_logs=asked["night_logs"],
            items=tuple(replace(one, is_permitted=one.dp_id in permitted) for one in items if one.dp_id in known),
            messages=tuple(asked["messages"]) if known.issuperset(asked["dp_ids"]) else (),
        )

    def _signed_in(self) -> Standing:
        standing = self._standing()
        if not standing.name:
            raise NotSignedInError(
                "deliveries are for those who have signed in", hint="sign in; single files need no delivery"
            )
        return standing

    def _check_programme(self, standing: Standing, programme: str | None) -> None:
        if programme is None or standing.sees_all:
            return
        if standing.programmes.isdisjoint(scopes_of(programme)):
            raise AccessError(
                f"{programme[:60]!r} is not a programme of yours: a delivery cannot be shared within it",
                where="programme",
            )


def _sees(standing: Standing, row: Mapping[str, Any]) -> bool:
    if not standing.name:
        return False
    shares = row["programme"] is not None and not standing.programmes.isdisjoint(scopes_of(row["programme"]))
    return row["owner"] == standing.name or shares or standing.sees_all


def _checked_names(dp_ids: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys(dp_id_of(one) for one in dp_ids))
    if not 0 < len(names) <= _MOST_ASKED:
        raise UsageError(f"{len(names)} files are asked for", where="dp_id", accepted=f"1 to {_MOST_ASKED}")
    return names


def _check_options(calibrations: str | None, title: str) -> None:
    if calibrations not in {None, "raw", "master"}:
        raise UsageError(
            f"calibrations = {json.dumps(calibrations)[:40]}", where="calibrations", accepted="raw, master"
        )
    if len(title) > _LONGEST_TITLE:
        raise UsageError("the title is too long", where="title", accepted=f"{_LONGEST_TITLE} characters")
