"""Triggers of rapid response (ToO-RRM): a block of a target-of-opportunity run is to be observed now, at a position just found.

What ESO's service does with a file on the telescope's server and a ticket stands here as a comment on the block, which operators and
support astronomers see, and a row of the audit trail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from dfs.access import AuditTrail
from dfs.clock import Clock
from dfs.errors import NotFoundError, UsageError
from dfs.model.sexagesimal import DEC_FORMAT, RA_FORMAT, dec_deg, ra_deg
from dfs.phase2.api import Document, Phase2Desk, Upload
from dfs.phase2.failures import FileKindError, StateError
from dfs.store import Database
from dfs.store.tables import p2_blobs

__all__ = ["RapidResponse"]

_TRUE = frozenset({"true", "1", "yes"})
_PATH = "trigger"
_JPEG = b"\xff\xd8\xff"


class RapidResponse:
    """Triggers, as one user.

    Parameters
    ----------
    desk
        Phase 2 as this user sees it.
    database, audit, clock
        Where the trigger is kept and told, and when that is.
    """

    def __init__(self, desk: Phase2Desk, database: Database, audit: AuditTrail, clock: Clock) -> None:
        self._desk, self._database, self._audit, self._clock = desk, database, audit, clock

    def trigger(self, ob_id: int, request: Mapping[str, str]) -> Document:
        """Trigger a block; the keys are those of ESO's grrmapi.

        Raises
        ------
        UsageError
            What the trigger says is not what the block is, or its position cannot be read.
        StateError
            The run is not for targets of opportunity, or the block not accepted.
        """
        ob = self._desk.ob(ob_id).body
        run = self._desk.run(ob["runId"])
        _agree(ob, run, request)
        is_dry = request.get("dryRun", "").lower() in _TRUE
        if not is_dry:
            _ready(ob, run)
        name = f"{run['instrument']}_{request.get('account_id', '')}_{ob['name']}"
        line = f"{request['TI_RA']} {request['TI_DEC']} {'T' if _flag(request, 'allow_focus_change') else 'F'}"
        ticket: int | None = None
        if not is_dry:
            said = self._desk.comment(ob["runId"], f"rapid response: {name}: {line}", ob_id, _PATH)
            ticket = int(said["commentId"])
            with self._database.write() as connection:
                self._audit.append(connection, "p2-trigger", f"item:{ob_id}", position=line, ticket=ticket)
        return self._answer(name, ticket, request)

    def add_chart(self, ob_id: int, ticket: int, file: Upload) -> Document:
        """Add a finding chart to a trigger; its position is new, so the block's own charts may not show it."""
        if not file.content.startswith(_JPEG):
            raise FileKindError(f"{file.name} is no JPEG, whatever its name says", accepted="JPEG")
        run_id = self._desk.ob(ob_id).body["runId"]
        known = {
            one["commentId"]
            for one in self._desk.comments(run_id)
            if (one.get("path"), one.get("itemId")) == (_PATH, ob_id)
        }
        if ticket not in known:
            raise NotFoundError(f"there is no trigger {ticket} of block {ob_id}", where="trigger_ticket_id")
        digest = hashlib.sha256(file.content).hexdigest()
        # the comment first: it asks whether he may
        self._desk.comment(run_id, f"finding chart of trigger {ticket}: {file.name} ({digest})", ob_id, _PATH)
        with self._database.write() as connection:
            if connection.execute(select(p2_blobs.c.sha256).where(p2_blobs.c.sha256 == digest)).first() is None:
                connection.execute(insert(p2_blobs).values(sha256=digest, content=file.content))
        return {"trigger_ticket": {"id": ticket, "result": "SUCCESS"}, "file": file.name}

    def _answer(self, name: str, ticket: int | None, request: Mapping[str, str]) -> Document:
        now = self._clock.now()
        reference = "" if ticket is None else f"{now:%Y-%m}-DFS-{ticket:06d}"
        status = "upload_success" if ticket is not None else "dry_run"
        shown = {key: value for key, value in request.items() if key != "api_token"}
        return {
            "rrm_trigger_status": status,
            "ftp_upload_filename": name,
            "ftp_upload_completed_at": f"{now:%Y-%m-%dT%H:%M:%S.%f}",
            "message": f"rrm_trigger_status = {status}\nftp_upload_filename = {name}\nticket_ref = {reference}",
            "request": shown,
            "trigger_ticket": {
                "id": ticket,
                "ref": reference,
                "result": "SUCCESS",
                "err_messages": [],
                "warn_messages": [],
            },
        }


def _agree(ob: Mapping[str, Any], run: Mapping[str, Any], request: Mapping[str, str]) -> None:
    """Refuse a trigger that means another block, or a position that is none."""
    for key, is_ in (("instrument", run["instrument"]), ("OBname", ob["name"]), ("Program_ID", run["progId"])):
        if key in request and request[key] != is_:
            raise UsageError(f"{key} is {request[key][:60]!r}", where=key, accepted=str(is_))
    for key, read, form in (("TI_RA", ra_deg, RA_FORMAT), ("TI_DEC", dec_deg, DEC_FORMAT)):
        if key not in request:
            raise UsageError(f"there is no {key}", where=key, accepted=f"the position that triggers, {form}")
        try:
            read(request[key])
        except ValueError:
            raise UsageError(f"{request[key][:60]!r} is no coordinate", where=key, accepted=form) from None


def _ready(ob: Mapping[str, Any], run: Mapping[str, Any]) -> None:
    if not run["isToO"]:
        raise StateError(f"run {run['progId']} is not for targets of opportunity")
    if ob["obStatus"] != "+":
        raise StateError(
            f"block {ob['name']!r} is in status {ob['obStatus']}", accepted="+: accepted, ready for execution"
        )


def _flag(request: Mapping[str, str], name: str) -> bool:
    return request.get(name, "").lower() in _TRUE
