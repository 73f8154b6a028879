"""JSON as it may come in."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.server.p2.json_body import read_json

documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/é"), inner, max_size=4),
    max_leaves=20,
)


@given(documents)
def test_what_json_can_say_is_read(document: object) -> None:
    assert read_json(json.dumps(document).encode()) == document
    assert read_json(json.dumps(document, ensure_ascii=False).encode()) == document


@given(st.binary(max_size=60))
def test_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(UsageError):
        read_json(content)


@pytest.mark.parametrize("content", [b"", b"  ", b"null"])
def test_nothing(content: bytes) -> None:
    assert read_json(content) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"a": NaN}', "NaN is no number"),
        (b"[-Infinity]", "-Infinity is no number"),
        (b"[1e999]", "beyond every number"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b"[" * 50 + b"]" * 50, "nested too deeply"),
        (b'{"a":' * 45 + b"1" + b"}" * 45, "nested too deeply"),
        (b'["\\ud800"]', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'["a\\u0000"]', "U+0000"),
        (b"[90071992547409930]", "too large"),
        (b"[" + b"9" * 5000 + b"]", "no JSON"),
        (b"{", "no JSON"),
        (b'"\xff"', "not UTF-8"),
        (b"{'a': 1}", "no JSON"),
    ],
    ids=lambda value: value[:12].decode("latin-1") if isinstance(value, bytes) else "",
)
def test_what_nobody_can_keep_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("+", r"\+")):
        read_json(content)
