"""The calls of ESO's P2 API on single blocks, over HTTP."""

# ruff: noqa: D102 - the calls are those of `dfs.phase2.api.Phase2Api`
from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from dfs.phase2.api import Document, Upload, Versioned
from dfs.phase2.remote.wire import Wire

__all__ = ["P2BlockCalls"]

_TEXT = "text/plain"
_Documents = Versioned[list[Document]]


class P2BlockCalls:
    """A block, its windows, its templates, its files."""

    _wire: Wire

    def ob(self, ob_id: int) -> Versioned[Document]:
        return self._wire.versioned("GET", f"/obsBlocks/{ob_id}")

    def save_ob(self, ob: Document, version: str | None) -> Versioned[Document]:
        return self._wire.versioned("PUT", f"/obsBlocks/{ob['obId']}", ob, version)

    def delete_ob(self, ob_id: int, version: str | None) -> None:
        self._wire.json("DELETE", f"/obsBlocks/{ob_id}", version=version)

    def verify_ob(self, ob_id: int, *, submit: bool = False) -> Document:
        return dict(self._wire.json("POST", f"/obsBlocks/{ob_id}/verify", {"submit": submit}))

    def revise_ob(self, ob_id: int) -> None:
        self._wire.json("POST", f"/obsBlocks/{ob_id}/revise")

    def duplicate_ob(self, ob_id: int, container_id: int | None = None) -> Versioned[Document]:
        body = {} if container_id is None else {"containerId": container_id}
        return self._wire.versioned("POST", f"/obsBlocks/{ob_id}/duplicate", body)

    def migrate_ob(self, ob_id: int, *, dry_run: bool = True) -> Document:
        return dict(self._wire.json("POST", f"/obsBlocks/{ob_id}/migrate", {"dryRun": dry_run}) or {})

    def execution_time(self, ob_id: int) -> Document:
        return dict(self._wire.json("POST", f"/obsBlocks/{ob_id}/executionTime"))

    def export_ob(self, ob_id: int) -> Upload:
        return self._wire.download(f"/obsBlocks/{ob_id}/export", f"{ob_id}.zip").body

    def executions(self, ob_id: int, night: str) -> list[Document]:
        return list(self._wire.json("GET", f"/obsBlocks/{ob_id}/executions", night=night))

    def completely_filled_in(self, ob_id: int) -> bool:
        return bool(self._wire.json("GET", f"/obsBlocks/{ob_id}/templates/completelyFilledIn")["complete"])

    def absolute(self, ob_id: int) -> _Documents:
        return self._wire.versioned("GET", f"/obsBlocks/{ob_id}/timeConstraints/absolute")

    def save_absolute(self, ob_id: int, windows: Sequence[Document], version: str | None) -> _Documents:
        return self._wire.versioned("PUT", f"/obsBlocks/{ob_id}/timeConstraints/absolute", list(windows), version)

    def sidereal(self, ob_id: int) -> _Documents:
        return self._wire.versioned("GET", f"/obsBlocks/{ob_id}/timeConstraints/sidereal")

    def save_sidereal(self, ob_id: int, windows: Sequence[Document], version: str | None) -> _Documents:
        return self._wire.versioned("PUT", f"/obsBlocks/{ob_id}/timeConstraints/sidereal", list(windows), version)

    def schedule(self, ob_id: int) -> Versioned[Document]:
        return self._wire.versioned("GET", f"/obsBlocks/{ob_id}/schedule")

    def save_schedule(self, ob_id: int, schedule: Document, version: str | None) -> Versioned[Document]:
        return self._wire.versioned("PUT", f"/obsBlocks/{ob_id}/schedule", schedule, version)

    def ephemeris(self, ob_id: int) -> Versioned[Upload]:
        return self._wire.download(f"/obsBlocks/{ob_id}/ephemeris", "ephemeris.txt")

    def save_ephemeris(self, ob_id: int, file: Upload, version: str | None) -> str:
        return self._wire.upload("PUT", f"/obsBlocks/{ob_id}/ephemeris", file, _TEXT, version)

    def delete_ephemeris(self, ob_id: int, version: str | None) -> None:
        self._wire.json("DELETE", f"/obsBlocks/{ob_id}/ephemeris", version=version)

    def charts(self, ob_id: int) -> list[str]:
        return [str(one) for one in self._wire.json("GET", f"/obsBlocks/{ob_id}/findingCharts")]

    def add_chart(self, ob_id: int, file: Upload) -> None:
        self._wire.upload("POST", f"/obsBlocks/{ob_id}/findingCharts", file, "image/jpeg")

    def chart(self, ob_id: int, index: int) -> Upload:
        return self._wire.download(f"/obsBlocks/{ob_id}/findingCharts/{index}", f"{ob_id}_{index}.jpg").body

    def delete_chart(self, ob_id: int, index: int) -> None:
        self._wire.json("DELETE", f"/obsBlocks/{ob_id}/findingCharts/{index}")

    def duplicate_chart(self, ob_id: int, index: int, destination: int) -> None:
        self._wire.json("POST", f"/obsBlocks/{ob_id}/findingCharts/{index}/duplicate", {"obId": destination})

    def create_template(self, ob_id: int, name: str) -> Versioned[Document]:
        return self._wire.versioned("POST", f"/obsBlocks/{ob_id}/templates", {"templateName": name})

    def templates(self, ob_id: int) -> _Documents:
        return self._wire.versioned("GET", f"/obsBlocks/{ob_id}/templates")

    def reorder_templates(self, ob_id: int, templates: Sequence[Document], version: str | None) -> _Documents:
        return self._wire.versioned("PUT", f"/obsBlocks/{ob_id}/templates", list(templates), version)

    def template(self, ob_id: int, template_id: int) -> Versioned[Document]:
        return self._wire.versioned("GET", f"/obsBlocks/{ob_id}/templates/{template_id}")

    def save_template(self, ob_id: int, template: Document, version: str | None) -> Versioned[Document]:
        path = f"/obsBlocks/{ob_id}/templates/{template['templateId']}"
        return self._wire.versioned("PUT", path, template, version)

    def delete_template(self, ob_id: int, template_id: int, version: str | None) -> None:
        self._wire.json("DELETE", f"/obsBlocks/{ob_id}/templates/{template_id}", version=version)

    def duplicate_template(self, ob_id: int, template_id: int, destination: int | None = None) -> Versioned[Document]:
        body = {} if destination is None else {"obId": destination}
        return self._wire.versioned("POST", f"/obsBlocks/{ob_id}/templates/{template_id}/duplicate", body)

    def file_parameter(self, ob_id: int, template_id: int, parameter: str) -> Versioned[Upload]:
        path = f"/obsBlocks/{ob_id}/templates/{template_id}/{quote(parameter, safe='')}"
        return self._wire.download(path, parameter)

    def save_file_parameter(
        self, ob_id: int, template_id: int, parameter: str, file: Upload, version: str | None
    ) -> str:
        path = f"/obsBlocks/{ob_id}/templates/{template_id}/{quote(parameter, safe='')}"
        return self._wire.upload("PUT", path, file, _TEXT, version)
