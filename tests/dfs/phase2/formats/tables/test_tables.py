"""Tables of targets: columns by their names, cells in any form, a preview that names what is bad."""

from __future__ import annotations

import pytest
from astropy import units as u
from astropy.table import MaskedColumn, Table
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import DataError, NotFoundError, UsageError
from dfs.model.sexagesimal import dec_deg, dec_text, ra_deg, ra_text
from dfs.phase2.formats.tables import (
    Accepts,
    block_table,
    guess_mapping,
    preview,
    read_grid,
    read_mapping,
    read_text,
    table_bytes,
)
from dfs.phase2.formats.tables.cells import read_cell


def template():
    return {
        "itemType": "OB",
        "name": "template",
        "userPriority": 1,
        "target": {"name": "No name", "ra": "00:00:00.000", "dec": "00:00:00.000", "equinox": "J2000", "epoch": 2000.0},
        "constraints": {"name": "No Name", "airmass": 1.6, "seeing": 0.9, "skyTransparency": "Clear"},
        "obsDescription": {"name": "d", "userComments": ""},
        "templates": [
            {
                "templateName": "FORS2_lss_acq_slit",
                "type": "acquisition",
                "parameters": [{"name": "DET.WIN1.UIT1", "type": "number", "value": 10}],
            },
            {
                "templateName": "FORS2_lss_obs_off_fast",
                "type": "science",
                "parameters": [
                    {"name": "DET.WIN1.UIT1", "type": "number", "value": 600},
                    {"name": "SEQ.NEXPO", "type": "integer", "value": 1},
                    {"name": "INS.GRIS1.NAME", "type": "keyword", "value": "GRIS_300V"},
                ],
            },
        ],
    }


FORS2 = Accepts("FORS2")


def test_five_hundred_rows_with_three_bad_ones():
    rows = [f"star {at},{at * 0.7:.5f},{-80 + at * 0.3:.5f},1.5,300" for at in range(500)]
    rows[6] = "star 6,25:61:00,-10,1.5,300"
    rows[99] = "star 99,12:00:00,-10,zero,300"
    rows[400] = "star 400,12:00:00,-95.5,1.5,-1"
    found = preview(read_text("\n".join(["name,RA_ICRS,DE_ICRS,airmass,exposure", *rows])), template(), FORS2)
    assert len(found.ready) == 497
    assert [(one.row, one.column) for one in found.bad] == [
        (7, "RA_ICRS"),
        (100, "airmass"),
        (401, "DE_ICRS"),
        (401, "exposure"),
    ]
    assert "25:61:00" in found.bad[0].message
    assert "HH:MM:SS.sss" in found.bad[0].message
    assert "0.25" in found.bad[3].message
    last = found.ready[-1]
    assert last.row == 500
    assert last.document["name"] == "star 499"
    assert last.document["target"]["ra"] == ra_text(499 * 0.7)
    assert [one["parameters"][0]["value"] for one in last.document["templates"]] == [10, 300]
    assert "497 ready, 3 bad" in str(found)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("ra;dec;name\n1;2;a", 3),
        ("ra\tdec\n1\t2", 2),
        ("# made by hand\n\nname ra dec\n'x' 12:00:00 -1\n", 3),
        ('\ufeffname,ra,dec\n"a, b",1,2', 3),
    ],
    ids=["semicolons", "tabs", "blanks", "mark-and-quotes"],
)
def test_separated_text(text, columns):
    grid = read_text(text)
    assert len(grid.columns) == columns
    assert len(grid.rows) == 1
    assert grid.bad == ()


def test_ragged_rows_are_bad_by_number():
    grid = read_text("name,ra,dec\na,1,2\nb,3\nc,4,5,6\n")
    assert [(one.row, one.message) for one in grid.bad] == [
        (2, "it has 2 cells, the header has 3"),
        (3, "it has 4 cells, the header has 3"),
    ]


@pytest.mark.parametrize("kind", [".csv", ".ecsv", ".vot", ".fits"])
def test_files_of_every_kind(tmp_path, kind):
    table = Table({"MAIN_ID": ["A", "B"], "RAJ2000": [10.5, 20.0], "DEJ2000": [-10.0, 20.0], "pmRA": [100.0, 0.0]})
    if kind != ".csv":
        table["RAJ2000"].unit, table["pmRA"].unit = u.deg, u.mas / u.yr
        table["mag"] = MaskedColumn([1.0, 2.0], mask=[False, True])
    path = tmp_path / f"targets{kind}"
    table.write(path, format={".vot": "votable", ".csv": "ascii.csv", ".ecsv": "ascii.ecsv"}.get(kind))
    found = preview(read_grid(path), template(), FORS2)
    if kind == ".csv":  # without a unit it cannot be told from arcseconds
        assert [(one.row, one.column) for one in found.bad] == [(1, "pmRA")]
        return
    assert [one.document["target"]["name"] for one in found.ready] == ["A", "B"]
    assert found.ready[0].document["target"]["properMotionRa"] == pytest.approx(0.1)
    assert found.ignored == ("mag",)


def test_units_in_brackets():
    found = preview(read_text("name,RA [hourangle],Dec [deg],pmra [mas/yr]\na,12,-3.5,50"), template(), FORS2)
    target = found.ready[0].document["target"]
    assert (target["ra"], target["dec"], target["properMotionRa"]) == ("12:00:00.000", "-03:30:00.000", 0.05)


