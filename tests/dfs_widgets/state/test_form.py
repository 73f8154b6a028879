"""Forms follow the tables: columns that are there, with their units and words."""

from __future__ import annotations

import json

from dfs.model.schema import ColumnSchema, TableSchema
from dfs_widgets.state.collections import collection
from dfs_widgets.state.form import form_fields, form_spec

EXPOSURE = ColumnSchema("exposure", "double", "Exposure time", unit="s")
FILTER = ColumnSchema("filter_path", "char", "Filter", arraysize="*")
OWN = ColumnSchema("det_read_curname", "char", "Read-out mode", arraysize="*")
TABLES = {
    "dbo.raw": TableSchema("dbo.raw", "raw frames", (EXPOSURE, FILTER)),
    "ist.efosc": TableSchema("ist.efosc", "EFOSC", (EXPOSURE, FILTER, OWN)),
    "safcat.stars_v1": TableSchema("safcat.stars_v1", "Stars", (EXPOSURE,), extra={"title": "Bright stars"}),
}


def names(about, instrument=""):
    return [one.name for one in form_fields(collection(about), instrument, TABLES, {})]


def test_fields_are_columns_that_the_table_has():
    raw = names("raw")
    assert {
        "text",
        "target",
        "radius",
        "date",
        "instrument",
        "category",
        "programme",
        "exposure",
        "filter_path",
    } <= set(raw)
    assert "gris_path" not in raw
    assert "det_read_curname" not in raw


def test_an_instrument_brings_its_own_keywords():
    fields = {one.name: one for one in form_fields(collection("raw"), "EFOSC2", TABLES, {})}
    assert fields["det_read_curname"].group == "EFOSC2 keywords"
    assert fields["det_read_curname"].description == "Read-out mode"
    assert names("raw", "NOSUCH") == names("raw")


def test_numbers_invite_ranges_and_tell_their_unit():
    exposure = next(one for one in form_fields(collection("raw"), "", TABLES, {}) if one.name == "exposure")
    assert exposure.unit == "s"
    assert ".." in exposure.hint


def test_lists_offer_what_occurs():
    fields = form_fields(collection("raw"), "", TABLES, {"instrument": ("EFOSC2", "FORS2"), "filter_path": ("B#639",)})
    options = {one.name: one.options for one in fields}
    assert options["instrument"] == (("EFOSC2", "EFOSC2"), ("FORS2", "FORS2"))
    assert options["filter_path"] == (("B#639", "B#639"),)


def test_catalogues_are_called_by_their_titles():
    field = form_fields(collection("catalogue"), "", TABLES, {})[0]
    assert field.options == (("safcat.stars_v1", "Bright stars"),)


def test_a_form_without_tables_still_stands():
    for name in ("raw", "product", "image", "spectrum", "catalogue", "file"):
        json.dumps(form_spec(collection(name), "EFOSC2", {}, {}))
