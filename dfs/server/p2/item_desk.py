"""What ESO's API lacks, for blocks and containers: findings as data, review, execution; and what users keep for later."""

from __future__ import annotations

from starlette.responses import Response

from dfs.server.p2.arriving import JsonForm
from dfs.server.p2.call import Call, document, nothing
from dfs.server.p2.endpoint import Endpoints
from dfs.server.p2.schemas import listed, obj, ref, text

__all__ = ["endpoints"]

endpoints = Endpoints("Phase 2: beyond ESO's API, blocks")
_ITEM = "/ext/items/{itemId}"
_KIND = "/ext/library/{kind}"
_VERDICTS = ["take", "accept", "reject", "cancel"]
_EVENTS = ["start", "end", "abort"]
_REVIEW = JsonForm(
    obj({"verdict": {"type": "string", "enum": _VERDICTS}, "text": text()}, ("verdict",)), {"verdict": "accept"}
)
_EVENT = JsonForm(
    obj({"event": {"type": "string", "enum": _EVENTS}, "details": obj()}, ("event",)),
    {"event": "end", "details": {"grade": "A"}},
)
_KEPT = JsonForm(obj(), {"airmass": 1.6})


@endpoints.at(
    "GET", f"{_ITEM}/findings", "Every finding on a block, or on all in a container", reply=listed(ref("Finding"))
)
def findings(call: Call) -> Response:
    """Answer with the findings: severity, path, message, what is accepted, how to mend it."""
    return document(call.desk.findings(call.number("itemId")))


@endpoints.at(
    "POST",
    f"{_ITEM}/review",
    "Take for review, accept, reject with a reason, cancel (support astronomers)",
    form=_REVIEW,
    reply=ref("Item"),
)
def review(call: Call) -> Response:
    """Give the verdict; answer with the block or container."""
    return document(call.desk.review(call.number("itemId"), call.body["verdict"], call.body.get("text", "")))


@endpoints.at(
    "POST", "/ext/obsBlocks/{obId}/execute", "Start, end with a grade, abort (operators)", form=_EVENT, reply=ref("OB")
)
def execute(call: Call) -> Response:
    """Tell what happened at the telescope; answer with the block."""
    return document(call.desk.execute(call.number("obId"), call.body["event"], call.body.get("details")))


@endpoints.at(
    "GET", _KIND, "What you keep: target, constraints, description, template, block, exposure", reply=listed(obj())
)
def library(call: Call) -> Response:
    """Answer with all of a kind."""
    return document(call.desk.library(call.text("kind")))


@endpoints.at("PUT", f"{_KIND}/{{name}}", "Keep one under a name", form=_KEPT, reply=obj())
def keep(call: Call) -> Response:
    """Keep it; one of the same name is replaced."""
    return document(call.desk.keep(call.text("kind"), call.text("name"), call.body))


@endpoints.at("DELETE", f"{_KIND}/{{name}}", "Keep it no longer", statuses=(204,))
def forget(call: Call) -> Response:
    """Forget it."""
    call.desk.forget(call.text("kind"), call.text("name"))
    return nothing()
