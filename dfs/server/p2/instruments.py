"""Instruments: their packages, what was executed with them, the sequences of visitors; and what can be seen in a night."""

from __future__ import annotations

from starlette.responses import Response

from dfs.errors import UsageError
from dfs.server.p2.blocks import NIGHT
from dfs.server.p2.call import Call, document, versioned
from dfs.server.p2.endpoint import Endpoints
from dfs.server.p2.incoming import SEQUENCE, VISIBILITY
from dfs.server.p2.schemas import TEXT, listed, obj, ref

__all__ = ["endpoints"]

endpoints = Endpoints("Phase 2: instruments and nights")
_PACKAGES = "/instrumentPackages/{instrument}"
_ONE = f"{_PACKAGES}/{{ipVersion}}"
_FOR = {
    "name": "for",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "enum": ["phase1", "phase2"], "default": "phase2"},
}


def versions(call: Call) -> Response:
    """Answer with the versions, newest first."""
    return document(call.desk.package_versions(call.text("instrument")))


for _slash in ("/", ""):  # never a redirection: it would lose the token
    endpoints.at("GET", f"{_PACKAGES}{_slash}", "Versions of an instrument's package", reply=listed(TEXT))(versions)


@endpoints.at(
    "GET",
    f"{_ONE}/instrumentConstraints",
    "The constraints its blocks have, with what is allowed",
    reply=obj({"observingConstraints": listed(obj())}),
)
def constraints(call: Call) -> Response:
    """Answer with them."""
    return document(call.desk.instrument_constraints(call.text("instrument"), call.text("ipVersion")))


@endpoints.at("GET", f"{_ONE}/templateSignatures", "Its templates", reply=listed(ref("Signature")), parameters=(_FOR,))
def signatures(call: Call) -> Response:
    """Answer with names and types."""
    phase = call.query("for", "phase2")
    if phase not in {"phase1", "phase2"}:
        raise UsageError(f"for = {phase[:40]!r}", where="for", accepted="phase1, phase2")
    return document(call.desk.signatures(call.text("instrument"), call.text("ipVersion"), phase))


@endpoints.at(
    "GET",
    f"{_ONE}/templateSignatures/{{templateName}}",
    "A template: its parameters, with what is allowed",
    reply=ref("Signature"),
)
def signature(call: Call) -> Response:
    """Answer with the signature."""
    return document(call.desk.signature(call.text("instrument"), call.text("ipVersion"), call.text("templateName")))


@endpoints.at(
    "GET",
    "/executions/{instrument}",
    "What was executed in a night",
    reply=listed(ref("Execution")),
    parameters=(NIGHT,),
)
def night_executions(call: Call) -> Response:
    """Answer with the executions."""
    return document(call.desk.night_executions(call.text("instrument"), call.query("night")))


@endpoints.at("GET", "/executionSequences/{instrument}", "Your execution sequence as a visitor", reply=listed(obj()))
def sequence(call: Call) -> Response:
    """Answer with its blocks, in order."""
    return versioned(call.desk.sequence(call.text("instrument")))


@endpoints.at("PUT", "/executionSequences/{instrument}", "Save it", form=SEQUENCE, reply=listed(obj()), is_guarded=True)
def save_sequence(call: Call) -> Response:
    """Save it."""
    return versioned(call.desk.save_sequence(call.text("instrument"), call.body, call.version))


@endpoints.at(
    "POST",
    "/visibility",
    "Altitude, airmass and Moon of blocks in a night",
    form=VISIBILITY,
    reply=obj({"night": obj(), "data": listed(obj())}, ("night", "data")),
)
def visibility(call: Call) -> Response:
    """Answer with the curves."""
    return document(call.desk.visibility(call.body["night"], [int(one["obId"]) for one in call.body["targets"]]))
