"""For each calibration a frame needs: every candidate, the one chosen, and the key that failed for the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dfs.errors import DataError, UsageError
from dfs.frames.associate import Association, Verdict, associate
from dfs.frames.candidates import Candidate, candidates_from
from dfs.frames.group import frame_class_of, group
from dfs.instruments import Need
from dfs.model import FrameRecord

__all__ = ["needs_document", "why"]


def why(
    subject: FrameRecord,
    records: Iterable[FrameRecord],
    kind: str | None = None,
    masters: Sequence[Candidate] = (),
) -> list[Association]:
    """Return the associations of `subject`, one for each calibration it needs.

    Parameters
    ----------
    subject
        The frame.
    records
        Where to look: raw frames and products.
    kind
        Only this calibration: a category (``MASTER_BIAS``), the raw class it is made from (``BIAS``), or a part of either.
    masters
        Further candidates, e.g. of the archive.

    Raises
    ------
    DataError
        The frame is not classified.
    UsageError
        Frames of its class do not need `kind`; lists what they need.
    """
    frame_class = frame_class_of(subject)
    if frame_class is None:
        raise DataError(subject.problem or "the frame is not classified", where=str(subject.path))
    needs = [need for need in frame_class.needs if kind is None or _is_meant(need, kind)]
    if kind is not None and not needs:
        raise UsageError(
            f"{frame_class.name} does not need {kind}",
            where=str(subject.path),
            accepted=", ".join(need.kind for need in frame_class.needs) or "it needs no calibration",
        )
    found = list(records)
    candidates = [*candidates_from(group(found), found), *masters]
    return [associate(subject, need, candidates) for need in needs]


def _is_meant(need: Need, kind: str) -> bool:
    return any(kind.upper() in name for name in (need.kind, *need.made_from))


def needs_document(associations: Sequence[Association]) -> list[dict[str, Any]]:
    """Return the ``needs`` of ``dfs frames why --json``; a group of raw frames is one row for each of them."""
    return [
        {
            "kind": one.kind,
            "required": one.required,
            "chosen": str(one.chosen.paths[0]) if one.chosen else None,
            "chosen_paths": [str(path) for path in one.chosen.paths] if one.chosen else [],
            "level": one.level,
            "reason": one.reason,
            "candidates": [row for verdict in one.verdicts for row in _rows(verdict)],
        }
        for one in associations
    ]


def _rows(verdict: Verdict) -> list[dict[str, Any]]:
    failure = verdict.failure
    return [
        {
            "path": str(path),
            "name": verdict.candidate.name,
            "accepted": verdict.accepted,
            "chosen": verdict.chosen,
            "level": verdict.level,
            "days": verdict.days,
            "failed_key": failure.key if failure else None,
            "wanted": failure.wanted if failure else None,
            "found": failure.found if failure else None,
            "relaxed": [{"key": one.key, "wanted": one.wanted, "found": one.found} for one in verdict.relaxed],
            "reason": verdict.reason,
        }
        for path in verdict.candidate.paths
    ]
