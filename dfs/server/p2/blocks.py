"""Observation blocks and calibration blocks."""

from __future__ import annotations

from starlette.responses import Response

from dfs.server.p2.call import Call, document, file, nothing, versioned
from dfs.server.p2.endpoint import Endpoints
from dfs.server.p2.incoming import ABSOLUTE, BLOCK, DESTINATION, DRY_RUN, NOTHING, SCHEDULE, SIDEREAL, SUBMIT
from dfs.server.p2.schemas import TEXT, listed, obj, ref

__all__ = ["NIGHT", "endpoints"]

endpoints = Endpoints("Phase 2: blocks")
_ONE = "/obsBlocks/{obId}"
_ZIP = "application/zip"
NIGHT = {
    "name": "night",
    "in": "query",
    "required": True,
    "description": "YYYY-MM-DD",
    "schema": {**TEXT, "format": "date"},
}


@endpoints.at("GET", _ONE, "A block", reply=ref("OB"))
def block(call: Call) -> Response:
    """Answer with it."""
    return versioned(call.desk.ob(call.number("obId")))


@endpoints.at("PUT", _ONE, "Save it", form=BLOCK, reply=ref("OB"), is_guarded=True)
def save(call: Call) -> Response:
    """Save it: name, target, constraints, description, priority."""
    return versioned(call.desk.save_ob(call.of("obId", call.number("obId")), call.version))


@endpoints.at("DELETE", _ONE, "Delete it; it has never been executed", statuses=(204,), is_guarded=True)
def delete(call: Call) -> Response:
    """Delete it."""
    call.desk.delete_ob(call.number("obId"), call.version)
    return nothing()


@endpoints.at("POST", f"{_ONE}/verify", "Verify it; submit it if it is good", form=SUBMIT, reply=ref("Verification"))
def verify(call: Call) -> Response:
    """Answer with what is wrong; with ``submit`` and nothing wrong its status becomes D (+ for visitors)."""
    return document(call.desk.verify_ob(call.number("obId"), submit=bool(call.body.get("submit"))))


@endpoints.at("POST", f"{_ONE}/revise", "Open it for changes: back to P", form=NOTHING, reply=ref("OB"))
def revise(call: Call) -> Response:
    """Open it, and answer with it."""
    call.desk.revise_ob(call.number("obId"))
    return versioned(call.desk.ob(call.number("obId")))


@endpoints.at(
    "POST",
    f"{_ONE}/duplicate",
    "A copy of it, here or in another container",
    form=DESTINATION,
    reply=ref("OB"),
    statuses=(201,),
)
def duplicate(call: Call) -> Response:
    """Copy it with its templates, windows, charts and ephemeris."""
    container = call.body.get("containerId")
    return versioned(call.desk.duplicate_ob(call.number("obId"), None if container is None else int(container)), 201)


@endpoints.at("POST", f"{_ONE}/migrate", "Bring it to the latest instrument package", form=DRY_RUN, reply=obj())
def migrate(call: Call) -> Response:
    """Answer with the changes; do them unless ``dryRun``."""
    return document(call.desk.migrate_ob(call.number("obId"), dry_run=bool(call.body.get("dryRun", True))))


@endpoints.at(
    "POST", f"{_ONE}/executionTime", "Its execution time, in seconds", form=NOTHING, reply=ref("ExecutionTime")
)
def execution_time(call: Call) -> Response:
    """Answer with exposure and execution time."""
    return document(call.desk.execution_time(call.number("obId")))


@endpoints.at("GET", f"{_ONE}/export", "It as a ZIP file, with its charts", reply=TEXT, media_type=_ZIP)
def export(call: Call) -> Response:
    """Send the file."""
    return file(call.desk.export_ob(call.number("obId")), _ZIP)


@endpoints.at(
    "GET", f"{_ONE}/executions", "Its executions in a night", reply=listed(ref("Execution")), parameters=(NIGHT,)
)
def executions(call: Call) -> Response:
    """Answer with them."""
    return document(call.desk.executions(call.number("obId"), call.query("night")))


@endpoints.at("GET", f"{_ONE}/timeConstraints/absolute", "When it may begin (UTC)", reply=listed(ref("Window")))
def absolute(call: Call) -> Response:
    """Answer with the windows, sorted."""
    return versioned(call.desk.absolute(call.number("obId")))


@endpoints.at(
    "PUT", f"{_ONE}/timeConstraints/absolute", "Save that", form=ABSOLUTE, reply=listed(ref("Window")), is_guarded=True
)
def save_absolute(call: Call) -> Response:
    """Save the windows."""
    return versioned(call.desk.save_absolute(call.number("obId"), call.body, call.version))


@endpoints.at(
    "GET", f"{_ONE}/timeConstraints/sidereal", "Between which sidereal times it lies", reply=listed(ref("Window"))
)
def sidereal(call: Call) -> Response:
    """Answer with the windows, merged and sorted."""
    return versioned(call.desk.sidereal(call.number("obId")))


@endpoints.at(
    "PUT", f"{_ONE}/timeConstraints/sidereal", "Save that", form=SIDEREAL, reply=listed(ref("Window")), is_guarded=True
)
def save_sidereal(call: Call) -> Response:
    """Save the windows."""
    return versioned(call.desk.save_sidereal(call.number("obId"), call.body, call.version))


@endpoints.at("GET", f"{_ONE}/schedule", "Its place in its container: delays, contribution", reply=obj())
def schedule(call: Call) -> Response:
    """Answer with it."""
    return versioned(call.desk.schedule(call.number("obId")))


@endpoints.at("PUT", f"{_ONE}/schedule", "Save that", form=SCHEDULE, reply=obj(), is_guarded=True)
def save_schedule(call: Call) -> Response:
    """Save it."""
    return versioned(call.desk.save_schedule(call.number("obId"), call.body, call.version))
