"""What the desk passes on: instrument packages, visibility, exports, triggers of targets of opportunity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dfs.access.observing import Deed
from dfs.errors import UsageError
from dfs.instruments import packages as shapes
from dfs.phase2.api import Document, Upload
from dfs.phase2.failures import StateError
from dfs.phase2.service.desk import Desk, block_noun, run_noun
from dfs.phase2.service.files import file_content, file_content_of
from dfs.phase2.service.look import Look
from dfs.phase2.service.records import Item
from dfs.phase2.service.shown import run_document, whole_block, whole_container

__all__ = ["Elsewhere"]

_WITHIN = ("OneNight", "TwoNight", "SevenNights")
_TRIGGER = {"phone": str, "notify": list, "executeWithin": str, "calibrations": list, "comments": str}


class Elsewhere(Desk):
    """Instrument packages, visibility, exports, triggers."""

    def package_versions(self, instrument: str) -> list[str]:
        """Return the versions of an instrument's package, oldest first."""
        return list(self._packages.package(instrument).versions)

    def instrument_constraints(self, instrument: str, version: str) -> Document:
        """Return the constraints that blocks of an instrument have."""
        return shapes.constraints_document(self._packages.package(instrument, version))

    def signatures(self, instrument: str, version: str, phase: str = "phase2") -> list[Document]:
        """Return names and types of the templates of an instrument."""
        if phase not in {"phase1", "phase2"}:
            raise UsageError(f"there is no phase {phase!r}", where="for", accepted="phase1, phase2")
        return shapes.signatures_document(self._packages.package(instrument, version))

    def signature(self, instrument: str, version: str, name: str) -> Document:
        """Return a template's signature."""
        return shapes.signature_document(self._packages.package(instrument, version).signature(name))

    def visibility(self, night: str, ob_ids: Sequence[int]) -> Document:
        """Return altitude, airmass and Moon of blocks through a night; see p2esm's ``POST /visibility``."""
        with self._look() as look:
            blocks = [look.block(number) for number in ob_ids]
            nouns = [(run_noun(look, look.run(one.run_id)), block_noun(look, one)) for one in blocks]
        return self._night_curves(night, nouns)

    def export_ob(self, ob_id: int) -> Upload:
        """Return a block with its files as a ZIP."""
        with self._look() as look:
            item = look.block(ob_id)
            return self._exported(look, item, whole_block(look, item))

    def export_container(self, container_id: int) -> Upload:
        """Return a container with everything in it as a ZIP."""
        with self._look() as look:
            item = look.container(container_id)
            look.read_whole(item.run_id)
            return self._exported(look, item, whole_container(look, item))

    def trigger_too(self, container_id: int, request: Document) -> Document:
        """Ask for the observations of a container at once: of a run for targets of opportunity.

        Raises
        ------
        StateError
            The run is none for targets of opportunity, or nothing in the container is submitted.
        """
        with self._change("trigger") as work:
            item = work.container(container_id)
            run = work.run(item.run_id, Deed.EDIT)
            if run.state == "ended":
                raise StateError(f"run {run.prog_id} has ended")
            if not run.is_too:
                raise StateError(f"run {run.prog_id} is not for targets of opportunity", accepted="a run with isToO")
            blocks = [one for one in work.descendants(item) if one.is_block]
            if not any(one.status in {"D", "R", "+", "M"} for one in blocks):
                raise StateError(f"no block in {item.label} is submitted", hint="verify and submit them first")
            body = {**_trigger(request), "containerId": item.id, "triggered": f"{work.at}Z", "who": work.name}
            work.write(work.of(item, "trigger"), body, "*", run.run_id)
            work.audit("p2-trigger", item.subject, run=run.prog_id, executeWithin=body["executeWithin"])
            return body

    def _exported(self, look: Look, item: Item, document: Document) -> Upload:
        blocks = [item] if item.is_block else [one for one in look.descendants(item) if one.is_block]
        files = {name: content for one in blocks for name, content in _files(look, one).items()}
        return self._export(run_document(look, look.run(item.run_id)), document, files)


def _files(look: Look, block: Item) -> dict[str, bytes]:
    """Return the files of a block: ``OBID/charts/N`` (from 1) and ``OBID/templates/TEMPLATEID/PARAMETER``."""
    found = {
        f"{block.id}/charts/{index}": file_content_of(look.connection, one).content
        for index, one in enumerate(look.of(block, "charts").body, 1)
    }
    for row in look.templates(block):
        for one in look.document(row.subject, "self", block.run_id).body["parameters"]:
            if one["type"] in {"file", "paramfile"}:
                stored = look.document(row.subject, f"file:{one['name']}", block.run_id)
                if stored.body:
                    found[f"{block.id}/templates/{row.id}/{one['name']}"] = file_content(
                        look.connection, stored
                    ).content
    return found


def _trigger(request: Any) -> dict[str, Any]:
    if not isinstance(request, Mapping):
        raise UsageError("a trigger is an object", accepted=", ".join(_TRIGGER))
    wrong = next((key for key in request if key not in _TRIGGER), None)
    if wrong is not None:
        raise UsageError(f"no field {wrong!r}", where="trigger", accepted=", ".join(_TRIGGER))
    body = {key: request.get(key) or kind() for key, kind in _TRIGGER.items()}
    for key, kind in _TRIGGER.items():
        if not isinstance(body[key], kind):
            raise UsageError(f"{request[key]!r:.60} is not accepted", where=key, accepted=f"a {kind.__name__}")
    if body["executeWithin"] not in _WITHIN:
        raise UsageError(
            f"{body['executeWithin']!r} is not accepted", where="executeWithin", accepted=", ".join(_WITHIN)
        )
    return body
