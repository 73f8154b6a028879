"""Queries of others with their verdicts: lyonetia's sets of IVOA and GAVO, and the tests of queryparser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

from dfs.vo.adql import AdqlError, check, parse
from dfs.vo.adql.functions import user_function
from dfs.vo.adql.parsing import user_functions

pytestmark = pytest.mark.real

DECLARED = {"ivo_foo", "ivo_getstring"}
"""User-defined functions that GAVO's set takes for declared ("String-valued UDFs parsed")."""

DIFFERENT = {
    # BNF of REC-ADQL-2.1: <qualified_join> ::= <table_reference> [ NATURAL ] [ <join_type> ] JOIN <table_reference>
    # [ <join_specification> ]; the specification is optional, and GAVO's set has ten valid queries without it.
    "SELECT * FROM t1 INNER JOIN t2",
}


def queries(folder: Path) -> list[tuple[str, bool]]:
    found = []
    for place in sorted(folder.glob("*.xml")):
        every = ElementTree.parse(place).getroot().iter("adql")
        found += [(str(query.text).strip(), query.get("valid", "false") == "true") for query in every]
    return found


def is_valid(text: str) -> bool:
    try:
        query = parse(text)
    except AdqlError:
        return False
    return all(name.lower() in DECLARED or user_function(name) for name in user_functions(query))


@pytest.mark.parametrize(("name", "count"), [("ivoa", 152), ("gavo", 288)])
def test_verdicts_of_lyonetia(test_data: Path, name: str, count: int) -> None:
    given = queries(test_data / "adql" / "lyonetia" / name)
    assert len(given) >= count
    wrong = {text for text, valid in given if is_valid(text) != valid}
    assert wrong == {text for text, _ in given if text in DIFFERENT}


def test_the_adql_of_queryparser_parses(test_data: Path) -> None:
    yaml = pytest.importorskip("yaml")
    tests = yaml.safe_load((test_data / "adql" / "queryparser" / "tests.yaml").read_text())
    wrong = []
    for section in ("adql_mysql_tests", "adql_postgresql_tests"):
        wrong += [text for text, _ in tests[section] if not is_valid(text)]
    assert wrong == []
    assert not any(is_valid(text) for text in tests["common_syntax_tests"])


def test_an_unknown_function_is_told(tables: dict[str, Any]) -> None:
    with pytest.raises(AdqlError, match="no function my_undefined_function"):
        check(parse("SELECT dp_id, my_undefined_function(ra, dec) AS bad FROM dbo.raw"), tables)
