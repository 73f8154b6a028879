"""Queries over TAP: the field's own client, with our time-outs and our errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dfs.archive.remote.session import Session
from dfs.errors import ServiceError, UsageError
from dfs.model import ColumnSchema, TableSchema

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["query", "tables"]

_CATALOGUES = re.compile(r"\bsafcat\.", re.IGNORECASE)


def query(session: Session, adql: str, maxrec: int | None, uploads: Mapping[str, Any]) -> Table:
    """Run a query: at once, or as a job of its own where that takes too long."""
    from pyvo.dal import DALQueryError, TAPService

    url = session.services.catalogues if _CATALOGUES.search(adql) else session.services.tap
    service = TAPService(url, session=session.requests)
    try:
        try:
            with _answering(session, url):
                found = service.run_sync(adql, maxrec=maxrec, uploads=uploads or None)
        except ServiceError as error:
            if "in time" not in error.message:
                raise
            with _answering(session, url):
                found = service.run_async(adql, maxrec=maxrec, uploads=uploads or None)
    except DALQueryError as error:
        raise UsageError(" ".join(str(error.reason).split()), where="query") from error
    table = found.to_table()
    table.meta["overflow"] = str(found.query_status).upper() == "OVERFLOW"
    return table


@contextmanager
def _answering(session: Session, url: str) -> Iterator[None]:
    """Turn the client's errors, which may wrap one another, into ours by what began them."""
    from pyvo.dal import DALFormatError, DALServiceError

    try:
        yield
    except (DALFormatError, DALServiceError) as error:
        with session.outside(url):
            _raise_cause(error)
        raise ServiceError(" ".join(str(error.reason).split()), where=url) from error


def _raise_cause(error: Exception) -> None:
    """Raise what an error of the client was caused by, at the bottom of all wrappings; return if there is nothing."""
    cause: Any = error
    while getattr(cause, "cause", None) is not None:
        cause = cause.cause
    if cause is not error:
        raise cause from error


def tables(session: Session) -> tuple[TableSchema, ...]:
    """Return the tables that can be queried, as TAP_SCHEMA tells of them."""
    names = query(session, "SELECT table_name, description FROM TAP_SCHEMA.tables ORDER BY table_name", None, {})
    columns = query(
        session,
        "SELECT table_name, column_name, datatype, unit, ucd, utype, description FROM TAP_SCHEMA.columns ORDER BY table_name",
        None,
        {},
    )
    of_table: dict[str, list[ColumnSchema]] = {}
    for row in columns:
        told = {name: _text(row[name]) for name in columns.colnames}
        kind: Any = told["datatype"]
        of_table.setdefault(told["table_name"], []).append(
            ColumnSchema(told["column_name"], kind, told["description"], told["unit"], told["ucd"], told["utype"])
        )
    return tuple(
        TableSchema(name, _text(row["description"]), tuple(of_table.get(name, ())))
        for row in names
        for name in [_text(row["table_name"])]
    )


def _text(value: Any) -> str:
    import numpy as np

    return "" if value is None or value is np.ma.masked else str(value)
