"""Surveys: a field of the sky into the copy of a run, as groups, time links and concatenations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dfs.errors import UsageError
from dfs.phase2.client.quantities import plain_value
from dfs.phase2.client.trees import Document, is_block
from dfs.phase2.documents import read_run

if TYPE_CHECKING:
    from dfs.phase2.client.folder import Folder
    from dfs.phase2.client.run import Run
    from dfs.phase2.survey import SurveyPlan

__all__ = ["make_survey", "plan_of"]


def plan_of(
    run: Run,
    field: Any,
    name: str,
    template: Any,
    *,
    tiling: Any = None,
    radius: Any = None,
    overlap: float = 0.0,
    every: Any = 0.0,
    epochs: int = 1,
    tolerance: Any = None,
    together: bool = False,
) -> SurveyPlan:
    """Return what a survey puts into a run; see `dfs.phase2.client.run.Run.survey`."""
    from dfs.phase2.survey import Epochs, plan_survey, tile_field, tiling_for

    patterns = _patterns(run, template)
    frames = tiling
    if tiling is None:
        frames = tiling_for(run.instrument, [one["templateName"] for one in patterns[0]["templates"]], overlap=overlap)
    early = None if tolerance is None else float(plain_value("tolerance", tolerance, "s"))
    visits = Epochs(epochs, float(plain_value("every", every, "s")), early)
    pointings = tile_field(_field(run, field, radius), frames)
    return plan_survey(name, pointings, patterns, read_run(run.working.tree["run"]), visits, together=together)


def make_survey(folder: Folder, run: Run, plan: SurveyPlan) -> None:
    """Put what a survey makes into the copy of a run."""
    for item in plan.items:
        _make(folder, run, item)


def _make(folder: Folder, run: Run, item: Document) -> None:
    if not is_block(item):
        made = folder.create_container(str(item["name"]), str(item["itemType"]))
        made.schedule_as(item.get("schedule") or {})
        for one in item["items"]:
            _make(made, run, one)
        return
    document = run.new_block(str(item["name"]), str(item["itemType"]))
    document |= {key: value for key, value in item.items() if key != "templates"}
    document["templates"] = [
        {
            "templateId": run.working.number(),
            "templateName": one["templateName"],
            "type": one["type"],
            "parameters": one["parameters"],
        }
        for one in item["templates"]
    ]
    folder.add(document)


def _patterns(run: Run, template: Any) -> list[Document]:
    """Return the blocks that the survey's begin as: one, or one for each set-up."""
    given: Sequence[Any] = template if isinstance(template, list | tuple) else [template]
    found = [run.ob(one) if isinstance(one, str | int) else one for one in given if one is not None]
    if not found:
        raise UsageError(
            "a survey needs a block to begin from", where="survey.template", accepted="a block, its name, or several"
        )
    return [one.document for one in found]


def _field(run: Run, field: Any, radius: Any) -> Any:
    """Return a field of the sky; positions and names of targets are the middle of a circle."""
    from dfs.model.sexagesimal import dec_deg, ra_deg
    from dfs.phase2.client.pointing import target_document
    from dfs.phase2.survey import Circle

    if hasattr(field, "contains") and hasattr(field, "radius_deg"):
        return field
    if radius is None:
        raise UsageError(
            "how large is the field?",
            where="survey.radius",
            accepted="radius=1 * u.deg, or a Circle, Box, Band, Polygon",
        )
    given = field if isinstance(field, tuple) else (field,)
    target = target_document(run.names, *given)
    size = plain_value("radius", radius, "deg")
    return Circle(ra_deg(str(target["ra"])), dec_deg(str(target["dec"])), float(size))
