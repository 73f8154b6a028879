"""The people and programmes of the demonstration: there once, as data say, and never in anybody else's observatory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from astropy.io import fits

from dfs.access.user import Member
from dfs.cli import main
from dfs.cli.demo.people import prepare, require_demonstration, told
from dfs.errors import ConflictError
from dfs.observatory import Observatory


@pytest.fixture
def observatory(tmp_path: Path) -> Iterator[Observatory]:
    with Observatory.open(tmp_path / "demo") as opened:
        yield opened


def test_the_people_that_tutorials_know(observatory: Observatory) -> None:
    require_demonstration(observatory)
    prepare(observatory)
    assert observatory.sign_in.with_password("52052", "tutorial").text
    accounts = {one.name: one.roles for one in observatory.accounts.list() if "owner" not in one.roles}
    assert accounts == {"52052": (), "52053": (), "delegate": (), "support": ("support",), "operator": ("operator",)}
    standing = observatory.acting(Member("delegate")).standing
    assert next(one for one in observatory.relations.list() if one.user == "delegate").role == "data-delegate"
    assert not standing.sees_all


def test_a_second_time_changes_nothing(observatory: Observatory) -> None:
    prepare(observatory)
    trail = len(list(observatory.audit.entries()))
    require_demonstration(observatory)
    prepare(observatory)
    assert len(list(observatory.audit.entries())) == trail


def test_not_where_others_have_accounts(observatory: Observatory) -> None:
    observatory.accounts.add("astro", "a long password", email="astro@example.org")
    with pytest.raises(ConflictError, match="accounts of its own"):
        require_demonstration(observatory)


def test_not_where_there_are_real_frames(observatory: Observatory, tmp_path: Path) -> None:
    path = tmp_path / "frame.fits"
    cards = {"INSTRUME": "EFOSC", "DATE-OBS": "2022-01-26T12:00:00.000", "MJD-OBS": 59605.5}
    fits.PrimaryHDU(header=fits.Header(cards)).writeto(path)
    observatory.archive.ingest(path)
    with pytest.raises(ConflictError, match="frames of its own"):
        require_demonstration(observatory)


def test_not_in_the_default_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 2
    assert "a folder of its own" in capsys.readouterr().err


def test_no_other_observatory_has_an_account_with_a_password(observatory: Observatory) -> None:
    assert [one.roles for one in observatory.accounts.list()] == [("owner",)]


def test_every_relation_is_to_a_programme_of_the_demonstration() -> None:
    demonstration = told()
    scopes = [scope for one in demonstration["people"].values() for _, scope in one.get("relations", ())]
    known = [*demonstration["programmes"], *demonstration["runs"], "EFOSC2"]
    assert all(any(one.startswith(scope) for one in known) for scope in scopes)
