"""What is said of names that the archive does not know."""

from __future__ import annotations

from dfs.archive.search import Search
from dfs.archive.search.nearest import slips

KNOWN = {"instrument": ["EFOSC2", "FORS2", None], "dp_cat": ["SCIENCE", "CALIB"], "instrument_name": []}


def test_the_nearest_name_is_told() -> None:
    (line,) = slips(Search.of(instrument="efosc", category="science"), KNOWN)
    assert "instrument" in line
    assert "EFOSC2" in line
    assert "FORS2" in line or line.endswith("EFOSC2")


def test_each_slip_has_its_line() -> None:
    lines = slips(Search.of(instrument="XYZ", category="SCIENZE"), KNOWN)
    assert [line.split()[1] for line in lines] == ["instrument", "category"]
    assert "EFOSC2, FORS2" in lines[0]
    assert lines[1].endswith("SCIENCE")


def test_nothing_is_said_of_names_that_are_known_or_cannot_be() -> None:
    assert slips(Search.of(instrument="fors2", category="calib", type="x"), KNOWN) == []
    assert slips(Search.of("product", instrument="FORS2"), KNOWN) == [
        "no instrument is called 'FORS2' here; there are: none"
    ]
