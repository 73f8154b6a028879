# ruff: noqa: S608 - these tests write queries
"""Names, types, units: what a checked query says of its columns, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dfs.model.schema import ColumnSchema, TableSchema
from dfs.vo.adql import USER_FUNCTIONS, AdqlError, check, lower, parse, print_for, restrict


def columns(text: str, tables: Any) -> list[tuple[str, str, str]]:
    return [(one.name, one.datatype, one.unit) for one in check(parse(text), tables).columns]


def printed(text: str, tables: Any) -> str:
    return print_for(lower(check(parse(text), tables).tree, "duckdb"), "duckdb")


REFUSED = {
    "SELECT dp_ids FROM dbo.raw": "did you mean dp_id?",
    "SELECT ra FROM dbo.rav": "did you mean dbo.raw?",
    "SELECT ra FROM tap_upload.mine": "no table",
    "SELECT x.ra FROM dbo.raw": "FROM has no table x",
    "SELECT r.ra FROM dbo.raw AS r WHERE raw.dec > 3": "FROM has no table raw",
    'SELECT "RA" FROM dbo.raw': "no column RA",
    'SELECT ra FROM "DBO".raw': "no table",
    "SELECT dp_id FROM dbo.raw, ivoa.ObsCore": "ambiguous",
    "SELECT ra FROM dbo.raw, dbo.raw": "two tables called",
    "SELECT FLOR(ra) FROM dbo.raw": "no function FLOR",
    "SELECT ivo_hasword(object) FROM dbo.raw": "1 arguments",
    "SELECT ivo_healpix_index(2.5, ra, dec) FROM dbo.raw": "whole number",
    "SELECT object + 1 FROM dbo.raw": "needs a number",
    "SELECT ra FROM dbo.raw WHERE ra = 'x'": "compared with text",
    "SELECT ra FROM dbo.raw WHERE object = 5": "compared with text",
    "SELECT ra FROM dbo.raw WHERE POINT(1, 2) = POINT(2, 3)": "cannot be compared",
    "SELECT dp_id, COUNT(*) FROM dbo.raw": "neither in GROUP BY",
    "SELECT ra FROM dbo.raw GROUP BY dec": "neither in GROUP BY",
    "SELECT ra FROM dbo.raw WHERE COUNT(*) > 1": "cannot stand here",
    "SELECT SUM(COUNT(*)) FROM dbo.raw": "cannot stand here",
    "SELECT SUM(object) FROM dbo.raw": "needs a number",
    "SELECT ra FROM dbo.raw ORDER BY 2": "no such column",
    "SELECT DISTINCT ra FROM dbo.raw ORDER BY dec": "DISTINCT",
    "SELECT ra FROM dbo.raw UNION SELECT ra, dec FROM dbo.raw": "1 and 2 columns",
    "SELECT ra FROM dbo.raw UNION SELECT object FROM dbo.raw": "CAST",
    "SELECT ra FROM dbo.raw UNION SELECT dec FROM dbo.raw ORDER BY ra + 1": "columns alone",
    "SELECT ra FROM dbo.raw WHERE ra IN (SELECT ra, dec FROM dbo.raw)": "2 columns",
    "SELECT IN_UNIT(ra, 'kg') FROM dbo.raw": "cannot be told",
    "SELECT IN_UNIT(ra, 'furlongs per fortnight') FROM dbo.raw": "unknown",
    "SELECT POINT(ra, 100) FROM dbo.raw": "impossible",
    "SELECT CIRCLE(ra, dec, -1) FROM dbo.raw": "impossible",
    "SELECT POINT('GALACTIC', ra, dec) FROM dbo.raw": "not served",
    "SELECT POLYGON(1, 1, 1, 1, 1, 1) FROM dbo.raw": "vertices",
    "SELECT REGION('NOT (CIRCLE 1 2 3)') FROM dbo.raw": "not supported",
    "SELECT CENTROID(3) FROM dbo.raw": "needs a geometry",
    "SELECT COORD1(CIRCLE(1, 2, 3)) FROM dbo.raw": "POINT",
    "SELECT CAST('x' AS TIMESTAMP) FROM dbo.raw": "no time",
    "SELECT * FROM dbo.raw JOIN ivoa.ObsCore USING (ra)": "no column ra",
    "SELECT ra FROM dbo.raw LIMIT 3": "SELECT TOP n",
    'SELECT ra FROM dbo.raw WHERE dp_id = "A text, not a name"': "single ones",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_refused(text: str, said: str, tables: Any) -> None:
    with pytest.raises(AdqlError) as caught:
        check(parse(text), tables)
    line = caught.value.line()
    if said == "POINT":  # a circle where a position belongs
        assert "COORD1" in line
    else:
        assert said in line


def test_units_go_through_expressions(tables: Any) -> None:
    text = (
        "SELECT ra + dec AS a, ra * 2, exposure / 3600, ra / exposure, ra / dec AS r, IN_UNIT(em_min, 'nm') AS nm, IN_UNIT(exposure, 's'), "
        "DEGREES(ra), SQRT(POWER(ra, 2) + POWER(dec, 2)) AS h, IN_UNIT(SQRT(POWER(ra, 2) + POWER(dec, 2)) / exposure, 'rad/h') AS v, "
        "MAX(ra), COUNT(*), DISTANCE(ra, dec, 1, 2) FROM dbo.raw NATURAL JOIN ivoa.ObsCore GROUP BY ra, dec, exposure, em_min"
    )
    assert [unit for _, _, unit in columns(text, tables)] == [
        "deg", "deg", "s", "deg/s", "", "nm", "s", "deg", "sqrt(deg**2)", "rad/h", "deg", "", "deg",
    ]  # fmt: skip


def test_types_names_and_meanings_of_columns(tables: Any) -> None:
    text = (
        'SELECT dp_id, period AS "My Period", period / 2, ra * 2, COUNT(*), SUM(period), AVG(period), MIN(exposure), LOWER(object), POINT(ra, dec), '
        "CAST(ra AS INTEGER) AS i, 1 = 1 FROM dbo.raw"
    ).replace(", 1 = 1", "") + " GROUP BY dp_id, period, ra, dec, object"
    found = check(parse(text), tables).columns
    assert [one.datatype for one in found] == [
        "char", "short", "long", "double", "long", "long", "double", "float", "char", "double", "int",
    ]  # fmt: skip
    assert [one.name for one in found] == [
        "dp_id", "My Period", "col_3", "col_4", "count", "sum", "avg", "min", "lower", "point", "i",
    ]  # fmt: skip
    assert found[0].ucd == "meta.id;meta.main"
    assert (found[9].xtype, found[9].arraysize, found[9].unit) == ("point", "2", "deg")
    within = check(parse("SELECT p FROM (SELECT POINT(ra, dec) AS p FROM dbo.raw) AS q"), tables).columns[0]
    assert (within.xtype, within.datatype) == ("adql:REGION", "char")
    assert found[7].ucd == "stat.min;time.duration;obs.exposure"


def test_stars(tables: Any) -> None:
    count = {name: len(table.columns) for name, table in tables.items()}
    assert len(columns("SELECT * FROM dbo.raw, ivoa.ObsCore", tables)) == sum(count.values())
    assert len(columns("SELECT * FROM dbo.raw NATURAL JOIN ivoa.ObsCore", tables)) == sum(count.values()) - 2
    found = columns("SELECT b.*, a.ra FROM dbo.raw a JOIN ivoa.ObsCore b USING (dp_id)", tables)
    assert len(found) == count["ivoa.obscore"] + 1
    names = [name for name, _, _ in columns("SELECT * FROM dbo.raw a JOIN dbo.raw b ON a.ra = b.ra", tables)]
    assert len(set(names)) == len(names) == 2 * count["dbo.raw"]


def test_names_are_found_whatever_their_letter_case(tables: Any) -> None:
    for text in (
        "SELECT RA FROM DBO.Raw",
        'SELECT "ra" FROM dbo."raw"',
        "SELECT dbo.RAW.ra FROM dbo.raw",
        "SELECT R.ra FROM dbo.raw AS r",
        "SELECT s_ra FROM Obscore",
        'SELECT s_ra FROM "ivoa"."ObsCore"',
        "select ra as R from dbo.raw order by r",
        "select ra from dbo.raw where period = '104' and object like 'x' and ob_id in ('12', 13)",
        'select dp_id from ivoa.obscore where "public" = \'true\' or "public" = 0',
    ):
        assert check(parse(text), tables).columns


def test_tables_and_limit(tables: Any) -> None:
    checked = check(parse("SELECT TOP 7 a.ra FROM dbo.raw a WHERE a.dp_id IN (SELECT dp_id FROM ivoa.obscore)"), tables)
    assert checked.tables == ("dbo.raw", "ivoa.obscore")
    assert checked.limit == 7
    assert check(parse("SELECT ra FROM dbo.raw"), tables).limit is None


def test_uploads(tables: Any) -> None:
    mine = TableSchema(
        "mine", "mine", (ColumnSchema("Name", "char", "", arraysize="*"), ColumnSchema("name", "int", ""))
    )
    checked = check(parse('SELECT m."Name", m."name" FROM TAP_UPLOAD.mine AS m'), tables, [mine])
    assert [one.datatype for one in checked.columns] == ["char", "int"]
    assert checked.tables == ("tap_upload.mine",)
    with pytest.raises(AdqlError, match="ambiguous"):
        check(parse("SELECT name FROM tap_upload.mine"), tables, [mine])
    assert check(parse("SELECT name FROM tap_upload.mine"), tables, [replace(mine, columns=mine.columns[:1])]).columns


def test_inner_names_do_not_hide_outer_ones(tables: Any) -> None:
    """A column of the outer table stays one of the outer table, though both tables have the same name."""
    sql = printed("SELECT ra FROM dbo.raw WHERE EXISTS (SELECT * FROM ivoa.ObsCore AS raw WHERE s_ra = period)", tables)
    assert '"raw_2"."s_ra" = "raw"."period"' in sql


def test_spectral_units(tables: Any) -> None:
    found = check(parse("SELECT gavo_specconv(em_min, 'GHz') AS f FROM ivoa.ObsCore"), tables).columns[0]
    assert (found.unit, found.datatype) == ("GHz", "double")
    for text in ("gavo_specconv(s_ra, 'GHz')", "gavo_specconv(em_min, 's')", "gavo_specconv(em_min, obs_collection)"):
        with pytest.raises(AdqlError):
            check(parse(f"SELECT {text} FROM ivoa.ObsCore"), tables)
    with pytest.raises(AdqlError) as caught:
        check(parse("SELECT IN_UNIT(em_min, 'GHz') FROM ivoa.ObsCore"), tables)
    assert "gavo_specconv" in caught.value.line()


def test_every_user_function_is_served(tables: Any) -> None:
    values = {
        "double": "em_min",
        "long": "calib_level",
        "char": "obs_collection",
        "constant": "','",
        "point": "POINT(s_ra, s_dec)",
    }
    for one in USER_FUNCTIONS:
        arguments = ", ".join("'um'" if name.endswith("unit") else values[kind] for name, kind in one.parameters)
        checked = check(parse(f"SELECT {one.name}({arguments}) AS x FROM ivoa.ObsCore"), tables)
        for engine in ("duckdb", "postgres", "spark", "trino"):
            said = print_for(lower(checked.tree, engine), engine).lower().replace("ivoa", "")
            assert not any(prefix in said for prefix in ("ivo_", "gavo_", "adql_"))
        assert one.signature.startswith(f"{one.name}(")
        assert one.description


def test_restrict_reaches_every_reference(tables: Any) -> None:
    from sqlglot import exp

    text = (
        "WITH c AS (SELECT ra FROM dbo.raw) SELECT c.ra FROM c JOIN (dbo.raw AS a JOIN dbo.raw b ON a.ra = b.ra) ON c.ra = a.ra WHERE c.ra IN "
        "(SELECT ra FROM dbo.raw UNION SELECT s_ra FROM ivoa.ObsCore) AND EXISTS (SELECT * FROM (SELECT ra FROM dbo.raw) q)"
    )
    checked = check(parse(text), tables)
    asked = []

    def condition(name: str, alias: str) -> Any:
        asked.append(name)
        column = exp.column(exp.to_identifier("_file", quoted=True), table=exp.to_identifier(alias, quoted=True))
        return exp.EQ(this=column, expression=exp.Literal.string("x")) if name == "dbo.raw" else None

    tree = restrict(checked.tree, condition)
    assert sorted(asked) == ["dbo.raw"] * 5 + ["ivoa.obscore"]
    sql = print_for(lower(tree, "duckdb"), "duckdb")
    assert sql.count("_file") == sql.count('FROM "dbo"."raw"') == 5
    assert "_file" not in checked.tree.sql()


def test_a_number_in_quotes_that_no_float_holds(tables: Any) -> None:
    with pytest.raises(AdqlError, match="number is compared with text"):
        check(parse("SELECT ra FROM dbo.raw WHERE ra < '1e999'"), tables)


def test_chains_of_comparisons_are_lists(tables: Any) -> None:
    def where(text: str) -> str:
        tree = check(parse(f"SELECT ra FROM dbo.raw WHERE {text}"), tables).tree
        return print_for(tree, "duckdb").split("WHERE ")[1].replace('"raw".', "").replace('"', "")

    assert where("object = 'a' OR (object = 'b' OR 'c' = object)") == "object IN ('a', 'b', 'c')"
    assert where("object <> 'a' AND ra > 1 AND (object != 'b')") == "NOT object IN ('a', 'b') AND ra > 1"
    assert where("ra = 1 OR dec = 1") == "ra = 1 OR dec = 1"
    assert where("ra = 1 AND ra = 2") == "ra = 1 AND ra = 2"
    assert (
        where("ob_id = 1 OR ob_id = 1.5 OR ob_id = 9007199254740993")
        == where("ob_id IN (1) OR ob_id = 1.5").replace("ob_id IN (1)", "ob_id = 1") + " OR ob_id = 9007199254740993"
    )
    assert where("ra = 1 AND (object = 'a' OR object = 'b') AND ((dec = 2 OR dec = 3) AND ra < 4)") == (
        "ra = 1 AND object IN ('a', 'b') AND dec IN (2, 3) AND ra < 4"
    )
    assert where("(ra = 1 OR dec > 2) AND NOT (ra = 3 OR ra = 4)") == "(ra = 1 OR dec > 2) AND NOT ra IN (3, 4)"
