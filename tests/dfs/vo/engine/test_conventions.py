"""Addresses are seen whole wherever a query uses them; words in capitals are found in any letter case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dfs.observatory import Observatory
from dfs.vo.engine import QueryEngine

DP_ID = "EFOSC.2022-01-27T04:46:29.093"
WHOLE = f"https://archive.example.org/dataPortal/file/{DP_ID}"

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def observatory(tmp_path_factory: pytest.TempPathFactory, real_frames: Path) -> Iterator[Observatory]:
    root = tmp_path_factory.mktemp("conventions")
    with Observatory.open(root, public_url="https://archive.example.org/") as opened:
        opened.archive.ingest(real_frames / f"{DP_ID}.fits.gz")
        opened.archive.ingest(real_frames / "EFOSC.2022-01-26T19:02:38.210.fits.gz")
        yield opened


def first(engine: QueryEngine, observatory: Observatory, adql: str) -> list[object]:
    with engine.run(adql, user=observatory.user) as result:
        return [value for batch in result.batches() for value in batch.columns[0].to_pylist()]


@pytest.mark.parametrize(
    "adql",
    [
        f"SELECT access_url FROM dbo.raw WHERE dp_id = '{DP_ID}'",
        f"SELECT * FROM (SELECT access_url FROM dbo.raw WHERE dp_id = '{DP_ID}') AS t",
        f"SELECT MAX(access_url) AS a FROM dbo.raw WHERE dp_id = '{DP_ID}'",
        f"SELECT access_url FROM dbo.raw WHERE access_url = '{WHOLE}'",
        f"SELECT DISTINCT access_url FROM dbo.raw WHERE access_url LIKE 'https://archive%{DP_ID}'",
        f"SELECT access_url FROM dbo.raw WHERE dp_id = '{DP_ID}' GROUP BY access_url ORDER BY access_url",
        f"SELECT access_url FROM dbo.raw WHERE dp_id = '{DP_ID}' GROUP BY access_url HAVING COUNT(*) = 1",
        f"SELECT access_url FROM dbo.raw WHERE dp_id = '{DP_ID}' UNION SELECT '{WHOLE}' FROM dbo.raw",
        f"WITH t AS (SELECT access_url AS a FROM dbo.raw WHERE dp_id = '{DP_ID}') SELECT a FROM t",
        f"SELECT r.access_url FROM dbo.raw AS r JOIN ist.efosc AS i ON r.access_url = i.access_url WHERE i.dp_id = '{DP_ID}'",
    ],
)
def test_addresses_are_whole(observatory: Observatory, adql: str) -> None:
    assert first(observatory.engine, observatory, adql) == [WHOLE]


def test_the_same_rows_serve_at_another_address(observatory: Observatory) -> None:
    elsewhere = QueryEngine(
        observatory.index, observatory.clock, observatory.engine._rule, public_url="http://localhost:1"
    )
    adql = f"SELECT access_url FROM dbo.raw WHERE dp_id = '{DP_ID}'"
    assert first(elsewhere, observatory, adql) == [f"http://localhost:1/dataPortal/file/{DP_ID}"]
    assert first(observatory.engine, observatory, adql) == [WHOLE]


@pytest.mark.parametrize(
    "condition",
    [
        "instrument = 'efosc2'",
        "'EFOSC2' = instrument",
        "instrument IN ('efosc2', 'uves')",
        "instrument LIKE 'efosc%'",
        "dp_cat = 'science'",
    ],
)
def test_words_in_capitals_are_found_in_any_letter_case(observatory: Observatory, condition: str) -> None:
    assert DP_ID in first(observatory.engine, observatory, f"SELECT dp_id FROM dbo.raw WHERE {condition}")


def test_other_words_differ_by_letter_case(observatory: Observatory) -> None:
    assert first(observatory.engine, observatory, "SELECT dp_id FROM dbo.raw WHERE object = 'j063602-311312'") == []
