"""Parts and conditions of HTTP, each against the sentence of RFC 9110 that decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.server.ranges import RangeError, http_date, is_unchanged, misses, part_of

ETAG, MODIFIED = '"abc"', "2022-02-01T12:00:00.500"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("BYTES= 10 - 19 ", (10, 20)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=99-99", (99, 100)),
        ("bytes=20-10", None),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("items=0-1", None),
        ("bytes=0-1\r\nX: y", None),
        ("bytes=+1-2", None),
        (f"bytes={'9' * 400}-", None),
    ],
)
def test_ranges(text: str, part: tuple[int, int] | None) -> None:
    assert part_of({"range": text}, 100, ETAG, MODIFIED) == part


@pytest.mark.parametrize("text", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999-"])
def test_ranges_beyond_the_end(text: str) -> None:
    with pytest.raises(RangeError):
        part_of({"range": text}, 100, ETAG, MODIFIED)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 200))
def test_a_part_is_what_a_slice_gives(first: int, last: int, size: int) -> None:
    data = bytes(index % 251 for index in range(size))
    try:
        part = part_of({"range": f"bytes={first}-{last}"}, size, ETAG, MODIFIED)
    except RangeError:
        assert first >= size
        return
    if last < first:
        assert part is None
    else:
        assert data[slice(*part)] == data[first : last + 1]


def test_conditions() -> None:
    ranged = {"range": "bytes=5-"}
    assert part_of({**ranged, "if-range": ETAG}, 100, ETAG, MODIFIED) == (5, 100)
    assert part_of({**ranged, "if-range": http_date(MODIFIED)}, 100, ETAG, MODIFIED) == (5, 100)
    assert part_of({**ranged, "if-range": '"other"'}, 100, ETAG, MODIFIED) is None
    assert part_of({**ranged, "if-range": f"W/{ETAG}"}, 100, ETAG, MODIFIED) is None
    assert is_unchanged({"if-none-match": f'"x", W/{ETAG}'}, ETAG)
    assert is_unchanged({"if-none-match": "*"}, ETAG)
    assert not is_unchanged({"if-none-match": '"x"'}, ETAG)
    assert not is_unchanged({}, ETAG)
    assert misses({"if-match": '"x"'}, ETAG)
    assert not misses({"if-match": ETAG}, ETAG)
    assert http_date(MODIFIED) == "Tue, 01 Feb 2022 12:00:00 GMT"
