"""What ESO's API lacks, made of the calls it has, as far as that goes."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dfs.errors import DfsError, NotFoundError, UsageError
from dfs.phase2.api import Change, Document, Phase2Api, Upload
from dfs.phase2.remote.lacking import Lacking

__all__ = ["ComposedExtensions"]

_BLOCKS = frozenset({"OB", "CB"})
_WHOSE = frozenset({"obId", "containerId", "itemType", "name", "targetName", "obStatus", "containerStatus"})
_TOGETHER = 8  # requests under way at once


class ComposedExtensions(Lacking):
    """Trees, bulk edits and findings out of single calls.

    A bulk edit is no transaction here: an error tells how many of its changes had been made before it.  What nobody can make of ESO's
    calls (history, undo, comments, reviews) raises `ServiceError`.
    """

    def __init__(self, api: Phase2Api, name: str) -> None:
        super().__init__(name)
        self._api = api
        self._holders: dict[int, int] = {}  # template -> the block it is in, of all that were read

    def tree(self, run_id: int) -> Document:
        """Return a run whole: some six calls for each block."""
        run = self._api.run(run_id)
        with ThreadPoolExecutor(_TOGETHER) as pool:
            root = self._container(run["containerId"], pool)
            readme = self._api.readme(run_id)
        return {"run": run, "readme": readme.body, "readmeVersion": readme.version, "root": root, "revision": 0}

    def apply(self, run_id: int, changes: Iterable[Change]) -> dict[int, int]:  # noqa: ARG002 - the items name their run
        """Make the changes one after the other."""
        created: dict[int, int] = {}
        for done, change in enumerate(changes):
            try:
                self._make(change, created)
            except DfsError as error:
                error.hint = f"{done} changes were made before this one, and stay: {self._name} has no transactions"
                raise
        return created

    def findings(self, item_id: int) -> list[Document]:
        """Return what the service says when it verifies a block, or a container."""
        try:
            said, kind = self._api.verify_ob(item_id), "ob"
        except (NotFoundError, UsageError):  # no block has this number
            said, kind = self._api.verify_container(item_id), "container"
        severity = "info" if said.get("observable") else "error"
        common = {"severity": severity, "subject": kind, "subject_id": item_id, "path": "", "code": self._name}
        return [{**common, "message": text, "accepted": "", "fix": None} for text in said.get("messages", ())]

    def _container(self, container_id: int, pool: ThreadPoolExecutor) -> Document:
        """Return a whole container."""
        found, items = self._api.container(container_id), self._api.items(container_id)
        blocks = {
            one["obId"]: pool.submit(self._block, one["obId"]) for one in items.body if one["itemType"] in _BLOCKS
        }
        whole = [
            blocks[one["obId"]].result() if one["itemType"] in _BLOCKS else self._container(one["containerId"], pool)
            for one in items.body
        ]
        schedule: Document = {}
        versions = {"self": found.version, "items": items.version}
        if found.body["itemType"] == "Concatenation":
            scheduled = self._api.container_schedule(container_id)
            schedule, versions["schedule"] = _scheduled(scheduled.body), scheduled.version
        return {**found.body, "schedule": schedule, "items": whole, "versions": versions}

    def _block(self, ob_id: int) -> Document:
        """Return a whole block."""
        api = self._api
        found, listed, schedule = api.ob(ob_id), api.templates(ob_id), api.schedule(ob_id)
        absolute, sidereal, ephemeris = api.absolute(ob_id), api.sidereal(ob_id), api.ephemeris(ob_id)
        templates = [api.template(ob_id, one["templateId"]) for one in listed.body]
        self._holders |= {one.body["templateId"]: ob_id for one in templates}
        versions = {
            "self": found.version,
            "templates": listed.version,
            "absolute": absolute.version,
            "sidereal": sidereal.version,
            "schedule": schedule.version,
            "ephemeris": ephemeris.version,
            **{f"template:{one.body['templateId']}": one.version for one in templates},
        }
        return {
            **found.body,
            "templates": [one.body for one in templates],
            "absolute": absolute.body,
            "sidereal": sidereal.body,
            "schedule": _scheduled(schedule.body),
            "ephemeris": ephemeris.body.content.decode("utf-8", "replace"),
            "charts": api.charts(ob_id),
            "versions": versions,
        }

    def _make(self, change: Change, created: dict[int, int]) -> None:
        """Make one change; the numbers of items that this edit created are put in place of those it gave them."""
        api, body = self._api, change.body
        subject = created.get(change.subject, change.subject)
        version = change.version
        match change.action:
            case "create-item":
                created[change.subject] = self._create(created.get(body["containerId"], body["containerId"]), body)
            case "create-template":
                self._add_template(subject, body)
            case "save-template" if subject in self._holders:
                ob_id = self._holders[subject]
                now = api.template(ob_id, subject)
                api.save_template(ob_id, {**now.body, **body, "templateId": subject}, version or now.version)
            case "delete-template" if subject in self._holders:
                ob_id = self._holders.pop(subject)
                api.delete_template(ob_id, subject, version or api.template(ob_id, subject).version)
            case "move":
                container = created.get(body["containerId"], body["containerId"])
                api.move_item(container, self._kind(subject), subject)
            case "delete" if self._kind(subject) in _BLOCKS:
                api.delete_ob(subject, version or api.ob(subject).version)
            case "delete":
                api.delete_container(subject, version or api.container(subject).version)
            case _:
                self._save(change.action, subject, body, version)

    def _save(self, action: str, subject: int, body: Any, version: str | None) -> None:
        """Save something that is there; without a version whatever it is now."""
        api = self._api
        match action:
            case "save-ob":
                now = api.ob(subject)  # body and version of one moment: what somebody saves after it is not overwritten
                api.save_ob({**now.body, **body, "obId": subject}, version or now.version)
            case "save-container":
                api.save_container({**body, "containerId": subject}, version or api.container(subject).version)
            case "save-schedule":
                self._save_schedule(subject, body, version)
            case "save-absolute":
                api.save_absolute(subject, body, version or api.absolute(subject).version)
            case "save-sidereal":
                api.save_sidereal(subject, body, version or api.sidereal(subject).version)
            case "save-ephemeris":
                file = Upload("ephemeris.txt", str(body).encode())
                api.save_ephemeris(subject, file, version or api.ephemeris(subject).version)
            case _:
                raise UsageError(
                    f"{action!r} in a bulk edit is not possible at {self._name}", hint="make the call itself"
                )

    def _kind(self, item: int) -> str:
        """Return what an item is."""
        try:
            return str(self._api.ob(item).body["itemType"])
        except NotFoundError:
            return str(self._api.container(item).body["itemType"])

    def _create(self, container: int, body: Document) -> int:
        """Make an item with what came with it; return its number."""
        made = self._api.create_item(container, body["itemType"], body["name"]).body
        if body["itemType"] not in _BLOCKS:
            return self._fill_container(int(made["containerId"]), body)
        number = int(made["obId"])
        self._api.save_ob({**made, **_own(body)}, self._api.ob(number).version)
        for template in body.get("templates", ()):
            self._add_template(number, template)
        if body.get("absolute"):
            self._api.save_absolute(number, body["absolute"], self._api.absolute(number).version)
        if body.get("sidereal"):
            self._api.save_sidereal(number, body["sidereal"], self._api.sidereal(number).version)
        if body.get("ephemeris"):
            file = Upload("ephemeris.txt", body["ephemeris"].encode())
            self._api.save_ephemeris(number, file, self._api.ephemeris(number).version)
        if body.get("schedule"):
            self._save_schedule(number, body["schedule"], None)
        return number

    def _fill_container(self, number: int, body: Document) -> int:
        """Write what came with a new container; return its number."""
        if body["itemType"] != "Folder" and body.get("userPriority", 1) != 1:
            found = self._api.container(number)
            self._api.save_container({**found.body, "userPriority": body["userPriority"]}, found.version)
        if body.get("schedule"):
            self._save_schedule(number, body["schedule"], None)
        return number

    def _save_schedule(self, item: int, body: Document, version: str | None) -> None:
        """Save the scheduling information of a block or container."""
        api = self._api
        if self._kind(item) in _BLOCKS:
            found = api.schedule(item)
            api.save_schedule(item, {**found.body, **body}, version or found.version)
        else:
            found = api.container_schedule(item)
            api.save_container_schedule(item, {**found.body, **body}, version or found.version)

    def _add_template(self, ob_id: int, template: Document) -> None:
        """Add a template with its values."""
        new = self._api.create_template(ob_id, template["templateName"])
        given = {one["name"]: one.get("value") for one in template.get("parameters", ())}
        for parameter in new.body["parameters"]:
            if given.get(parameter["name"]) is not None:
                parameter["value"] = given[parameter["name"]]
        self._api.save_template(ob_id, new.body, new.version)


def _scheduled(document: Document) -> Document:
    """Return scheduling information without what tells whose it is."""
    return {name: value for name, value in document.items() if name not in _WHOSE}


def _own(body: Document) -> Document:
    """Return what of a whole block is in the block's own document and may be written."""
    return {
        name: body[name] for name in ("name", "userPriority", "obsDescription", "target", "constraints") if name in body
    }
