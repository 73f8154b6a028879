"""Which calibration a frame gets, and why none of the others.

Rules and levels are those of EDPS: each rule of a need names keys that must agree, a time range in days relative to the frame
and a level (below 0 tighter than the calibration plan, 0 the plan, 1 certifiable, 2 acceptable, 3 risky). The best level
wins; within it raw frames win over existing masters (EDPS: ``raw_per_quality_level``), then the nearest in time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dfs import instruments
from dfs.errors import DataError
from dfs.frames.candidates import Candidate
from dfs.frames.classify import key_value
from dfs.instruments import MatchRule, Need
from dfs.model import FrameRecord, HeaderValue

__all__ = ["Association", "Failure", "Verdict", "associate"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A key that does not agree: what was wanted, what was found."""

    key: str
    wanted: HeaderValue
    found: HeaderValue


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided on one candidate.

    Attributes
    ----------
    candidate
        The candidate.
    level
        The best level it reaches; None when it fits no rule.
    failure
        Why it fits no rule: the key that fails by the most lenient one. None when it fits.
    relaxed
        For a candidate that fits: what keeps it from the better levels, best first.
    days
        Its time minus that of the frame.
    chosen
        True for the one that is used.
    """

    candidate: Candidate
    level: int | None
    failure: Failure | None = None
    relaxed: tuple[Failure, ...] = ()
    days: float | None = None
    chosen: bool = False

    @property
    def accepted(self) -> bool:
        """Return whether it fits a rule."""
        return self.level is not None

    @property
    def reason(self) -> str:
        """Return the decision in a few words."""
        if self.failure is not None:
            return f"{self.failure.key}: wanted {self.failure.wanted}, found {self.failure.found}"
        words = f"level {self.level}, {self.days:+.2f} d" if self.days is not None else f"level {self.level}"
        differing = "; ".join(f"{one.key} is {one.found}, not {one.wanted}" for one in self.relaxed)
        chosen = "chosen" if self.chosen else "fits, another is better or nearer"
        return f"{chosen} ({words}{'; ' + differing if differing else ''})"


@dataclass(frozen=True, slots=True)
class Association:
    """The calibration of one kind for one frame: the one chosen, its level, and the verdict on every candidate."""

    kind: str
    required: bool
    chosen: Candidate | None
    level: int | None
    verdicts: tuple[Verdict, ...]

    @property
    def reason(self) -> str:
        """Return in one line what was chosen, or why nothing."""
        for verdict in self.verdicts:
            if verdict.chosen:
                return f"{self.kind}: {verdict.candidate.name} {verdict.reason}"
        if not self.verdicts:
            return f"{self.kind}: there is no candidate"
        nearest = self.verdicts[0]
        return f"{self.kind}: none of {len(self.verdicts)} fits; {nearest.candidate.name}: {nearest.reason}"


def associate(subject: FrameRecord, need: Need, candidates: Sequence[Candidate]) -> Association:
    """Return the association of `subject` for `need` among `candidates`.

    Parameters
    ----------
    subject
        The frame to be calibrated (the first of its group).
    need
        One of the needs of its class.
    candidates
        Of any kind; those of other kinds are passed over.

    Returns
    -------
    Association
        Verdicts are sorted: the chosen one, others that fit, then those that do not.
    """
    if subject.instrument is None:
        raise DataError("the frame is of no instrument known here", where=str(subject.path), keyword="INSTRUME")
    keys = instruments.load(subject.instrument).rules.keys
    wanted = {name: key_value(subject.header, keywords) for name, keywords in keys.items()}
    verdicts = [_judge(subject, wanted, need, one) for one in candidates if one.kind == need.kind]
    verdicts.sort(key=_rank)
    if not verdicts or not verdicts[0].accepted:
        return Association(need.kind, need.required, None, None, tuple(verdicts))
    best = verdicts[0]
    winner = Verdict(best.candidate, best.level, None, best.relaxed, best.days, chosen=True)
    return Association(need.kind, need.required, best.candidate, best.level, (winner, *verdicts[1:]))


def _rank(verdict: Verdict) -> tuple[bool, int, bool, float, float, str]:
    level = 0 if verdict.level is None else verdict.level
    distance = float("inf") if verdict.days is None else abs(verdict.days)
    is_product = verdict.candidate.group is None
    return not verdict.accepted, level, is_product, distance, verdict.days or 0.0, verdict.candidate.name


def _judge(subject: FrameRecord, wanted: Mapping[str, HeaderValue], need: Need, candidate: Candidate) -> Verdict:
    days = None
    if subject.mjd_obs is not None and candidate.mjd_obs is not None:
        days = candidate.mjd_obs - subject.mjd_obs
    failures: list[Failure] = []
    for rule in need.rules:
        failure = _failure(subject, wanted, rule, candidate, days)
        if failure is None:
            return Verdict(candidate, rule.level, None, tuple(dict.fromkeys(failures)), days)
        failures.append(failure)
    return Verdict(candidate, None, failures[-1], (), days)


def _failure(
    subject: FrameRecord, wanted: Mapping[str, HeaderValue], rule: MatchRule, candidate: Candidate, days: float | None
) -> Failure | None:
    """Return the first thing that keeps `candidate` from fitting `rule`, or None."""
    if candidate.rejected is not None:
        return Failure("rejected", None, candidate.rejected)
    if candidate.instrument != subject.instrument:
        return Failure("instrument", subject.instrument, candidate.instrument)
    for key in rule.keys:
        found = candidate.values.get(key)
        if found != wanted[key]:
            return Failure(key, wanted[key], found)
    if rule.made_from and candidate.made_from is not None and candidate.made_from not in rule.made_from:
        return Failure("class", " or ".join(rule.made_from), candidate.made_from)
    if candidate.frames is not None and candidate.frames < rule.minimum:
        return Failure("frames", f"at least {rule.minimum}", candidate.frames)
    if days is None:
        return Failure("MJD-OBS", "a time of exposure of both", None)
    if not rule.days[0] <= days <= rule.days[1]:
        return Failure("MJD-OBS", f"{rule.days[0]:+g} to {rule.days[1]:+g} d", f"{days:+.2f} d")
    return None
