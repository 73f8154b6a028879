"""A small observatory with a service and a visitor run, people, and a tiny instrument package with tiny rules."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dfs.access import AuditTrail, EmbeddedUser, Member, Standing
from dfs.access.standings import Standings
from dfs.errors import NotFoundError
from dfs.instruments.packages import ConstraintSpec, InstrumentPackage, ParameterSpec, Telescope, TemplateSignature
from dfs.model.phase2 import Container, Finding, ObservationBlock, ObservingRun, RunTree, Severity
from dfs.observatory import Observatory
from dfs.phase2.service import EmbeddedPhase2

_BEGIN = datetime.fromisoformat("2022-11-01T00:00:00+00:00")
PEOPLE = {"pi": (), "delegate": (), "coi": (), "other": (), "support": ("support",), "operator": ("operator",)}


@dataclass
class MovedClock:
    """A clock that stands until the test moves it."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def tiny_package(version: str = "110.02") -> InstrumentPackage:
    """An instrument with four constraints, two acquisitions and two science templates."""
    constraints = [
        ConstraintSpec("airmass", "number", 2.0, ranges=((1.0, 5.0),)),
        ConstraintSpec("seeing", "number", 1.0, ranges=((0.1, 9.0),), unit="arcsec"),
        ConstraintSpec("fli", "number", 1.0, ranges=((0.0, 1.0),)),
        ConstraintSpec("skyTransparency", "keyword", "Clear", values=("Photometric", "Clear")),
    ]
    slit = ParameterSpec("INS.SLIT.WID", "keyword", "1.0", values=("0.7", "1.0", "1.3"))
    guide = ParameterSpec("TEL.GS1.ALPHA", "coord", required=False)
    exposure = ParameterSpec("DET.WIN1.UIT1", "number", None, ranges=((0.25, 1e5),), unit="s")
    count = ParameterSpec("SEQ.NEXPO", "integer", 1, ranges=((1, 100),))
    mask = ParameterSpec("INS.MASK", "file", None, required=False)
    late = ParameterSpec("SEQ.NOFF", "integer", 2)
    science = [exposure, count, mask] if version == "110.01" else [exposure, count, mask, late]
    signatures = [
        TemplateSignature("TINY_acq", "acquisition", {one.name: one for one in (slit, guide)}),
        TemplateSignature("TINY_acq_fast", "acquisition", {}),
        TemplateSignature("TINY_obs", "science", {one.name: one for one in science}),
        TemplateSignature("TINY_cal", "calib", {count.name: count}),
    ]
    return InstrumentPackage(
        "TINY",
        version,
        ("110.01", "110.02"),
        Telescope("UT1", "paranal", 360.0, 100.0, 1.0, "assumed"),
        "assumed",
        {one.name: one for one in constraints},
        {one.name: one for one in signatures},
    )


class TinyPackages:
    """The package of TINY in two versions; `newest` may be set."""

    def __init__(self, newest: str = "110.02") -> None:
        self.newest = newest

    def names(self) -> Sequence[str]:
        return ("TINY",)

    def package(self, name: str, version: str | None = None) -> InstrumentPackage:
        if name != "TINY":
            raise NotFoundError(f"no instrument package for {name!r}", accepted="TINY")
        return tiny_package(version or self.newest)


@dataclass(frozen=True)
class TinyPart:
    label: str
    seconds: float
    source: str


@dataclass(frozen=True)
class TinyDuration:
    exposure_s: float
    execution_s: float
    parts: tuple[TinyPart, ...]


class TinyRules:
    """A block needs an acquisition, an exposure time and a target; a container may not be empty."""

    def verify_block(
        self, run: ObservingRun, block: ObservationBlock, container: Container | None = None
    ) -> list[Finding]:
        found = []
        if block.acquisition is None:
            found.append(Finding(Severity.ERROR, "ob", block.ob_id, "templates", "no-acquisition", "no acquisition"))
        if block.kind == "OB" and not block.target.is_set:
            found.append(Finding(Severity.WARNING, "ob", block.ob_id, "target.ra", "no-target", "no target"))
        return found

    def verify_container(self, run: ObservingRun, container: Container) -> list[Finding]:
        if container.items:
            return []
        return [Finding(Severity.ERROR, "container", container.container_id, "items", "empty", "it is empty")]

    def verify_run(self, tree: RunTree, *, below: bool = True) -> list[Finding]:
        """A run takes no more than it was granted."""
        planned = sum(self.execution(one).execution_s for one in tree.blocks())
        own = []
        if planned > tree.run.allocated_s:
            own = [Finding(Severity.ERROR, "run", tree.run.run_id, "executionTime", "allocation", "it takes too long")]
        return own + (self.verify_container(tree.run, tree.root) if below else [])

    def execution(self, block: ObservationBlock, previous: ObservationBlock | None = None) -> TinyDuration:
        science = [one for one in block.templates if one.type == "science"]
        exposure = sum((one.value("DET.WIN1.UIT1", 0) or 0) * one.value("SEQ.NEXPO", 1) for one in science)
        preset = 100.0 if previous else 360.0
        return TinyDuration(exposure, exposure + preset, (TinyPart("preset", preset, "assumed"),))


