"""Templates of a block, and the files among their parameters."""

from __future__ import annotations

from starlette.responses import Response

from dfs.server.p2.call import Call, document, file, nothing, versioned
from dfs.server.p2.endpoint import Endpoints
from dfs.server.p2.incoming import DESTINATION_BLOCK, NEW_TEMPLATE, PARAMETER_FILE, TEMPLATE, TEMPLATES
from dfs.server.p2.schemas import TEXT, listed, obj, ref

__all__ = ["endpoints"]

endpoints = Endpoints("Phase 2: templates")
_ALL = "/obsBlocks/{obId}/templates"
_ONE = f"{_ALL}/{{templateId}}"
_COMPLETE = obj({"complete": {"type": "boolean"}}, ("complete",))


@endpoints.at("GET", _ALL, "The templates of a block, in order", reply=listed(ref("Template")))
def templates(call: Call) -> Response:
    """Answer with them; an acquisition is the first."""
    return versioned(call.desk.templates(call.number("obId")))


@endpoints.at("POST", _ALL, "Add a template", form=NEW_TEMPLATE, reply=ref("Template"), statuses=(201,))
def create(call: Call) -> Response:
    """Add it with its defaults."""
    return versioned(call.desk.create_template(call.number("obId"), call.body["templateName"]), 201)


@endpoints.at(
    "PUT", _ALL, "Put them into another order", form=TEMPLATES, reply=listed(ref("Template")), is_guarded=True
)
def reorder(call: Call) -> Response:
    """Take the same list in its new order."""
    return versioned(call.desk.reorder_templates(call.number("obId"), call.body, call.version))


@endpoints.at("GET", f"{_ALL}/completelyFilledIn", "Is anything missing in them", reply=_COMPLETE)
def completely_filled_in(call: Call) -> Response:
    """Answer whether templates and values are all there."""
    return document({"complete": call.desk.completely_filled_in(call.number("obId"))})


@endpoints.at("GET", _ONE, "A template with its parameters", reply=ref("Template"))
def template(call: Call) -> Response:
    """Answer with it."""
    return versioned(call.desk.template(call.number("obId"), call.number("templateId")))


@endpoints.at("PUT", _ONE, "Save the values of its parameters", form=TEMPLATE, reply=ref("Template"), is_guarded=True)
def save(call: Call) -> Response:
    """Save them."""
    ob, body = call.number("obId"), call.of("templateId", call.number("templateId"))
    return versioned(call.desk.save_template(ob, body, call.version))


@endpoints.at("DELETE", _ONE, "Take it away", statuses=(204,), is_guarded=True)
def delete(call: Call) -> Response:
    """Delete it."""
    call.desk.delete_template(call.number("obId"), call.number("templateId"), call.version)
    return nothing()


@endpoints.at(
    "POST",
    f"{_ONE}/duplicate",
    "A copy of it, here or in another block",
    form=DESTINATION_BLOCK,
    reply=ref("Template"),
    statuses=(201,),
)
def duplicate(call: Call) -> Response:
    """Copy it with its files."""
    there = call.body.get("obId")
    made = call.desk.duplicate_template(
        call.number("obId"), call.number("templateId"), None if there is None else int(there)
    )
    return versioned(made, 201)


@endpoints.at(
    "GET", f"{_ONE}/{{parameter}}", "The file that is the value of a parameter", reply=TEXT, media_type="text/plain"
)
def file_parameter(call: Call) -> Response:
    """Send the file; an empty one when there is none yet."""
    found = call.desk.file_parameter(call.number("obId"), call.number("templateId"), call.text("parameter"))
    return file(found.body, "text/plain", found.version)


@endpoints.at("PUT", f"{_ONE}/{{parameter}}", "Save that file", form=PARAMETER_FILE, statuses=(204,), is_guarded=True)
def save_file_parameter(call: Call) -> Response:
    """Save it."""
    ob, template_id, name = call.number("obId"), call.number("templateId"), call.text("parameter")
    return nothing(call.desk.save_file_parameter(ob, template_id, name, call.body, call.version))
