"""Containers: folders, groups, concatenations, time links, and what is in them."""

from __future__ import annotations

from starlette.responses import Response

from dfs.errors import UsageError
from dfs.server.p2.call import Call, document, file, nothing, versioned
from dfs.server.p2.endpoint import Endpoints
from dfs.server.p2.incoming import CONTAINER, ITEMS, MOVE, NEW_ITEM, NOTHING, SCHEDULE, SUBMIT, TOO
from dfs.server.p2.schemas import listed, obj, ref

__all__ = ["endpoints"]

endpoints = Endpoints("Phase 2: containers")
_ONE = "/containers/{containerId}"
_ZIP = "application/zip"


@endpoints.at("GET", _ONE, "A container", reply=ref("Container"))
def container(call: Call) -> Response:
    """Answer with it."""
    return versioned(call.desk.container(call.number("containerId")))


@endpoints.at("PUT", _ONE, "Save it: name, user priority", form=CONTAINER, reply=ref("Container"), is_guarded=True)
def save_container(call: Call) -> Response:
    """Save it."""
    return versioned(call.desk.save_container(call.of("containerId", call.number("containerId")), call.version))


@endpoints.at("DELETE", _ONE, "Delete it; it has to be empty", statuses=(204,), is_guarded=True)
def delete_container(call: Call) -> Response:
    """Delete it."""
    call.desk.delete_container(call.number("containerId"), call.version)
    return nothing()


@endpoints.at("GET", f"{_ONE}/items", "What is in it, in order", reply=listed(ref("Item")))
def items(call: Call) -> Response:
    """Answer with blocks and containers."""
    return versioned(call.desk.items(call.number("containerId")))


@endpoints.at(
    "POST", f"{_ONE}/items", "Make a block or container at its end", form=NEW_ITEM, reply=ref("Item"), statuses=(201,)
)
def create_item(call: Call) -> Response:
    """Make it, with the values of phase 1 or of the instrument."""
    made = call.desk.create_item(call.number("containerId"), call.body["itemType"], call.body["name"])
    return versioned(made, 201)


@endpoints.at(
    "PUT",
    f"{_ONE}/items",
    "Put what is in it into another order",
    form=ITEMS,
    reply=listed(ref("Item")),
    is_guarded=True,
)
def reorder_items(call: Call) -> Response:
    """Take the same list in its new order."""
    return versioned(call.desk.reorder_items(call.number("containerId"), call.body, call.version))


@endpoints.at("POST", f"{_ONE}/items/append", "Move a block or container here", form=MOVE, statuses=(204,))
def move_item(call: Call) -> Response:
    """Move it to the end of this container."""
    kind = call.body["itemType"]
    name = "obId" if kind in {"OB", "CB"} else "containerId"
    if name not in call.body:
        raise UsageError(f"there is no {name}", where="body", accepted=f'{{"itemType": "{kind}", "{name}": number}}')
    call.desk.move_item(call.number("containerId"), kind, int(call.body[name]))
    return nothing()


@endpoints.at("GET", f"{_ONE}/items/summary", "A summary of its blocks", reply=listed(obj()))
def summary(call: Call) -> Response:
    """Answer with it."""
    return document(call.desk.summary(call.number("containerId")))


def items_schedule(call: Call) -> Response:
    """Answer with what the scheduler knows of each item."""
    return document(call.desk.items_schedule(call.number("containerId")))


for _path in ("scheduling", "schedule"):  # the client asks for the first, its documentation names the second
    endpoints.at("GET", f"{_ONE}/items/{_path}", "Scheduling of its items", reply=listed(obj()))(items_schedule)


@endpoints.at(
    "POST",
    f"{_ONE}/items/executionTimes",
    "Execution times of all blocks in or below it",
    form=NOTHING,
    reply=listed(ref("ExecutionTime")),
)
def execution_times(call: Call) -> Response:
    """Answer with them."""
    return document(call.desk.execution_times(call.number("containerId")))


@endpoints.at("GET", f"{_ONE}/schedule", "Scheduling of a concatenation inside a group or time link", reply=obj())
def schedule(call: Call) -> Response:
    """Answer with it."""
    return versioned(call.desk.container_schedule(call.number("containerId")))


@endpoints.at("PUT", f"{_ONE}/schedule", "Save it", form=SCHEDULE, reply=obj(), is_guarded=True)
def save_schedule(call: Call) -> Response:
    """Save it."""
    return versioned(call.desk.save_container_schedule(call.number("containerId"), call.body, call.version))


@endpoints.at(
    "POST", f"{_ONE}/verify", "Verify a group, concatenation or time link", form=SUBMIT, reply=ref("Verification")
)
def verify(call: Call) -> Response:
    """Answer with what is wrong; with ``submit`` and nothing wrong its status becomes D."""
    return document(call.desk.verify_container(call.number("containerId"), submit=bool(call.body.get("submit"))))


@endpoints.at("POST", f"{_ONE}/revise", "Open it for changes: back to P", form=NOTHING, reply=ref("Container"))
def revise(call: Call) -> Response:
    """Open it, and answer with it."""
    call.desk.revise_container(call.number("containerId"))
    return versioned(call.desk.container(call.number("containerId")))


@endpoints.at("GET", f"{_ONE}/export", "All that is in it, as a ZIP file", reply={"type": "string"}, media_type=_ZIP)
def export(call: Call) -> Response:
    """Send the file."""
    return file(call.desk.export_container(call.number("containerId")), _ZIP)


@endpoints.at("POST", f"{_ONE}/triggerToO", "Trigger a target of opportunity", form=TOO, reply=obj())
def trigger_too(call: Call) -> Response:
    """Pass the request on."""
    return document(call.desk.trigger_too(call.number("containerId"), call.body))
