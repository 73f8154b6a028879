"""A delivery fetched into a folder: what is there stays, what cannot be had is told, the rest comes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dfs.archive.deliveries import Delivery, Item, fetch_delivery
from dfs.errors import AccessError, ConflictError, ServiceError
from dfs.progress import Silent


def item(name: str, **more: object) -> Item:
    values = {"role": "requested", "sha256": hashlib.sha256(name.encode()).hexdigest(), **more}
    return Item(name, name=f"{name}.fits", **values)


def delivery(*items: Item) -> Delivery:
    return Delivery("id", "three", "ana", None, "2026-01-27T04:46:29.000", (), None, night_logs=True, items=items)


class Archive:
    """Gives files as an archive does: never over another of the name."""

    def __init__(self) -> None:
        self.fetched: list[str] = []

    def fetch(self, dp_id: str, folder: Path) -> Path:
        target = folder / f"{dp_id}.fits"
        if dp_id == "closed":
            raise AccessError("this file is not public yet")
        if dp_id == "away":
            raise ServiceError("cannot be reached")
        if target.exists():
            raise ConflictError("another file of this name is here", where=str(target))
        self.fetched.append(dp_id)
        target.write_text(dp_id)
        return target

    def night_log(self, dp_id: str) -> str:
        return f"log of {dp_id}"


def test_one_file_that_cannot_be_had_keeps_no_other_back(tmp_path: Path) -> None:
    archive = Archive()
    (tmp_path / "harmed.fits").write_text("half")
    (tmp_path / "here.fits").write_text("here")
    asked = delivery(*map(item, ("closed", "harmed", "here", "new")))
    done = fetch_delivery(asked, tmp_path, archive.fetch, archive.night_log, Silent())
    assert archive.fetched == ["new"]
    assert [one.name for one in done.files] == ["here.fits", "new.fits"]
    assert [name for name, _ in done.refused] == ["closed.fits", "harmed.fits"]
    assert (tmp_path / "harmed.fits").read_text() == "half"


def test_night_logs_and_a_readme_come_with_it(tmp_path: Path) -> None:
    archive = Archive()
    log = Item("a", "night log", "../a.NL.txt")
    done = fetch_delivery(delivery(log), tmp_path / "out", archive.fetch, archive.night_log, Silent())
    assert done.files == (tmp_path / "out" / "a.NL.txt",)
    assert done.files[0].read_text() == "log of a"
    assert "three" in (tmp_path / "out" / "README.txt").read_text()


def test_an_archive_that_is_away_ends_it_and_the_next_call_goes_on(tmp_path: Path) -> None:
    archive = Archive()
    with pytest.raises(ServiceError):
        fetch_delivery(delivery(item("one"), item("away")), tmp_path, archive.fetch, archive.night_log, Silent())
    done = fetch_delivery(delivery(item("one"), item("two")), tmp_path, archive.fetch, archive.night_log, Silent())
    assert archive.fetched == ["one", "two"]
    assert len(done.files) == 2
