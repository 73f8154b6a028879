"""One observation block, written as one speaks of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.client.exposing import Exposed
from dfs.phase2.client.pointing import target_document
from dfs.phase2.client.quantities import CONSTRAINT_UNITS, constraint_name, instant, plain_value
from dfs.phase2.client.results import Execution, Findings
from dfs.phase2.client.trees import Document

if TYPE_CHECKING:
    from datetime import date

    from astropy.coordinates import SkyCoord

    from dfs.phase2.visibility import NightVisibility

__all__ = ["Block"]


class Block(Exposed):
    """An OB or CB of a run.  What you set is yours until `push`; whatever asks the observatory pushes before.

    Examples
    --------
    >>> ob = run.folder("deep field").create_ob("NGC 1365 300V").target("NGC 1365")          # doctest: +SKIP
    >>> ob.constraints(airmass=1.6, seeing=0.9, fli=0.4)                                     # doctest: +SKIP
    >>> ob.observe("FORS2_lss_obs_off_fast", exposure=1200 * u.s, count=3)                   # doctest: +SKIP
    """

    @property
    def ob_id(self) -> int:
        """Its number; negative until it is pushed."""
        return self._run.working.present(self._number)

    @property
    def document(self) -> Document:
        """Everything in it, as the P2 API's documents: a copy."""
        return copy.deepcopy(self._document)

    @property
    def status(self) -> str:
        """Its status letter: P, D, R, +, -, C ..."""
        return str(self._document.get("obStatus", "P"))

    def target(
        self,
        target: str | SkyCoord | Mapping[str, Any] | None = None,
        dec: Any = None,
        *,
        ra: Any = None,
        name: str | None = None,
        **more: Any,
    ) -> Self:
        """Point at a target.

        Parameters
        ----------
        target
            A name (found without network: phase-1 targets, those you keep, NGC, IC, Messier ...), a SkyCoord, a target's document, or the
            right ascension, with `dec`.
        ra, dec
            Degrees, sexagesimal text (hours for ra), or quantities; `target` is a mere name then.
        name
            What to call it; default: as given.
        **more
            ``proper_motion_ra``, ``proper_motion_dec`` (arcsec/yr or quantities), ``differential_ra``, ``differential_dec``
            (arcsec/s), ``epoch``, ``equinox``.

        Raises
        ------
        NotFoundError
            No source knows the name.
        UsageError
            A coordinate cannot be read; says what is accepted.
        """
        block = self._document
        if block["itemType"] == "CB":
            raise UsageError("a calibration block has no target", where=self.name)
        found = target_document(self._run.names, target, dec, ra=ra, name=name, **more)
        fresh = {"equinox": "J2000", "epoch": 2000.0} | dict.fromkeys(_MOTIONS, 0.0)
        block["target"] = {**fresh, **found}
        return self

    def constraints(self, constraint_set: str | None = None, **values: Any) -> Self:
        """Set constraints: ``airmass``, ``seeing``, ``fli``, ``moon_distance``, ``transparency`` (also PHO, CLR, THN, THK), ``twilight`` ...

        Raises
        ------
        UsageError
            A constraint the instrument does not have, or a value it does not accept; says what is.
        """
        found = self._document.setdefault("constraints", {"name": "No Name"})
        if constraint_set is not None:
            found["name"] = constraint_set
        read = {}
        for word, value in values.items():
            key = constraint_name(word)
            read[key] = self._accepts.constraint(key, plain_value(key, value, CONSTRAINT_UNITS.get(key, "")))
        found |= read
        return self

    def window(self, start: Any, end: Any) -> Self:
        """Add a time window in which the block may start, UTC."""
        pair = {"from": instant(start, "window"), "to": instant(end, "window")}
        if pair["from"] >= pair["to"]:
            raise UsageError(
                f"the window ends at {pair['to']}, before it begins", where="window", accepted="start < end"
            )
        self._document["absolute"] = sorted([*self._document.get("absolute", ()), pair], key=lambda one: one["from"])
        return self

    def sidereal(self, start: str, end: str) -> Self:
        """Add a window of local sidereal time, HH:MM, within which the whole block must lie."""
        self._document["sidereal"] = [*self._document.get("sidereal", ()), {"from": start, "to": end}]
        return self

    def no_windows(self) -> Self:
        """Take all time windows away."""
        self._document["absolute"], self._document["sidereal"] = [], []
        return self

    def priority(self, number: int) -> Self:
        """Set the user priority: 1 is the highest, 10 the lowest."""
        if number not in range(1, 11):
            raise UsageError(f"user priority {number!r}", where="priority", accepted="1 (highest) to 10")
        self._document["userPriority"] = number
        return self

    def describe(
        self, name: str | None = None, comments: str | None = None, instrument_comments: str | None = None
    ) -> Self:
        """Set the observation description and comments."""
        given = {"name": name, "userComments": comments, "instrumentComments": instrument_comments}
        self._document.setdefault("obsDescription", {}).update(
            {key: one for key, one in given.items() if one is not None}
        )
        return self

    def rename(self, name: str) -> Self:
        """Call it otherwise."""
        self._document["name"] = name
        return self

    def schedule(self, **values: Any) -> Self:
        """Set its place in a group (``contribution`` in per cent) or time link (``earliest``, ``latest`` after the one before: s or quantities)."""
        words = {
            "contribution": "groupContribution",
            "earliest": "earliestAfterPrevious",
            "latest": "latestAfterPrevious",
        }
        wrong = next((one for one in values if one not in words), None)
        if wrong is not None:
            raise UsageError(f"no {wrong!r} in a schedule", where="schedule", accepted=", ".join(words))
        read = {words[key]: plain_value(key, one, "" if key == "contribution" else "s") for key, one in values.items()}
        self._document["schedule"] = {**(self._document.get("schedule") or {}), **read}
        return self

    def ephemeris(self, file: str | Path) -> Self:
        """Follow a moving target: the path of its ephemeris file (PAF), or its text."""
        text = str(file)
        if "\n" not in text:
            path = Path(text).expanduser()
            if not path.is_file():
                raise NotFoundError(f"there is no file {path}", where="ephemeris")
            text = path.read_text(encoding="utf-8")
        self._document["ephemeris"] = text
        return self

    def verify(self) -> Findings:
        """Push, and return every finding: where, what, accepted, how to mend."""
        self._run.push()
        return Findings(self._run.working.desk.findings(self.ob_id))

    def execution(self) -> Execution:
        """Push, and return how long it takes, part by part."""
        self._run.push()
        return Execution(self._run.working.desk.execution_time(self.ob_id))

    def visibility(self, night: str | date | None = None) -> NightVisibility:
        """Return when it can be observed in a night (the date of its evening; default: tonight), and why not; without network."""
        return self._run.visibility(night, [self])[0]

    def submit(self) -> Findings:
        """Push, verify, and hand it in for review; it stays as it is when an error is found."""
        self._run.push()
        self._run.working.desk.verify_ob(self.ob_id, submit=True)
        found = Findings(self._run.working.desk.findings(self.ob_id))
        self._run.pull("mine")
        return found

    def revise(self) -> Self:
        """Take it back from review to change it."""
        self._run.working.desk.revise_ob(self.ob_id)
        self._run.pull("mine")
        return self

    def duplicate(self, name: str | None = None) -> Block:
        """Return a copy of it beside it, without number until it is pushed."""
        return self._run.copy_block(self, name)

    def move(self, container: Any, position: int | None = None) -> Self:
        """Move it into another container of the run, at the end or to `position`."""
        self._run.move_item(self._number, container, position)
        return self

    def delete(self) -> None:
        """Delete it, at the next push."""
        self._run.working.remove(self._number)

    def __repr__(self) -> str:
        target = (self._document.get("target") or {}).get("name", "-")
        return f"{self._document['itemType']} {self.ob_id} [{self.status}] {self.name!r} target={target!r} {self.templates}"


_MOTIONS = ("properMotionRa", "properMotionDec", "differentialRa", "differentialDec")
