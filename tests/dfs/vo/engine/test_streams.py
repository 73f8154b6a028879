"""Tables read from end to end, also where the file system gives a file no second name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dfs.archive.index.manifest import STREAM
from dfs.observatory import Observatory

pytestmark = pytest.mark.real


@pytest.fixture
def observatory(tmp_path: Path, real_frames: Path) -> Iterator[Observatory]:
    with Observatory.open(tmp_path / "observatory") as opened:
        for frame in sorted(real_frames.glob("*.fits.gz"))[:3]:
            opened.archive.ingest(frame)
        opened.index.rebuild()
    with Observatory.open(tmp_path / "observatory") as opened:
        yield opened


@pytest.mark.parametrize("is_linked", [True, False])
def test_all_ways_of_reading_share_one_process(observatory: Observatory, is_linked: bool) -> None:
    links = list(observatory.root.rglob(STREAM))
    assert links
    if not is_linked:
        for one in links:
            one.unlink()
    for adql in (
        "SELECT * FROM dbo.raw",
        "SELECT dp_id FROM dbo.raw ORDER BY exposure",
        "SELECT COUNT(*) AS n FROM dbo.raw GROUP BY exposure",
        "SELECT table_name FROM TAP_SCHEMA.tables WHERE table_name = 'dbo.raw'",
    ):
        assert len(observatory.archive.query(adql)) > 0
