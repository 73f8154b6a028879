"""Searching an archive that holds real frames."""

from __future__ import annotations

from pathlib import Path

import pytest

from dfs.archive.search import Search
from dfs.errors import NotFoundError, UsageError
from dfs.observatory import Observatory

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def observatory(tmp_path_factory: pytest.TempPathFactory, real_frames: Path) -> Observatory:
    opened = Observatory.open(tmp_path_factory.mktemp("searching"))
    for frame in sorted(real_frames.glob("*.fits.gz")):
        opened.archive.ingest(frame)
    return opened


def test_the_frame_of_a_target_is_found_by_a_short_form_of_its_name(observatory: Observatory) -> None:
    found = observatory.archive.search(instrument="EFOSC2", target="J0636-3113", radius="5arcmin", date="2022-01-27")
    assert list(found["dp_id"]) == ["EFOSC.2022-01-27T04:46:29.093"]
    assert found["ra"].unit == "deg"
    again = observatory.archive.query(found.meta["adql"])
    assert list(again["dp_id"]) == list(found["dp_id"])


def test_a_name_that_nothing_bears_is_told(observatory: Observatory) -> None:
    with pytest.raises(NotFoundError, match="NGC 1365"):
        observatory.archive.search(target="NGC 1365")


def test_facets_count_what_a_search_finds(observatory: Observatory) -> None:
    found = observatory.archive.facets(Search.of(), ["dp_cat", "instrument"])
    assert dict(found["dp_cat"]) == {"CALIB": 7, "SCIENCE": 4}
    assert observatory.archive.facets(Search.of(category="SCIENCE"), ["instrument"])["instrument"] == [("EFOSC2", 4)]


def test_text_names_and_keywords_of_an_instrument(observatory: Observatory) -> None:
    assert len(observatory.archive.search(text="108.22f6 j0636")) == 1
    assert len(observatory.archive.search(name="EFOSC.2022-01-26*")) == 6
    assert len(observatory.archive.search(programme="108.*")) == 11
    assert len(observatory.archive.search(night="2022-01-26", category="SCIENCE")) == 1
    assert len(observatory.archive.search(instrument="EFOSC2", gris_path="Gr#3")) == 5
    with pytest.raises(UsageError, match="no column gris_pat") as caught:
        observatory.archive.search(instrument="EFOSC2", gris_pat="Gr#3")
    assert "did you mean gris_path" in caught.value.line()


def test_rows_beyond_the_limit_are_told_of(observatory: Observatory) -> None:
    found = observatory.archive.search(limit=3)
    assert (len(found), found.meta["overflow"]) == (3, True)
    assert observatory.archive.search(limit=11).meta["overflow"] is False


def test_tables_by_name(observatory: Observatory) -> None:
    assert len(observatory.archive.table["DBO.RAW"].columns) == 62
    with pytest.raises(NotFoundError, match="obscor") as caught:
        observatory.archive.table["ivoa.obscor"]
    assert "ivoa.ObsCore" in caught.value.hint