def test_names_of_columns():
    assert guess_mapping(["name", "ra", "dec", "Vmag"]) == {
        "name": "target.name",
        "ra": "target.ra",
        "dec": "target.dec",
    }
    assert guess_mapping(["name", "target", "_RAJ2000"]) == {
        "name": "name",
        "target": "target.name",
        "_RAJ2000": "target.ra",
    }
    assert guess_mapping(["SEQ.NEXPO", "templates[1].DET.NDIT", "constraints.baseline"]).keys() == {
        "SEQ.NEXPO",
        "templates[1].DET.NDIT",
        "constraints.baseline",
    }
    assert read_mapping(["a", "ra", "dec"], {"a": "name", "ra": ""}) == {"a": "name", "dec": "target.dec"}
    with pytest.raises(UsageError, match="no field 'nonsense'"):
        read_mapping(["a"], {"a": "nonsense"})
    with pytest.raises(UsageError, match="no column 'b'"):
        read_mapping(["a"], {"b": "name"})


def test_names_are_resolved_where_no_position_is_given():
    known = {"NGC 1365": ("03:33:36.370", "-36:08:25.400")}
    found = preview(read_text("name;ra;dec\nNGC 1365;;\nQ0000;;\nX;1;"), template(), FORS2, resolve=known.get)
    assert found.ready[0].document["target"]["ra"] == "03:33:36.370"
    assert [(one.row, one.column) for one in found.bad] == [(2, "name"), (3, "dec")]
    assert "'Q0000' is not known by name" in found.bad[0].message


def test_words_of_people_become_keywords():
    text = (
        "name,ra,dec,grism,slit,templates[0].DET.WIN1.UIT1,start,end\na,1,2,600RI,1.0,5,2025-10-02,2025-10-03T01:30\n"
    )
    given = template()
    given["templates"][0]["parameters"].append({"name": "INS.SLIT.NAME", "type": "keyword", "value": "lSlit1_3"})
    document = preview(read_text(text), given, FORS2).ready[0].document
    values = [[one["value"] for one in each["parameters"]] for each in document["templates"]]
    assert values == [[5, "lSlit1_0"], [600, 1, "GRIS_600RI"]]
    assert document["absolute"] == [{"from": "2025-10-02T00:00", "to": "2025-10-03T01:30"}]


@pytest.mark.parametrize(
    ("header", "cells", "message"),
    [
        ("sky", "Cloudy", "Photometric"),
        ("userPriority", "11", "1 (highest) to 10"),
        ("SEQ.NEXPO", "2.5", "1 to 666"),
        ("SEQ.NDIT", "3", "FORS2_lss_obs_off_fast"),
        ("epoch", "soon", "a year"),
        ("equinox", "J2015", "B1950"),
        ("constraints.strehlRatio", "3", "airmass"),
        ("start,end", "2025-10-02,2025-10-01", "before it begins"),
        ("start", "2025-10-02", "both its ends"),
        ("obId", "77", "no block 77"),
        ("ob", "x\x07y", "1 to 68 printable characters"),
        ("ob", "x" * 69, "1 to 68 printable characters"),
        ("comment", "x" * 10_001, "up to 10000 characters"),
        ("start,end", "0001-01-01T00:00+23:00,2025-10-01", "the years 1972 to 2100"),
    ],
    ids=range(14),
)
def test_bad_cells_say_what_is_accepted(header, cells, message):
    found = preview(read_text(f"name,ra,dec,{header}\na,1,2,{cells}"), template(), FORS2)
    assert found.ready == ()
    assert message in found.bad[0].message


def test_blocks_there_are_changed_by_number():
    present = {7: template() | {"obId": 7}}
    table = block_table([("deep field", present[7])], parameters=True)
    assert table["templates[1].SEQ.NEXPO"][0] == 1
    table["constraints.seeing"][0] = 0.7
    found = preview(read_grid(table), template(), FORS2, present=present)
    assert found.bad == ()
    assert (found.ready[0].ob_id, found.ready[0].container) == (7, "deep field")
    assert found.ready[0].document == present[7] | {"constraints": present[7]["constraints"] | {"seeing": 0.7}}


@pytest.mark.parametrize("kind", [".csv", ".ecsv", ".vot"])
def test_a_written_table_is_read_back(tmp_path, kind):
    present = {7: template() | {"obId": 7}, 8: template() | {"obId": 8, "name": "eight"}}
    path = tmp_path / f"run{kind}"
    path.write_bytes(table_bytes(block_table([("", one) for one in present.values()], parameters=True), path))
    found = preview(read_grid(path), template(), FORS2, present=present)
    assert found.bad == ()
    assert [one.document for one in found.ready] == list(present.values())


@given(st.floats(0, 359.999), st.floats(-90, 90))
def test_degrees_and_sexagesimal_agree(ra, dec):
    for text in (ra_text(ra), ra_text(ra).replace(":", " "), "{}h{}m{}s".format(*ra_text(ra).split(":"))):
        assert ra_deg(read_cell("target.ra", text)) == pytest.approx(ra, abs=1e-5)
    for value in (dec, str(dec), dec_text(dec), "{}d{}'{}\"".format(*dec_text(dec).split(":"))):
        assert dec_deg(read_cell("target.dec", value)) == pytest.approx(dec, abs=1e-6)


def test_what_is_no_table_is_told(tmp_path):
    with pytest.raises(NotFoundError, match="there is no file"):
        read_grid(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="int is no table"):
        read_grid(3)
    with pytest.raises(DataError, match="an empty table"):
        read_text("# nothing\n")
    with pytest.raises(UsageError, match="no column tells a target; the table has: a, b"):
        preview(read_text("a,b\n1,2"), template(), FORS2)
    broken = tmp_path / "broken.vot"
    broken.write_text("<VOTABLE><oops>")
    with pytest.raises(DataError, match="no readable table"):
        read_grid(broken)
