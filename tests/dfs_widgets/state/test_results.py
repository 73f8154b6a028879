"""The result table: whose row is whose, sexagesimal positions, empty cells, marks."""

from __future__ import annotations

import json

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import Angle
from astropy.table import MaskedColumn, Table
from hypothesis import given
from hypothesis import strategies as st

from dfs_widgets.state.collections import COLLECTIONS, collection
from dfs_widgets.state.marks import Marks
from dfs_widgets.state.results import no_results, results_of
from dfs_widgets.state.sexagesimal import dec_text, ra_text

NOW = "2022-02-01T00:00:00.000"


def found() -> Table:
    table = Table(masked=True)
    table["object"] = ["EG 21", "SKY", "EG 21"]
    table["ra"] = MaskedColumn([47.629, 0.0, 359.9999999], mask=[False, True, False])
    table["dec"] = MaskedColumn([-68.6006, 0.0, -0.00001], mask=[False, True, False])
    table["dp_id"] = ["A.1", "A.2", "A.3"]
    table["release_date"] = MaskedColumn(
        ["2022-02-01T00:00:00.000Z", "2022-02-01T00:00:00.001Z", ""], mask=[False, False, True]
    )
    table["access_estsize"] = [2100, 2100, 10]
    table["exposure"] = np.array([15.0, np.nan, 600.0])
    table["s_region"] = ["POLYGON ICRS 47 -68 48 -68 48 -69", "POSITION ICRS 1 2", "nonsense"]
    table["exposure"].description = "Exposure time"
    return table


def test_rows_are_public_at_the_second_of_their_release():
    results = results_of(found(), collection("raw"), NOW)
    assert results.status == ("public", "proprietary", "na")
    assert results.those("all") == ("A.1", "A.2")
    assert results.those("public") == ("A.1",)
    assert results.those("proprietary") == ("A.2",)
    assert results.those("none") == ()


def test_cells_are_as_people_read_them():
    rows = results_of(found(), collection("raw"), NOW).rows
    assert rows["cells"]["ra"] == ["03:10:30.96", "", "00:00:00.00"]
    assert rows["cells"]["dec"] == ["-68:36:02.2", "", "+00:00:00.0"]
    assert rows["cells"]["release_date"] == ["2022-02-01", "2022-02-01", "N/A"]
    assert rows["cells"]["exposure"] == ["15.0", "", "600.0"]
    assert rows["ra"] == [47.629, None, 359.9999999]
    assert next(one for one in rows["columns"] if one["name"] == "exposure")["title"] == "Exposure time (exposure)"


def test_outlines_are_rings_and_points_have_none():
    rows = results_of(found(), collection("raw"), NOW).rows
    assert rows["outline"] == [[[(47.0, -68.0), (48.0, -68.0), (48.0, -69.0)]], None, None]


def test_everything_the_browser_gets_is_json_without_nan():
    for table in (found(), Table()):
        json.dumps(dict(results_of(table, collection("raw"), NOW).rows), allow_nan=False)
    json.dumps(dict(no_results("nothing").rows), allow_nan=False)


def test_sizes_are_in_bytes_and_counts_in_words():
    results = results_of(found(), collection("raw"), NOW, has_more=True)
    assert results.bytes == (2_100_000, 2_100_000, 10_000)
    assert results.rows["title"] == "3 rows"
    assert results.rows["note"]
    assert results.record("A.1")["object"] == "EG 21"
    assert results.record("A.3")["release_date"] == ""
    assert results.record("B") == {}


@given(st.floats(0, 359.999999), st.floats(-90, 90))
def test_sexagesimal_positions_are_those_of_astropy(ra, dec):
    """The text read back by astropy lies within half its last digit."""
    assert (
        Angle(ra_text(ra), unit=u.hourangle).wrap_at(360 * u.deg).deg
        == pytest.approx(ra % 360, abs=0.51 * 0.01 * 15 / 3600)
        or ra > 359.9999
    )
    assert Angle(dec_text(dec), unit=u.deg).deg == pytest.approx(dec, abs=0.51 * 0.1 / 3600)


def test_no_seconds_are_sixty():
    assert ra_text(15 - 1e-9) == "01:00:00.00"
    assert dec_text(-(1 - 1e-9)) == "-01:00:00.0"
    assert dec_text(-1e-9) == "+00:00:00.0"


def test_marks_outlive_the_search_in_which_they_were_made():
    marks = Marks().set({"A.1": 10, "A.2": 0}, on=True).set({"B.1": 5}, on=True)
    assert marks.only(["B.2"], {"B.1": 5, "B.2": 7}).ids == ("A.1", "A.2", "B.2")
    assert marks.set({"A.1": 10}, on=False).ids == ("A.2", "B.1")
    assert marks.text() == "3 marked, 15 B"
    assert Marks().text() == ""


def test_collections_have_names_of_their_own():
    assert len({one.name for one in COLLECTIONS}) == len(COLLECTIONS)
    assert collection("nonsense") is COLLECTIONS[0]
