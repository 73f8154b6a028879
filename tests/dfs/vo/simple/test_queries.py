from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import DfsError, NotFoundError, UsageError
from dfs.model.schema import ColumnSchema, SkyColumns, TableSchema
from dfs.vo.adql import parse
from dfs.vo.simple import cone_query, image_query, spectrum_query

TABLE = TableSchema(
    "safcat.Odd_Name",
    "a catalogue",
    (
        ColumnSchema("id", "char", "", ucd="meta.id;meta.main", arraysize="*"),
        ColumnSchema("ra", "double", "", unit="deg"),
        ColumnSchema("dec", "double", "", unit="deg"),
        ColumnSchema("mag", "float", "", principal=True),
        ColumnSchema("e_mag", "float", ""),
    ),
    sky=SkyColumns("ra", "dec"),
)
TABLES = {"safcat.odd_name": TABLE, "dbo.plain": TableSchema("dbo.plain", "", TABLE.columns)}
CONE = [("ra", "10"), ("DEC", "-5.5"), ("SR", "0.1"), ("TABLE", "SAFCAT.odd_name")]


def test_images_by_every_parameter() -> None:
    adql = image_query(
        [
            ("POS", "CIRCLE 10 -5 0.5"),
            ("pos", "RANGE 350 370 -5 5"),
            ("BAND", "3e-7 +Inf"),
            ("TIME", "59000 59001"),
            ("POL", "I"),
            ("EXPTIME", "10 20"),
            ("COLLECTION", "it's"),
            ("CALIB", "2"),
        ]
    ).adql
    parse(adql)
    for piece in (
        "INTERSECTS(s_region, CIRCLE('ICRS', 10.0, -5.0, 0.5)) = 1",
        "(s_ra >= 350.0 OR s_ra <= 10.0)",
        "em_max >= 3e-07",
        "t_min <= 59001.0 AND t_max >= 59000.0",
        "pol_states LIKE '%/I/%'",
        "t_exptime <= 20.0 AND t_exptime >= 10.0",
        "obs_collection IN ('it''s')",
        "calib_level <= 2 AND calib_level >= 2",
        "dataproduct_type IN ('image', 'cube')",
    ):
        assert piece in adql
    assert "em_min" not in adql


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POS", "10 -5"),
        ("POS", "CIRCLE 10 -95 1"),
        ("POS", "POINT 10 5"),
        ("BAND", "5e-7 3e-7"),
        ("BAND", "a b"),
        ("TIME", "1 2 3"),
        ("TIME", "NaN"),
        ("POL", "%"),
        ("DPTYPE", "spectrum"),
        ("CALIB", "7"),
    ],
)
def test_impossible_values_of_images(name: str, value: str) -> None:
    with pytest.raises(UsageError):
        image_query([(name, value)])


def test_spectra() -> None:
    query = spectrum_query(
        [
            ("REQUEST", "queryData"),
            ("POS", "10,-5;ICRS"),
            ("SIZE", "2"),
            ("BAND", "/5e-7"),
            ("TIME", "2022-01-27/2022-01-28"),
            ("FORMAT", "metadata"),
        ]
    )
    parse(query.adql)
    assert "CIRCLE('ICRS', 10.0, -5.0, 1.0)" in query.adql
    assert "t_min <= 59607.0 AND t_max >= 59606.0" in query.adql
    assert query.maxrec == "0"
    for wrong in ([("REQUEST", "getMetadata")], [("POS", "10 5")], [("POS", "10,5;GALACTIC")], [("TIME", "yesterday")]):
        with pytest.raises(UsageError):
            spectrum_query(wrong)


def test_cone_over_a_catalogue() -> None:
    query = cone_query(CONE, TABLES)
    parse(query.adql)
    assert query.adql.startswith("SELECT id, ra, dec, mag FROM safcat.Odd_Name WHERE CONTAINS(POINT('ICRS', ra, dec)")
    assert query.ucds == {"id": "ID_MAIN", "ra": "POS_EQ_RA_MAIN", "dec": "POS_EQ_DEC_MAIN"}
    assert "e_mag" in cone_query([*CONE, ("VERB", "3")], TABLES).adql
    assert cone_query([*CONE[:2], ("SR", "0"), CONE[3]], TABLES).maxrec == "0"


def test_impossible_cones() -> None:
    for wrong in (CONE[:2], [("RA", "400"), *CONE[1:]], [("RA", "1"), ("RA", "2"), *CONE[1:]], [*CONE, ("VERB", "9")]):
        with pytest.raises(UsageError):
            cone_query(wrong, TABLES)
    with pytest.raises(UsageError, match="no positions"):
        cone_query([*CONE[:3], ("TABLE", "dbo.plain")], TABLES)
    with pytest.raises(NotFoundError):
        cone_query([*CONE[:3], ("TABLE", "a; DROP TABLE b")], TABLES)


NAMES = st.sampled_from(["POS", "BAND", "TIME", "ID", "TARGET", "COLLECTION", "POL", "FORMAT", "SIZE", "REQUEST", "RA"])


@given(st.lists(st.tuples(NAMES, st.text())))
def test_whatever_is_given_stays_a_literal(given: list[tuple[str, str]]) -> None:
    for build in (image_query, spectrum_query, lambda pairs: cone_query(pairs, TABLES)):
        try:
            adql = build(given).adql
        except DfsError:
            continue
        if all(text.isprintable() for _, text in given):
            parse(adql)
        assert adql.count(";") <= sum(text.count(";") for _, text in given)
