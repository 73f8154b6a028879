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

_RESTORE = "restore the header from the archive's copy of this file"


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
            absent = _absent(one)
            reason = f"{len(one.members)} there, recipe {one.recipe} needs at least {one.minimum}"
            hint = f"add frames of class {one.frame_class} to the folder"
            if absent:
                reason, hint = f"keyword {absent} is missing in {one.name}: {reason}", _RESTORE
            self._block(job, one, one.frame_class, reason, hint, absent)
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
                absent, keyword = _absent(one), _failing(association, one)
                reason, hint = _why(association), f"add {' or '.join(need.made_from)} frames to the folder"
                if absent and absent == keyword:
                    reason, hint = f"keyword {absent} is missing in {one.name}, so that none can be chosen", _RESTORE
                self._block(job, one, need.kind, reason, f"{hint}, or say --allow-missing", keyword)
                return
        self.jobs.append(replace(job, sources=(*job.sources, *found), missing=tuple(missing)))

    def _block(self, job: Job, one: Group, kind: str, reason: str, hint: str, keyword: str) -> None:
        self.blocked.append(Blocked(job, kind, reason, hint, keyword))
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
    others = [one for one in association.verdicts if one.accepted and one.candidate is not chosen]
    alternatives = tuple(_as_source(association.kind, one.candidate, one.level) for one in others)
    return replace(_as_source(association.kind, chosen, association.level), alternatives=alternatives)


def _as_source(kind: str, candidate: Candidate, level: int | None) -> Source:
    if candidate.group is not None:
        job_id = _job_id(candidate.group)
        return Source(kind, job_id, job=job_id, level=level)
    return Source(kind, candidate.name, candidate.paths[0], level=level)


def _absent(one: Group) -> str:
    """Return the first keyword of the group's setup that its header does not have; "" when all are there."""
    first, keys = one.members[0], instruments.load(one.instrument).rules.keys
    names = (keyword for name in one.setup for keyword in keys[name])
    return next((keyword for keyword in names if first.header.get(keyword) is None), "")


def _failing(association: Association, one: Group) -> str:
    """Return the keyword in which the nearest candidate differs from the frames of the group; "" when it is none."""
    failure = association.verdicts[0].failure if association.verdicts else None
    if failure is None or failure.key == "MJD-OBS":
        return "MJD-OBS" if failure else ""
    keywords = instruments.load(one.instrument).rules.keys.get(failure.key, ())
    if len(keywords) < 2:
        return "".join(keywords)
    wanted, found = str(failure.wanted).split("x"), str(failure.found).split("x")
    if len(wanted) != len(keywords) or len(found) != len(keywords):
        return keywords[0]
    parts = zip(keywords, wanted, found, strict=True)
    return next((keyword for keyword, here, there in parts if here != there), keywords[0])


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
