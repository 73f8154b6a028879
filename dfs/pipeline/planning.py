"""From records of files to the graph of their reduction. No pixel is read here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from dfs import instruments
from dfs.errors import DataError
from dfs.frames import Association, Candidate, Group, associate, candidates_from, frame_class_of, group
from dfs.instruments import Need
from dfs.model import FrameRecord
from dfs.pipeline.graph import Blocked, Graph, Job, Source

__all__ = ["plan"]


def plan(records: Iterable[FrameRecord], *, masters: Iterable[FrameRecord] = (), allow_missing: bool = False) -> Graph:
    """Return the graph of everything that can be made of `records`.

    Parameters
    ----------
    records
        Of raw frames, classified; unusable ones and those without a recipe are passed over.
    masters
        Records of archived calibration products, which serve where no raw frames of this folder do as well.
    allow_missing
        True: a job whose calibration is missing is done without it and says so; False: it is blocked.

    Raises
    ------
    DataError
        The rules of an instrument make two classes need each other.
    """
    groups = [one for one in group(records) if one.recipe is not None]
    planner = _Planner(candidates_from(groups, masters), allow_missing)
    for one in _in_order(groups):
        planner.add(one)
    return Graph(tuple(planner.jobs), tuple(planner.blocked))


def _in_order(groups: Sequence[Group]) -> list[Group]:
    """Return the groups so that calibrations come before what needs them; within a class by time."""
    needs = {(one.instrument, one.frame_class): _needed_classes(one) for one in groups}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise DataError(f"frame classes need each other: {error.args[1]}", hint="correct frames.toml") from error
    rank = {name: index for index, name in enumerate(order)}
    return sorted(groups, key=lambda one: rank[one.instrument, one.frame_class])


def _needed_classes(one: Group) -> list[tuple[str, str]]:
    return [(one.instrument, name) for need in _needs(one) for name in need.made_from]


def _needs(one: Group) -> Sequence[Need]:
    frame_class = frame_class_of(one.members[0])
    return frame_class.needs if frame_class is not None else ()


@dataclass
class _Planner:
    """Plans group after group; what is blocked is no candidate for what comes later."""

    candidates: list[Candidate]
    allow_missing: bool
    jobs: list[Job] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)

    def add(self, one: Group) -> None:
        """Plan the job of one group, or say why it cannot be done."""
        job = _job(one)
        if not one.is_complete:
            reason = f"{len(one.members)} there, recipe {one.recipe} needs at least {one.minimum}"
            self._block(job, one, one.frame_class, reason, f"add frames of class {one.frame_class} to the folder")
            return
        found: list[Source] = []
        missing: list[str] = []
        for need in _needs(one):
            association = associate(one.members[0], need, self.candidates)
            if association.chosen is not None:
                found.append(_source(association, association.chosen))
            elif self.allow_missing or not need.required:
                missing.append(need.kind)
            else:
                hint = f"add {' or '.join(need.made_from)} frames to the folder, or say --allow-missing"
                self._block(job, one, need.kind, _why(association), hint)
                return
        self.jobs.append(replace(job, sources=(*job.sources, *found), missing=tuple(missing)))

    def _block(self, job: Job, one: Group, kind: str, reason: str, hint: str) -> None:
        self.blocked.append(Blocked(job, kind, reason, hint))
        said = f"{kind} is missing" if kind != one.frame_class else reason
        self.candidates = [
            replace(candidate, rejected=f"it cannot be made: {said}") if candidate.group is one else candidate
            for candidate in self.candidates
        ]


def _job(one: Group) -> Job:
    first = one.members[0]
    return Job(
        id=_job_id(one),
        recipe=str(one.recipe),
        instrument=instruments.load(one.instrument).name,
        target=_target(one, first),
        setup=one.setup,
        mjd_obs=first.mjd_obs,
        sources=tuple(
            Source(one.frame_class, member.dp_id or member.path.name, member.path, raw=True) for member in one.members
        ),
    )


def _job_id(one: Group) -> str:
    return f"{one.recipe}:{one.name}"


def _target(one: Group, first: FrameRecord) -> str:
    """Return what people call it: the object of an observation, the class of a calibration."""
    observed = first.category == "SCIENCE" or "STD" in (first.type or "")
    return first.target if observed and first.target else one.frame_class


def _source(association: Association, chosen: Candidate) -> Source:
    if chosen.group is not None:
        job_id = _job_id(chosen.group)
        return Source(association.kind, job_id, job=job_id, level=association.level)
    return Source(association.kind, chosen.name, chosen.paths[0], level=association.level)


def _why(association: Association) -> str:
    """Return why none of the candidates does: how many there are, and what keeps the nearest one away."""
    if not association.verdicts:
        return "there is none in the folder nor in the archive"
    nearest = association.verdicts[0]
    name, failure = nearest.candidate.name, nearest.failure
    if failure is None or failure.key == "rejected":
        return f"{name}: {failure.found if failure else nearest.reason}"
    count = len(association.verdicts)
    among = f"the nearest of {count} candidates" if count > 1 else "the only candidate"
    return f"{name}, {among}, has {failure.key} {failure.found}, wanted is {failure.wanted}"
