"""Catalogues: their list, a look into one, rows that are no files."""

from __future__ import annotations

from dfs.archive.search import Circle
from dfs.model.schema import ColumnSchema, SkyColumns, TableSchema
from dfs_widgets.state.catalogues import catalogue_collection, catalogue_list, catalogue_query
from dfs_widgets.state.results import results_of

ID = ColumnSchema("id", "char", "Name", ucd="meta.id;meta.main", arraysize="*")
RA, DEC = ColumnSchema("ra", "double", "RA", unit="deg"), ColumnSchema("dec", "double", "Dec", unit="deg")
STARS = TableSchema(
    "safcat.STARS_V1",
    "Stars  of\na field",
    (ID, RA, DEC),
    sky=SkyColumns("ra", "dec"),
    extra={"title": "Stars", "number_rows": 7},
)
WORDS = TableSchema("safcat.WORDS_V1", "No positions", (ID,))
TABLES = {"safcat.stars_v1": STARS, "safcat.words_v1": WORDS, "dbo.raw": TableSchema("dbo.raw", "", (ID,))}


def test_the_list_names_each_catalogue_once():
    listed = catalogue_list(TABLES)
    assert list(listed["table_name"]) == ["safcat.STARS_V1", "safcat.WORDS_V1"]
    assert list(listed["title"]) == ["Stars", "safcat.WORDS_V1"]
    assert listed["description"][0] == "Stars of a field"
    rows = results_of(listed, catalogue_collection(None), "2022-01-01").rows
    assert rows["files"] is False
    assert rows["cells"]["number_rows"] == ["7", "0"]
    assert len(catalogue_list({})) == 0


def test_a_cone_is_asked_of_catalogues_with_positions_only():
    circle = Circle(10.5, -20.25, 0.1)
    assert "CONTAINS(POINT('ICRS', ra, dec), CIRCLE('ICRS', 10.5, -20.25, 0.1)) = 1" in catalogue_query(
        STARS, circle, 5
    )
    assert "WHERE" not in catalogue_query(WORDS, circle, 5)
    assert "WHERE" not in catalogue_query(STARS, None, 5)
    assert catalogue_query(STARS, None, 5).startswith("SELECT TOP 5 *")


def test_positions_of_a_catalogue_are_sexagesimal_and_on_the_map():
    about = catalogue_collection(STARS)
    assert {one.name: one.kind for one in about.shown} == {"id": "text", "ra": "ra", "dec": "dec"}
    assert (about.ra, about.dec, about.title) == ("ra", "dec", "id")
