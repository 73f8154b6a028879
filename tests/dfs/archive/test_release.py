"""Restrictions: whose a file is and until when; made anew when a programme's rules change; proved against the audit trail."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dfs.access import Action, Anonymous, Member
from dfs.archive.programme import Programme
from dfs.archive.release import Release, proprietary_periods, release_of_frame, release_of_product
from dfs.archive.restrictions import protections, releases
from dfs.errors import AccessError, NotFoundError, UsageError
from dfs.observatory import Observatory

Frame = Callable[..., Path]
ARCHIVED = "2022-02-01T00:00:00.000"
IN_A_YEAR = "2023-02-01T00:00:00.000"


def science(frame: Frame, number: int, run: str) -> Path:
    return frame(number, HIERARCH_ESO_DPR_CATG="'SCIENCE '", HIERARCH_ESO_OBS_PROG_ID=f"'{run}'")


def release(observatory: Observatory, dp_id: str) -> Release:
    with observatory.database.read() as connection:
        return releases(connection, [dp_id])[dp_id]


@pytest.mark.parametrize(
    ("category", "run", "rules", "days"),
    [
        ("CALIB", "108.22F6.001", Programme("x", proprietary_days=90), 0),
        ("SCIENCE", "108.22F6.001", None, 365),
        ("ACQUISITION", "108.22F6.001", None, 365),
        ("TEST", "60.A-9022(C)", None, 365),
        (None, "", None, 365),
        ("SCIENCE", "195.A-0123(B)", None, 365),
        ("SCIENCE", "108.22F6.001", Programme("x", proprietary_days=90), 90),
        ("SCIENCE", "108.22F6.001", Programme("x", proprietary_days=0), 0),
        ("SCIENCE", "108.22F6.001", Programme("x", type="Public Survey"), 0),
        ("SCIENCE", "108.22F6.001", Programme("x", type="Public Survey", proprietary_days=7), 7),
        ("SCIENCE", "108.22F6.001", Programme("x", type="Large"), 365),
    ],
)
def test_periods(category: str | None, run: str, rules: Programme | None, days: int) -> None:
    assert proprietary_periods().days(category, run, rules) == days


def test_a_product_is_closed_as_each_of_its_parents_is() -> None:
    now = datetime(2022, 2, 1, tzinfo=UTC)
    first = Release("2022-06-01T00:00:00.000", {"A": "2022-06-01T00:00:00.000"})
    second = Release(
        "2023-01-01T00:00:00.000",
        {"A": "2022-03-01T00:00:00.000", "B": "2023-01-01T00:00:00.000"},
        metadata_protected=True,
    )
    ended = Release("2022-01-01T00:00:00.000", {"C": "2022-01-01T00:00:00.000"})
    made = release_of_product(now, [first, second, ended, Release(ARCHIVED)])
    assert made == Release(
        "2023-01-01T00:00:00.000",
        {"A": "2022-06-01T00:00:00.000", "B": "2023-01-01T00:00:00.000"},
        metadata_protected=True,
    )
    assert release_of_product(now, [ended, Release(ARCHIVED)]) == Release(ARCHIVED)
    assert release_of_frame(now, "SCIENCE", " 108.22F6.001 ", None).restrictions == {"108.22F6.001": IN_A_YEAR}


@pytest.fixture
def archived(observatory: Observatory, frame: Frame) -> dict[str, str]:
    """Archive two runs of science and a calibration, a stack of all, and what was made from the stack."""
    archive = observatory.archive
    names = {
        "one": science(frame, 1, "108.22F6.001"),
        "two": science(frame, 2, "109.AAAA.001"),
        "calibration": frame(3),
    }
    made = {name: archive.ingest(path).dp_id for name, path in names.items()}
    for number, (name, parents) in enumerate(
        {"master": ["calibration"], "stack": ["one", "two", "master"], "catalogue": ["stack"]}.items()
    ):
        product = frame(10 + number, b"p%d" % number)
        given = [made[parent] for parent in parents]
        made[name] = archive.ingest(product, kind="product", category=name.upper(), parents=given).dp_id
    return made


def test_restrictions_at_ingest(observatory: Observatory, archived: dict[str, str]) -> None:
    found = {name: release(observatory, dp_id) for name, dp_id in archived.items()}
    both = {"108.22F6.001": IN_A_YEAR, "109.AAAA.001": IN_A_YEAR}
    assert found["one"] == Release(IN_A_YEAR, {"108.22F6.001": IN_A_YEAR})
    assert found["calibration"] == found["master"] == Release(ARCHIVED)
    assert found["stack"] == found["catalogue"] == Release(IN_A_YEAR, both)
    (entry,) = observatory.audit.entries(archived["stack"])
    assert entry.details["restrictions"] == both


def test_a_change_of_rules_reaches_everything_made_from_its_files(
    observatory: Observatory, archived: dict[str, str]
) -> None:
    assert observatory.programmes.set("108.22F6", proprietary_days=700, metadata_protected=True) == 3
    later = "2024-01-02T00:00:00.000"
    assert release(observatory, archived["one"]) == Release(later, {"108.22F6.001": later}, metadata_protected=True)
    both = {"108.22F6.001": later, "109.AAAA.001": IN_A_YEAR}
    for name in ("stack", "catalogue"):
        assert release(observatory, archived[name]) == Release(later, both, metadata_protected=True)
        assert observatory.audit.entries(archived[name])[-1].details["release_date"] == later
        assert observatory.archive.find(archived[name]).metadata_protected
    assert release(observatory, archived["two"]) == Release(IN_A_YEAR, {"109.AAAA.001": IN_A_YEAR})
    assert observatory.programmes.set("108.22F6", title="words only") == 0
    observatory.programmes.set("108.22F6.001", proprietary_days=0)  # the run is stronger than its programme
    assert release(observatory, archived["one"]) == Release(ARCHIVED)
    assert release(observatory, archived["catalogue"]) == Release(IN_A_YEAR, {"109.AAAA.001": IN_A_YEAR})
    observatory.programmes.set("108.22F6.001", proprietary_days=None)
    observatory.programmes.set("108.22F6", proprietary_days=None, metadata_protected=False)
    assert release(observatory, archived["one"]) == Release(IN_A_YEAR, {"108.22F6.001": IN_A_YEAR})
    assert observatory.archive.verify().findings == ()
    assert observatory.programmes.find("108.22F6.001").title == "words only"


def test_frames_that_come_later_obey_the_rules(observatory: Observatory, frame: Frame) -> None:
    observatory.programmes.set("108.22F6", proprietary_days=10, metadata_protected=True, type="GTO")
    made = observatory.archive.ingest(science(frame, 1, "108.22F6.001"))
    assert (made.release_date, made.metadata_protected) == ("2022-02-11T00:00:00.000", True)
    assert not observatory.archive.ingest(frame(2, HIERARCH_ESO_OBS_PROG_ID="'108.22F6.001'")).metadata_protected


@pytest.mark.parametrize(
    "values",
    [{"proprietary_days": -1}, {"proprietary_days": 10**6}, {"type": "Enormous"}, {"colour": "red"}, {"id": "other"}],
)
def test_values_that_cannot_be(observatory: Observatory, values: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        observatory.programmes.set("108.22F6", **values)
    with pytest.raises(NotFoundError):
        observatory.programmes.find("108.22F6")


def test_no_pi_changes_a_period(observatory: Observatory, archived: dict[str, str]) -> None:
    observatory.accounts.add("pi", None)
    observatory.relations.relate("pi", "pi", "108.22F6")
    with pytest.raises(AccessError):
        observatory.acting(Member("pi")).programmes.set("108.22F6", proprietary_days=0)
    with pytest.raises(AccessError):
        observatory.acting(Anonymous()).programmes.set("108.22F6", proprietary_days=0)
    assert release(observatory, archived["one"]).date == IN_A_YEAR


def test_the_doorkeeper(observatory: Observatory, archived: dict[str, str]) -> None:
    observatory.accounts.add("pi", None)
    observatory.relations.relate("pi", "pi", "108.22F6")
    nobody, pi = (observatory.acting(user).doors for user in (Anonymous(), Member("pi")))
    pi.require(Action.DATA, archived["one"])
    nobody.require(Action.METADATA, archived["one"])
    for doors, name in ((nobody, "one"), (pi, "stack"), (pi, "two")):
        with pytest.raises(AccessError, match=f"proprietary until {IN_A_YEAR}Z"):
            doors.require(Action.DATA, archived[name])
    assert nobody.permitted(Action.DATA, [*archived.values(), "no such"]) == [
        archived["calibration"],
        archived["master"],
    ]
    observatory.programmes.set("108.22F6", metadata_protected=True)
    said = []
    for dp_id in (archived["one"], archived["stack"], "no such file"):
        for action in Action:
            with pytest.raises(NotFoundError) as caught:
                nobody.require(action, dp_id)
            said.append(caught.value.line().replace(dp_id, ""))
    assert len(set(said)) == 1
    pi.require(Action.METADATA, archived["one"])
    observatory.doors.require(Action.DATA, archived["stack"])  # the owner of the folder


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE files SET release_date = '2022-02-01T00:00:00.000'",
        "UPDATE files SET release_date = '2033-02-01T00:00:00.000'",
        "UPDATE files SET metadata_protected = 1",
        "DELETE FROM restrictions",
        "UPDATE restrictions SET programme = '109.AAAA.002'",
        "UPDATE restrictions SET release_date = '2022-02-01T00:00:00.000'",
    ],
)
def test_a_release_changed_behind_the_archives_back(
    observatory: Observatory, archived: dict[str, str], tampering: str
) -> None:
    right = release(observatory, archived["one"])
    with closing(sqlite3.connect(observatory.root / "observatory.sqlite")) as connection, connection:
        connection.execute(f"{tampering} WHERE dp_id = ?", (archived["one"],))
    (finding,) = observatory.archive.verify().findings
    assert (finding.dp_id, finding.problem) == (archived["one"], "release changed")
    assert release(observatory, archived["one"]) == right
    assert observatory.archive.verify().findings == ()


def test_a_date_without_a_restriction_is_nobodys(observatory: Observatory, archived: dict[str, str]) -> None:
    """Half a row lost must not open a file."""
    with closing(sqlite3.connect(observatory.root / "observatory.sqlite")) as connection, connection:
        connection.execute("DELETE FROM restrictions")
    with observatory.database.read() as connection:
        found = protections(connection)
    assert found[archived["one"]].restrictions == (("", IN_A_YEAR),)
    assert found[archived["calibration"]].restrictions == ()
