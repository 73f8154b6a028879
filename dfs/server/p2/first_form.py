"""The API in the form in which it was first published, as aliases: proposals, their runs, the blocks of a run."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from dfs.errors import NotFoundError
from dfs.phase2.api import Versioned
from dfs.server.p2.arriving import JsonForm
from dfs.server.p2.call import Call, document, versioned
from dfs.server.p2.endpoint import Endpoints
from dfs.server.p2.incoming import BLOCK
from dfs.server.p2.schemas import TEXT, listed, obj, ref, text

__all__ = ["endpoints", "proposal_of"]

endpoints = Endpoints("Phase 2: first published form")
_ONE = "/proposals/{proposalId}"
_BLOCKS = f"{_ONE}/obsRuns/{{runId}}/obsBlocks"
_NEW = JsonForm(obj({"name": text(68, shortest=1)}, ("name",)), {"name": "NGC 1365"})


@endpoints.at(
    "GET",
    "/proposals",
    "Your proposals: the programmes of your runs",
    reply=listed(obj({"proposalId": TEXT}, ("proposalId",))),
)
def proposals(call: Call) -> Response:
    """Answer with each once."""
    found: dict[str, dict[str, Any]] = {}
    for run in call.desk.runs():
        number = proposal_of(run["progId"])
        one = found.setdefault(
            number, {"proposalId": number, "title": run.get("title", ""), "pi": run.get("pi"), "obsRuns": []}
        )
        one["obsRuns"].append(run["runId"])
    return document(list(found.values()))


@endpoints.at("GET", f"{_ONE}/obsRuns", "The runs of a proposal", reply=listed(ref("Run")))
def runs(call: Call) -> Response:
    """Answer with them."""
    found = [run for run in call.desk.runs() if proposal_of(run["progId"]) == call.text("proposalId")]
    if not found:
        raise NotFoundError(f"there is no proposal {call.text('proposalId')[:60]!r} among yours")
    return document(found)


@endpoints.at("GET", _BLOCKS, "The blocks of a run, wherever they are in it", reply=listed(ref("Item")))
def blocks(call: Call) -> Response:
    """Answer with them, in the order of the tree."""
    found: list[dict[str, Any]] = []
    waiting = [_run(call)["containerId"]]
    while waiting:
        items = call.desk.items(waiting.pop()).body
        found += [one for one in items if "obId" in one]
        waiting += reversed([one["containerId"] for one in items if "obId" not in one])
    return document(found)


@endpoints.at("POST", _BLOCKS, "Make a block in the run's first folder", form=_NEW, reply=ref("OB"), statuses=(201,))
def create(call: Call) -> Response:
    """Make it."""
    return versioned(call.desk.create_item(_run(call)["containerId"], "OB", call.body["name"]), 201)


@endpoints.at("GET", f"{_BLOCKS}/{{obId}}", "A block", reply=ref("OB"))
def block(call: Call) -> Response:
    """Answer with it."""
    return versioned(_block(call))


@endpoints.at("PUT", f"{_BLOCKS}/{{obId}}", "Save it", form=BLOCK, reply=ref("OB"), is_guarded=True)
def save(call: Call) -> Response:
    """Save it."""
    _block(call)
    return versioned(call.desk.save_ob(call.of("obId", call.number("obId")), call.version))


def proposal_of(run: str) -> str:
    """Return the proposal that a run identifier belongs to: ``110.23XY`` of ``110.23XY.001``, ``60.A-9253`` of ``60.A-9253(A)``."""
    head = run.partition("(")[0]
    return ".".join(head.split(".")[:2])


def _run(call: Call) -> dict[str, Any]:
    run = call.desk.run(call.number("runId"))
    if proposal_of(run["progId"]) != call.text("proposalId"):
        raise NotFoundError(f"run {run['runId']} is {run['progId']}, not of proposal {call.text('proposalId')[:60]!r}")
    return run


def _block(call: Call) -> Versioned[dict[str, Any]]:
    run, found = _run(call), call.desk.ob(call.number("obId"))
    if found.body["runId"] != run["runId"]:
        raise NotFoundError(f"there is no block {call.number('obId')} in run {run['progId']}")
    return found
