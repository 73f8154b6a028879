"""Choosing the calibrations of an archived frame by its instrument's association rules, and the calibrations of those, down to the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dfs.archive.calibrations.shelf import Shelf
from dfs.archive.calibrations.tree import Association, MainFile, Mode
from dfs.frames import Association as Chosen
from dfs.frames import Candidate, associate, candidates_from, frame_class_of, group
from dfs.instruments import Need
from dfs.model import FrameRecord

__all__ = ["Selection"]

_GROUP_DAYS = 1.0  # frames grouped together are taken within a day
_MATCHES = ("calib_plan", "certifiable", "acceptable", "risky")


@dataclass
class Selection:
    """Selects for one request; what several frames share is chosen once.

    Attributes
    ----------
    shelf
        What there is.
    mode
        ``raw2raw``, or ``raw2master``: archived masters, raw frames where there is none.
    """

    shelf: Shelf
    mode: Mode
    _branches: dict[tuple[str, str], Association] = field(default_factory=dict)

    def tree(self, dp_id: str) -> Association:
        """Return the tree of the frame `dp_id`, which is in the archive."""
        record = self.shelf.record(dp_id)
        frame_class = frame_class_of(record) if record is not None else None
        if record is None or frame_class is None:
            reason = (record.problem if record is not None else None) or "the file has no header to choose by"
            return self._without(dp_id, (record.category if record is not None else None) or "UNKNOWN", reason)
        if frame_class.is_product:
            reason = "calibrations are chosen for raw frames: ask for those it was made from (#progenitor in its links)"
            return self._without(dp_id, frame_class.name, reason)
        below, missing = self._needs(record, frame_class.needs)
        certified = (
            all(one.certified for one in below)
            if below
            else any(self.shelf.is_certified([dp_id], kind) for kind in _kinds(record)) or not _kinds(record)
        )
        return Association(
            category=frame_class.name,
            files=(MainFile(frame_class.name, dp_id),),
            certified=certified and not missing,
            complete=_complete(below, missing, frame_class.needs),
            mode=self.mode,
            messages=tuple(missing.values()),
            associated=tuple(below),
        )

    def _without(self, dp_id: str, category: str, reason: str) -> Association:
        files = (MainFile(category, dp_id),)
        return Association(category, files, certified=False, complete=False, mode=self.mode, messages=(reason,))

    def _needs(self, record: FrameRecord, needs: Sequence[Need]) -> tuple[list[Association], dict[str, str]]:
        """Return a branch for each need that is met, and a message for each that is not, by kind."""
        below, missing = [], {}
        for need in needs:
            chosen = self._choose(record, need)
            if chosen.chosen is None:
                missing[need.kind] = _message(chosen, record)
            else:
                below.append(self._branch(chosen.chosen, need, chosen.level or 0))
        return below, missing

    def _choose(self, record: FrameRecord, need: Need) -> Chosen:
        if self.mode == "raw2master":
            master = self._search(record, need, [need.kind])
            if master.chosen is not None:
                return master
        return self._search(record, need, need.made_from)

    def _search(self, record: FrameRecord, need: Need, classes: Sequence[str]) -> Chosen:
        """Look farther and farther in time: what fits a better level is found among few frames."""
        low = high = 0.0
        found = associate(record, need, [])
        for rule in need.rules:
            low, high = min(low, rule.days[0]), max(high, rule.days[1])
            near = self.shelf.around(record, (low - _GROUP_DAYS, high + _GROUP_DAYS), classes)
            near = [one for one in near if one.dp_id != record.dp_id]
            found = associate(record, need, candidates_from(group(near), near))
            if found.level is not None and found.level <= rule.level:
                break
        return found

    def _branch(self, candidate: Candidate, need: Need, level: int) -> Association:
        branch = self._branches.get((candidate.kind, candidate.name))
        if branch is None:
            branch = self._grown(candidate, need)
            self._branches[candidate.kind, candidate.name] = branch
        match = _MATCHES[min(max(level, 0), len(_MATCHES) - 1)]
        return replace(branch, match=match, kind="main" if need.required else "secondary")

    def _grown(self, candidate: Candidate, need: Need) -> Association:
        if candidate.group is None:
            certified = self.shelf.is_certified([candidate.name], None)
            doubts = () if certified else (f"{candidate.name}: quality control does not vouch for it",)
            return Association(
                need.kind, (MainFile(need.kind, candidate.name),), certified, complete=True, messages=doubts
            )
        members, name = candidate.group.members, candidate.group.frame_class
        files = tuple(MainFile(name, str(member.dp_id)) for member in members)
        frame_class = frame_class_of(members[0])
        needs = frame_class.needs if frame_class is not None else ()
        below, missing = self._needs(members[0], needs)
        own = self.shelf.is_certified([one.name for one in files], need.kind)
        doubts = () if own else (f"{candidate.name}: no {need.kind} of certified quality was made of these frames yet",)
        return Association(
            category=name,
            files=files,
            certified=own and all(one.certified for one in below),
            complete=_complete(below, missing, needs),
            messages=(*missing.values(), *doubts),
            associated=tuple(below),
        )


def _complete(below: Sequence[Association], missing: dict[str, str], needs: Sequence[Need]) -> bool:
    return all(one.complete for one in below) and not any(one.required and one.kind in missing for one in needs)


def _kinds(record: FrameRecord) -> list[str]:
    """Return the categories of masters that are made of the class of a frame."""
    from dfs import instruments

    classes = instruments.load(str(record.instrument)).rules.classes
    needs = (need for one in classes for need in one.needs if record.frame_class in need.made_from)
    return list(dict.fromkeys(need.kind for need in needs))


def _message(chosen: Chosen, record: FrameRecord) -> str:
    if record.mjd_obs is None:
        return f"{chosen.kind} is missing: the frame does not tell its time"
    return f"{chosen.kind} is missing for {record.dp_id}: {chosen.reason.partition(': ')[2]}"