@dataclass
class Place:
    """A database with people and two runs of the instrument TINY, 110.TINY.001 (service) and .002 (visitor)."""

    observatory: Observatory
    clock: MovedClock
    packages: TinyPackages
    service: int = 0
    visitor: int = 0

    def desk(self, who: str = "pi") -> EmbeddedPhase2:
        """The desk as somebody sees it; ``owner`` is the embedded user."""
        user = EmbeddedUser() if who == "owner" else Member(who)
        standings = Standings(self.observatory.database)

        def standing() -> Standing:
            return standings.of(user)

        audit = AuditTrail(self.observatory.database, self.clock, user)
        return EmbeddedPhase2(
            self.observatory.database, audit, self.clock, standing, user, rules=TinyRules(), packages=self.packages
        )

    def root(self, run_id: int) -> int:
        """The root folder of a run."""
        return self.desk("owner").run(run_id)["containerId"]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The observatory of `place`, made once and copied for each test: making one takes many commits."""
    root = tmp_path_factory.mktemp("founded") / "observatory"
    with Observatory.open(root, clock=MovedClock(_BEGIN)) as observatory:
        for name, roles in PEOPLE.items():
            observatory.accounts.add(name, None, email=f"{name}@example.org", full_name=f"Some {name}", roles=roles)
        for name, relation, scope in (
            ("pi", "pi", "110.TINY"),
            ("coi", "coi", "110.TINY"),
            ("delegate", "phase2-delegate", "110.TINY.001"),
            ("other", "pi", "110.ELSE"),
        ):
            observatory.relations.relate(name, relation, scope)
        limits = {"seeing": 0.8, "fli": "g", "skyTransparency": "Clear"}
        made = {"instrument": "TINY", "period": 110, "allocatedTime": 36000, "observingConstraints": limits}
        desk = Place(observatory, MovedClock(_BEGIN), TinyPackages()).desk("owner")
        desk.create_run({**made, "progId": "110.TINY.001", "mode": "SM", "title": "service"})
        desk.create_run({**made, "progId": "110.TINY.002", "mode": "VM", "title": "visit"})
    return root


@pytest.fixture
def place(founded: Path, tmp_path: Path) -> Iterator[Place]:
    """People with names of what they are: pi, delegate, coi, other (a PI elsewhere), support, operator."""
    clock = MovedClock(_BEGIN)
    shutil.copytree(founded, tmp_path / "observatory")
    with Observatory.open(tmp_path / "observatory", clock=clock) as observatory:
        opened = Place(observatory, clock, TinyPackages())
        opened.service, opened.visitor = (one["runId"] for one in opened.desk("owner").runs())
        yield opened


@pytest.fixture
def desk(place: Place) -> EmbeddedPhase2:
    """The desk of the PI of both runs."""
    return place.desk("pi")


@pytest.fixture
def new_ob(place: Place, desk: EmbeddedPhase2) -> Callable[..., int]:
    """Make a block that can be verified, in the service run or in a container; gives its number."""

    def make(name: str = "one", container: int | None = None) -> int:
        ob = desk.create_item(container or place.root(place.service), "OB", name).body
        desk.save_ob({"obId": ob["obId"], "target": {"ra": "03:33:36.400", "dec": "-36:08:25.00"}}, "*")
        desk.create_template(ob["obId"], "TINY_acq")
        science = desk.create_template(ob["obId"], "TINY_obs")
        values = [{"name": "DET.WIN1.UIT1", "value": "600"}]
        template = {"templateId": science.body["templateId"], "parameters": values}
        desk.save_template(ob["obId"], template, science.version)
        return int(ob["obId"])

    return make
