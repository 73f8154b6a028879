"""Each rule: something that breaks it, which it finds, and its mending; nothing is found in what is good."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dfs.model.phase2 import Container, Finding, RunTree, Severity, SiderealWindow, TimeWindow
from dfs.phase2.documents import read_block, write_block
from dfs.phase2.execution import container_time
from dfs.phase2.verification import Verifier, changes_of, mended, rules
from dfs.phase2.verification.handbook import handbook

_spec = importlib.util.spec_from_file_location("phase2_good", Path(__file__).with_name("good.py"))
assert _spec is not None
assert _spec.loader is not None
good = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(good)

VERIFIER = Verifier()
BLOCK, RUN = good.BLOCK, good.RUN
DAY = 86_400


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(start: str, end: str) -> TimeWindow:
    return TimeWindow(at(start), at(end))


def records(*lines: str) -> str:
    return "\n".join(f'INS.EPHEM.RECORD "{one}, 14.1, 0.0, *"' for one in lines)


EPHEMERIS = records(
    "2026-11-10T02:00:00, 2461354.58, 03 33 36.3, -36 08 25.4, 0.01, 0.01",
    "2026-11-10T03:00:00, 2461354.62, 03 33 39.3, -36 07 49.4, 0.01, 0.01",
    "2026-11-10T06:00:00, 2461354.75, 03 33 48.3, -36 06 01.4, 0.01, 0.01",
)
MOVING = replace(BLOCK, ephemeris=EPHEMERIS)
CB = replace(BLOCK, kind="CB", templates=BLOCK.templates[1:])


def commented(text: str) -> Any:
    return replace(BLOCK, description={**BLOCK.description, "userComments": text})


# code -> a block that breaks the rule (or with its run); the path at which it is found
BLOCKS: dict[str, tuple[Any, str]] = {
    "name-missing": (replace(BLOCK, name=" "), "name"),
    "name-characters": (replace(BLOCK, name="NGC 1365/300V"), "name"),
    "instrument-other": (replace(BLOCK, instrument="EFOSC2"), "instrument"),
    "priority-range": (replace(BLOCK, user_priority=11), "userPriority"),
    "ra-format": (good.targeted(ra="25:00:00"), "target.ra"),
    "dec-format": (good.targeted(dec="-91:00:00"), "target.dec"),
    "target-missing": (good.targeted(ra="00:00:00.000", dec="00:00:00.000"), "target"),
    "target-name": (good.targeted(name="No name"), "target.name"),
    "equinox": (good.targeted(equinox="J1991"), "target.equinox"),
    "brightness-format": (commented("ETC: mag=bright"), "obsDescription.userComments"),
    "sky-saturates": (good.parameter("DET.WIN1.UIT1", 90_000.0), "templates[1].DET.WIN1.UIT1"),
    "target-saturates": (commented("ETC: mag=8 band=R"), "templates[1].DET.WIN1.UIT1"),
    "epoch": (good.targeted(epoch=20.0), "target.epoch"),
    "proper-motion": (good.targeted(proper_motion_ra=300.0), "target.properMotionRa"),
    "differential-rate": (good.targeted(differential_dec=40.0), "target.differentialDec"),
    "rates-and-ephemeris": (
        replace(MOVING, target=replace(BLOCK.target, differential_ra=0.01)),
        "target.differentialRa",
    ),
    "constraint-unknown": (good.constrained(baseline="UTs"), "constraints.baseline"),
    "constraint-missing": (good.constrained(seeing=None), "constraints.seeing"),
    "constraint-value": (good.constrained(airmass=0.8), "constraints.airmass"),
    "stricter-than-phase-1": (good.constrained(seeing=0.5), "constraints.seeing"),
    "constraint-set-name": (
        replace(BLOCK, constraints=replace(BLOCK.constraints, name="")),
        "constraints.name",
    ),
    "package-missing": (replace(BLOCK, instrument="CRIRES"), "instrument"),
    "package-outdated": (replace(BLOCK, ip_version="110.02"), "ipVersion"),
    "templates-missing": (replace(BLOCK, templates=()), "templates"),
    "acquisition-missing": (replace(BLOCK, templates=BLOCK.templates[1:]), "templates"),
    "acquisition-twice": (
        replace(BLOCK, templates=(*BLOCK.templates, replace(BLOCK.templates[0], template_id=9))),
        "templates",
    ),
    "acquisition-first": (replace(BLOCK, templates=BLOCK.templates[::-1]), "templates"),
    "observation-missing": (replace(BLOCK, templates=BLOCK.templates[:1]), "templates"),
    "template-unknown": (
        replace(BLOCK, templates=(BLOCK.templates[0], replace(BLOCK.templates[1], name="FORS2_lss_obs_of_fast"))),
        "templates[1]",
    ),
    "template-type": (
        replace(BLOCK, templates=(BLOCK.templates[0], replace(BLOCK.templates[1], type="calib"))),
        "templates[1].type",
    ),
    "mode-mixed": (
        replace(
            BLOCK,
            templates=(*BLOCK.templates, replace(BLOCK.templates[1], template_id=9, name="FORS2_img_obs_crsplit")),
        ),
        "templates[2]",
    ),
    "parameter-unknown": (
        replace(
            BLOCK,
            templates=(
                BLOCK.templates[0],
                replace(
                    BLOCK.templates[1],
                    parameters=(
                        *BLOCK.templates[1].parameters,
                        replace(BLOCK.templates[1].parameters[0], name="SEQ.NEXPOSURES"),
                    ),
                ),
            ),
        ),
        "templates[1].SEQ.NEXPOSURES",
    ),
    "parameter-missing": (
        replace(
            BLOCK,
            templates=(BLOCK.templates[0], replace(BLOCK.templates[1], parameters=BLOCK.templates[1].parameters[:3])),
        ),
        "templates[1].parameters",
    ),
    "parameter-not-set": (good.parameter("DET.WIN1.UIT1", None), "templates[1].DET.WIN1.UIT1"),
    "parameter-value": (good.parameter("SEQ.NEXPO", 0), "templates[1].SEQ.NEXPO"),
    "block-too-long": (good.parameter("DET.WIN1.UIT1", 3000.0), "executionTime"),
    "target-not-granted": (good.targeted(name="NGC 1399", ra="03:38:29.08", dec="-35:27:02.7"), "target"),
    "chart-missing": (replace(BLOCK, charts=()), "charts"),
    "chart-count": (replace(BLOCK, charts=tuple(f"{one}.jpg" for one in range(6))), "charts"),
    "chart-name": (replace(BLOCK, charts=("chart.png",)), "charts[0]"),
    "window-order": (replace(BLOCK, absolute=(window("2026-11-10T06:00", "2026-11-10T03:00"),)), "absolute[0]"),
    "window-outside-run": (replace(BLOCK, absolute=(window("2027-05-01T00:00", "2027-05-02T00:00"),)), "absolute[0]"),
    "windows-overlap": (
        replace(
            BLOCK,
            absolute=(window("2026-11-10T00:00", "2026-11-12T00:00"), window("2026-11-11T00:00", "2026-11-15T00:00")),
        ),
        "absolute",
    ),
    "sidereal-order": (replace(BLOCK, sidereal=(SiderealWindow(300, 200),)), "sidereal[0]"),
    "sidereal-overlap": (replace(BLOCK, sidereal=(SiderealWindow(100, 300), SiderealWindow(200, 400))), "sidereal"),
    "sidereal-too-short": (replace(BLOCK, sidereal=(SiderealWindow(200, 230),)), "sidereal"),
    "calibration-windows": (replace(CB, absolute=(window("2026-11-10T00:00", "2026-11-12T00:00"),)), "absolute"),
    "ephemeris-format": (replace(BLOCK, ephemeris=EPHEMERIS.splitlines()[0]), "ephemeris"),
    "ephemeris-run": (replace(BLOCK, ephemeris=EPHEMERIS.replace("2026-11", "2022-11")), "ephemeris"),
    "ephemeris-windows": (
        replace(MOVING, absolute=(window("2026-11-10T03:00", "2026-11-11T03:00"),)),
        "absolute[0]",
    ),
    "airmass-never": ((good.targeted(dec="35:00:00"), replace(RUN, targets=())), "constraints.airmass"),
    "moon-distance-never": (
        (
            good.constrained(moonDistance=180, fli=1.0),
            replace(RUN, valid_from=at("2026-10-25T16:00"), valid_to=at("2026-10-27T16:00")),
        ),
        "constraints.moonDistance",
    ),
    "fli-never": (
        (
            good.constrained(fli=0.1, moonDistance=0),
            replace(RUN, limits={}, valid_from=at("2026-10-25T16:00"), valid_to=at("2026-10-27T16:00")),
        ),
        "constraints.fli",
    ),
    "sidereal-never": (
        (
            replace(BLOCK, sidereal=(SiderealWindow(840, 960),)),
            replace(RUN, valid_from=at("2026-11-10T16:00"), valid_to=at("2026-11-12T16:00")),
        ),
        "sidereal",
    ),
    "windows-never": (replace(BLOCK, absolute=(window("2026-11-10T15:00", "2026-11-10T20:00"),)), "absolute"),
    "window-useless": (
        replace(
            BLOCK,
            absolute=(window("2026-11-10T00:00", "2026-11-12T00:00"), window("2026-11-13T15:00", "2026-11-13T20:00")),
        ),
        "absolute[1]",
    ),
    "never-observable": (
        (replace(good.constrained(airmass=1.3), sidereal=(SiderealWindow(480, 550),)), RUN),
        "constraints",
    ),
}

_PAIR = good.blocks(2)
_LINKED = (_PAIR[0], replace(_PAIR[1], schedule={"earliestAfterPrevious": DAY, "latestAfterPrevious": 2 * DAY}))


def _second(**schedule: Any) -> Container:
    return good.container("TimeLink", _PAIR[0], replace(_PAIR[1], schedule=schedule))


CONTAINERS: dict[str, tuple[Any, str]] = {
    "container-mode": ((good.container("Group", *_PAIR), replace(RUN, mode="VM")), "itemType"),
    "container-nesting": (good.container("Group", good.container("Folder")), "items[0]"),
    "container-name": (replace(good.container("Folder"), name=" "), "name"),
    "container-empty": (good.container("Group"), "items"),
    "container-single": (good.container("Concatenation", _PAIR[0]), "items"),
    "container-priority": (good.container("TimeLink", *_LINKED, user_priority=0), "userPriority"),
    "concatenation-too-long": (good.container("Concatenation", *_PAIR), "items"),
    "concatenation-windows": (
        good.container(
            "Concatenation", _PAIR[0], replace(_PAIR[1], absolute=(window("2026-11-10T00:00", "2026-11-12T00:00"),))
        ),
        "items[1].absolute",
    ),
    "contributions": (
        good.container("Group", replace(_PAIR[0], schedule={"groupContribution": 30}), _PAIR[1]),
        "items[*].schedule.groupContribution",
    ),
    "delay-order": (
        _second(earliestAfterPrevious=2 * DAY, latestAfterPrevious=DAY),
        "items[1].schedule.latestAfterPrevious",
    ),
    "delay-of-first": (
        good.container("TimeLink", replace(_LINKED[0], schedule={"earliestAfterPrevious": DAY}), _LINKED[1]),
        "items[0].schedule.earliestAfterPrevious",
    ),
    "delay-missing": (_second(), "items[1].schedule.earliestAfterPrevious"),
    "delays-beyond-run": (_second(earliestAfterPrevious=400 * DAY), "items"),
    "link-impossible": (
        _second(earliestAfterPrevious=11 * 3600, latestAfterPrevious=13 * 3600),
        "items[1].schedule.latestAfterPrevious",
    ),
}

RUNS: dict[str, tuple[RunTree, str]] = {
    "run-empty": (good.tree(), "items"),
    "allocation": (good.tree(BLOCK, run=replace(RUN, allocated_s=600.0)), "executionTime"),
    "readme-missing": (good.tree(BLOCK, readme={"summary": " "}), "readme.summary"),
    "name-twice": (good.tree(BLOCK, replace(BLOCK, ob_id=11)), "items"),
    "validity": (good.tree(BLOCK, run=replace(RUN, valid_to=RUN.valid_from)), "validTo"),
}


def _found(findings: list[Finding], code: str) -> list[Finding]:
    return [one for one in findings if one.code == code]


def _with_run(broken: Any) -> tuple[Any, Any]:
    return broken if isinstance(broken, tuple) else (broken, RUN)


def test_every_rule_has_its_case() -> None:
    assert {*BLOCKS, *CONTAINERS, *RUNS} == {one.code for one in rules()}


def test_nothing_is_found_in_what_is_good() -> None:
    shared = (
        replace(_PAIR[0], schedule={"groupContribution": 60}),
        replace(_PAIR[1], schedule={"groupContribution": 40}),
    )
    moving = replace(MOVING, ob_id=13, name="NGC1365_moving", charts=())
    folder = replace(good.container("Folder", BLOCK, moving), container_id=6)
    assert VERIFIER.verify_run(good.tree(folder)) == []
    assert VERIFIER.verify_container(RUN, good.container("Group", *shared)) == []
    assert VERIFIER.verify_container(RUN, good.container("TimeLink", *_LINKED)) == []
    assert VERIFIER.verify_block(RUN, CB) == []


@pytest.mark.parametrize("code", sorted(BLOCKS))
def test_a_rule_on_blocks(code: str) -> None:
    broken, path = BLOCKS[code]
    block, run = _with_run(broken)
    found = _found(VERIFIER.verify_block(run, block), code)
    assert [one.path for one in found] == [path]
    assert found[0].message
    assert (found[0].subject, found[0].subject_id) == ("ob", block.ob_id)
    if found[0].fix is not None:
        document = mended(write_block(block), found[0])
        assert not _found(VERIFIER.verify_block(run, read_block(document)), code), "mending mends"


@pytest.mark.parametrize("code", sorted(CONTAINERS))
def test_a_rule_on_containers(code: str) -> None:
    broken, path = CONTAINERS[code]
    container, run = _with_run(broken)
    found = _found(VERIFIER.verify_container(run, container), code)
    assert [one.path for one in found] == [path]
    assert found[0].subject == "container"
    if found[0].fix is not None:
        whole = _read(mended(_whole(container), found[0]))
        assert not _found(VERIFIER.verify_container(run, whole), code), "mending mends"


@pytest.mark.parametrize("code", sorted(RUNS))
def test_a_rule_on_runs(code: str) -> None:
    tree, path = RUNS[code]
    found = _found(VERIFIER.verify_run(tree), code)
    assert [one.path for one in found] == [path]
    assert (found[0].subject, found[0].subject_id) == ("run", 1)


def _whole(container: Container) -> dict[str, Any]:
    return {
        "containerId": container.container_id,
        "itemType": container.kind,
        "name": container.name,
        "runId": container.run_id,
        "parentContainerId": container.parent_id,
        "containerStatus": container.status,
        "userPriority": container.user_priority,
        "schedule": dict(container.schedule),
        "items": [_whole(one) if isinstance(one, Container) else write_block(one) for one in container.items],
    }


def _read(document: dict[str, Any]) -> Container:
    from dfs.phase2.documents import read_container

    return read_container(document)


@pytest.mark.parametrize(
    ("path", "written", "meant"),
    [
        ("ra", "01h44m04.090s", "01:44:04.090"),
        ("ra", "26.017", "01:44:04.080"),
        ("dec", "−15:56:14.9", "-15:56:14.9"),
        ("dec", "-15d56m14.900s", "-15:56:14.900"),
        ("dec", "-15.937", "-15:56:13.200"),
    ],
    ids=["letters", "degrees", "minus", "units", "decimal"],
)
def test_coordinates_in_other_formats_are_read_and_a_mending_is_proposed(path: str, written: str, meant: str) -> None:
    (found,) = _found(
        VERIFIER.verify_block(replace(RUN, targets=()), good.targeted(**{path: written})), f"{path}-format"
    )
    assert found.fix is not None
    assert found.fix.value == meant
    assert "MM < 60" in found.accepted


@pytest.mark.parametrize("written", ["", "12", "nonsense", "12:61:00", "NaN", "1e400"])
def test_coordinates_that_mean_nothing_have_no_mending(written: str) -> None:
    (found,) = _found(VERIFIER.verify_block(RUN, good.targeted(ra=written)), "ra-format")
    assert found.fix is None
    assert found.accepted


def test_waivers_of_the_run_lower_what_is_found_and_nothing_that_its_user_writes_does() -> None:
    long = good.parameter("DET.WIN1.UIT1", 3000.0)
    (told,) = _found(VERIFIER.verify_block(RUN, long), "block-too-long")
    assert told.severity is Severity.ERROR
    (claimed,) = _found(VERIFIER.verify_block(RUN, replace(long, schedule={"waiver": True})), "block-too-long")
    assert claimed.severity is Severity.ERROR
    (waived,) = _found(VERIFIER.verify_block(replace(RUN, waivers=("block-too-long",)), long), "block-too-long")
    assert waived.severity is Severity.INFO


def test_visitors_are_free_of_service_rules() -> None:
    visitor = replace(RUN, mode="VM")
    long = replace(good.parameter("DET.WIN1.UIT1", 3000.0), charts=())
    codes = {one.code for one in VERIFIER.verify_block(visitor, long)}
    assert not codes & {"block-too-long", "chart-missing"}


def test_texts_of_esos_server_are_kept() -> None:
    (few,) = _found(VERIFIER.verify_block(RUN, BLOCKS["ephemeris-format"][0]), "ephemeris-format")
    assert "Ephemeris file must have at least two records." in few.line()


def test_the_changes_of_a_mending() -> None:
    block, path = BLOCKS["constraint-value"]
    (found,) = _found(VERIFIER.verify_block(RUN, block), "constraint-value")
    (change,) = changes_of(write_block(block), found)
    assert (change.action, change.subject, change.body["constraints"]["airmass"]) == ("save-ob", 10, 1.0)
    assert path == "constraints.airmass"
    block = BLOCKS["parameter-value"][0]
    (found,) = _found(VERIFIER.verify_block(RUN, block), "parameter-value")
    (change,) = changes_of(write_block(block), found)
    assert (change.action, change.subject) == ("save-template", block.templates[1].template_id)
    container = CONTAINERS["contributions"][0]
    (found,) = _found(VERIFIER.verify_container(RUN, container), "contributions")
    changes = changes_of(_whole(container), found)
    assert [(one.action, one.subject, one.body["groupContribution"]) for one in changes] == [
        ("save-schedule", 20, 100.0),
        ("save-schedule", 21, 0.0),
    ]


def test_a_mending_carries_the_versions_that_were_read() -> None:
    block = BLOCKS["parameter-value"][0]
    (found,) = _found(VERIFIER.verify_block(RUN, block), "parameter-value")
    number = block.templates[1].template_id
    versions = {"self": "a", f"template:{number}": "b", "absolute": "c"}
    (change,) = changes_of({**write_block(block), "versions": versions}, found)
    assert change.version == "b"
    block = BLOCKS["constraint-value"][0]
    (found,) = _found(VERIFIER.verify_block(RUN, block), "constraint-value")
    (change,) = changes_of({**write_block(block), "versions": versions}, found)
    assert change.version == "a"


def test_verification_and_execution_times_agree_on_concatenations() -> None:
    """The rules, the calls of the API and the totals of a run count the same seconds."""
    first = replace(good.BLOCK, ob_id=1)
    calibration = replace(good.BLOCK, ob_id=2, kind="CB", templates=())
    second = replace(good.targeted(dec="-20:00:00.000"), ob_id=3)
    chain = Container(50, 1, 1, "Concatenation", "chain", items=(first, calibration, second))
    times = container_time(chain).blocks
    assert VERIFIER.execution(second, first) == times[3]
    total = f"{sum(one.execution_s for one in times.values()) / 60:.0f} min"
    (long,) = _found(VERIFIER.verify_container(RUN, chain), "concatenation-too-long")
    assert total in long.message


def test_the_sky_may_be_left_out() -> None:
    block, run = BLOCKS["airmass-never"][0]
    assert not _found(Verifier(sky=False).verify_block(run, block), "airmass-never")


def test_the_document_is_that_of_the_register() -> None:
    written = (Path(__file__).parents[4] / "docs" / "phase2-rules.md").read_text(encoding="utf-8")
    assert written == handbook(), "python -m dfs.phase2.verification.handbook > docs/phase2-rules.md"


def test_a_link_that_lasts_longer_than_the_night_is_possible() -> None:
    for earliest, latest in ((20, 28), (0, 1), (11, 30)):
        link = _second(earliestAfterPrevious=earliest * 3600, latestAfterPrevious=latest * 3600)
        assert not _found(VERIFIER.verify_container(RUN, link), "link-impossible"), (earliest, latest)


def test_delays_count_from_the_end_of_the_member_before() -> None:
    first = replace(_PAIR[0], absolute=(window("2026-11-10T02:00", "2026-11-10T02:10"),))
    at_once = {"earliestAfterPrevious": 0, "latestAfterPrevious": 900}
    second = replace(_PAIR[1], absolute=(window("2026-11-10T03:00", "2026-11-10T03:10"),), schedule=at_once)
    assert 50 * 60 < good.timed(first).execution_s < 60 * 60
    assert not _found(VERIFIER.verify_container(RUN, good.container("TimeLink", first, second)), "link-impossible")
    early = replace(second, absolute=(window("2026-11-10T02:10", "2026-11-10T02:20"),))
    assert _found(VERIFIER.verify_container(RUN, good.container("TimeLink", first, early)), "link-impossible")


def test_a_window_is_judged_by_its_own_night() -> None:
    too_late = replace(BLOCK, absolute=(window("2027-01-10T05:30", "2027-01-10T06:30"),))
    (finding,) = _found(VERIFIER.verify_block(RUN, too_late), "windows-never")
    assert "airmass above 1.6" in finding.message


def test_the_register_stays_callable_once_its_files_are_read() -> None:
    import dfs.phase2.verification as room

    assert rules()
    assert room.rules is rules
