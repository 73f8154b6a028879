"""What is ADQL 2.1 and what is not, by its grammar."""

from __future__ import annotations

import pytest

from dfs.vo.adql import AdqlError, parse

VALID = [
    "select object, filter, period, exposure, target, date_obs from dbo.raw",
    "SELECT 89x FROM z",
    "select x from y order by 2desc, lower(x)",
    "SELECT a FROM b;",
    "select x from t where a in ((1), (2 + 3)) and (((b) = 1)) or not (c like 'x' || d)",
    "SELECT x FROM ((SELECT x FROM a) AS q JOIN b ON q.x = b.x)",
    "SELECT x FROM (((SELECT x FROM a))) AS q",
    "SELECT x FROM (a NATURAL JOIN b) AS q",
    "SELECT x FROM a JOIN b JOIN c ON b.x = c.x ON a.x = b.x",
    "(SELECT x FROM a ORDER BY x) UNION ALL SELECT y FROM b ORDER BY 1 OFFSET 5",
    "((SELECT x FROM a INTERSECT SELECT y FROM b) EXCEPT (SELECT TOP 3 z FROM c))",
    "WITH a AS (SELECT x FROM t), b AS (SELECT x FROM a) SELECT * FROM b",
    'SELECT "a""b", t.* FROM "My Schema"."t" AS t',
    "SELECT POLYGON(p, q, r), POLYGON(1, 2, 3, 4, 5, 6), CIRCLE(p, 3), CIRCLE(POINT(1, 2), 3), BOX(CENTROID(p), 1, 2) FROM t",
    "SELECT DISTANCE(p, q), DISTANCE(1, 2, 3, 4), COORD1(p), COORDSYS(p), AREA(REGION('CIRCLE 1 2 3')) FROM t",
    "SELECT COUNT(DISTINCT x), SUM(ALL y), CAST(x AS DOUBLE PRECISION), CAST(t AS VARCHAR(3)) FROM t HAVING COUNT(*) > 1",
    "SELECT x FROM t WHERE EXISTS (a JOIN b USING (x)) AND NULL = y",
    "SELECT 1.5e-3, .5, 1., 1.e5, - x, +y, -(-3) FROM t",
    "SELECT RAND(), RAND(3), ROUND(x, -2), TRUNCATE(x, +2), IN_UNIT(x, 'km/s'), COALESCE(a, b, 'c') FROM t",
    "select a\u000c\r\nfrom --x\n t -- the end",
]
INVALID = [
    ("SELECT position FROM t", "reserved word"),
    ("SELECT size, date FROM t", "reserved word"),
    ("SELECT *, x FROM t", "other columns"),
    ("SELECT x FROM t WHERE a = (SELECT b FROM u)", "subquery"),
    ("SELECT CASE WHEN a = 1 THEN 2 END FROM t", "no CASE"),
    ("SELECT x FROM t LIMIT 5", ""),
    ("SELECT x FROM t; DROP TABLE t", ""),
    ("SELECT x FROM t; SELECT y FROM u", ""),
    ("DROP TABLE t", "SELECT"),
    ("SELECT x FROM t /* hidden */", ""),
    ("SELECT x FROM t WHERE a + 1 IS NULL", "IS NULL"),
    ("SELECT ABS(x) || 'a' FROM t", "text"),
    ("SELECT 'a' || POINT(1, 2) FROM t", "text"),
    ("SELECT LOWER(x) + 1 FROM t", "number"),
    ("SELECT x FROM t WHERE 'a' 'b' = x", "side by side"),
    ("SELECT x FROM t NATURAL JOIN u ON t.a = u.a", "NATURAL"),
    ("SELECT x FROM a JOIN b ON a.x = b.x ON a.y = b.y", "condition"),
    ("SELECT x FROM (SELECT x FROM t)", "name"),
    ("SELECT x FROM t WHERE a = b = c", ""),
    ("SELECT x FROM t WHERE NOT NOT a = b", ""),
    ("SELECT x FROM t WHERE a", "comparison"),
    ("SELECT x FROM t WHERE CONTAINS(a, b)", "comparison"),
    ("SELECT POINT(1, 2, 3) FROM t", "POINT"),
    ("SELECT CIRCLE('ICRS', 1, 2) FROM t", "CIRCLE"),
    ("SELECT x FROM t -- ' \n WHERE 'a = 1", "not closed"),
    ("SELECT x\u00a0FROM t", "00A0"),
    ("SELECT x FROM t WHERE a = 0xff", ""),
    ("SELECT a & b FROM t", ""),
    ('SELECT "" FROM t', "empty"),
    ("SELECT TOP 5.5 x FROM t", "whole number"),
    ("SELECT x FROM t ORDER BY x OFFSET 3 ROWS", ""),
    ("SELECT x FROM t WHERE x IN ()", ""),
    ("SELECT x AS FROM t", ""),
    ("SELECT COUNT(*) FROM t GROUP x", ""),
    ("WITH a AS (WITH b AS (SELECT x FROM t) SELECT * FROM b) SELECT * FROM a", ""),
    ("SELECT x FROM t UNION SELECT TOP x y FROM u", ""),
    ("SELECT CAST(x AS FLOAT) FROM t", "type"),
    ("SELECT x.y.z.a.b FROM t", "parts"),
    ("SELECT é FROM t", "character"),
    ("SELECT x FROM read_csv('/etc/passwd')", ""),
    ("", "ends too early"),
]


@pytest.mark.parametrize("text", VALID)
def test_is_adql(text: str) -> None:
    assert parse(text).tree.sql("duckdb")


@pytest.mark.parametrize(("text", "said"), INVALID)
def test_is_no_adql(text: str, said: str) -> None:
    with pytest.raises(AdqlError) as caught:
        parse(text)
    assert said.lower() in caught.value.line().lower()
    assert "\n" not in caught.value.line()
    assert caught.value.column > 0


def test_an_error_says_line_and_column() -> None:
    with pytest.raises(AdqlError) as caught:
        parse("SELECT a\nFROM t\nWHERE a >> 3")
    assert (caught.value.line_number, caught.value.column) == (3, 10)
    assert caught.value.where == "line 3, column 10, at '> 3'"


def test_intersect_binds_tighter_than_union() -> None:
    tree = parse("SELECT a FROM x UNION SELECT a FROM y INTERSECT SELECT a FROM z").tree
    assert tree.sql() == "SELECT a FROM x UNION (SELECT a FROM y INTERSECT SELECT a FROM z)"


def test_operators_of_one_rank_go_from_left_to_right() -> None:
    tree = parse("SELECT a - b - c, a / b * c FROM t WHERE x = 1 OR y = 2 AND NOT z = 3").tree
    assert tree.sql() == "SELECT a - b - c, a / b * c FROM t WHERE x = 1 OR y = 2 AND NOT z = 3"
    assert tree.expressions[0].this.sql() == "a - b"


def test_a_text_goes_on_in_the_next_line() -> None:
    assert parse("SELECT 'a' -- first\n 'b''c' FROM t").tree.expressions[0].this == "ab'c"
