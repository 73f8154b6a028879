"""JSON of strangers."""

from __future__ import annotations

import json

import pytest

from dfs.etc.documents import json_text
from dfs.etc.documents.json_text import read_json_text


def test_what_json_says():
    document = {"a": [1, 2.5, None, True], "b": {"c": "\N{GREEK SMALL LETTER ALPHA}"}}
    assert read_json_text(json.dumps(document).encode()) == document
    assert read_json_text(b"\xef\xbb\xbf" + json.dumps(document).encode()) == document


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a": 1, "b": 2, "a": 3}', "it says 'a' twice"),
        (b'{"x": {"a": 1, "a": 1}}', "it says 'a' twice"),
        (b"[" * 39 + b"1" + b"]" * 41, "Extra data"),
        (b"[" * 41 + b"1" + b"]" * 41, "nested too deeply"),
        (b"[" * 19_000, "nested too deeply|Expecting"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": 1e999}', "beyond every number"),
        (b'{"a": 1' + b"0" * 400 + b"}", "a whole number is too large"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "."),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\ud800": 1}', "surrogate"),
        (b"\xff\xfe\xff", "UTF-8"),
        (b'"\xff"', "UTF-8"),
    ],
)
def test_what_is_refused(content, words):
    with pytest.raises(ValueError, match=words) as found:
        read_json_text(content)
    assert len(str(found.value)) < 300


@pytest.mark.parametrize("content", [b"[" + b"{}," * 30_000 + b"1]", b"[" + b"[]," * 30_000 + b"1]"])
def test_too_many_values_are_not_read(content, monkeypatch):
    monkeypatch.setattr(json_text.json, "loads", None)  # it is not reached
    with pytest.raises(ValueError, match="too many values"):
        read_json_text(content)


def test_the_numbers_are_counted_too(monkeypatch):
    monkeypatch.setattr(json_text, "_VALUES_MOST", 100)
    assert len(read_json_text(b"[" + b"1," * 100 + b"1]")) == 101
    with pytest.raises(ValueError, match="too many values"):
        read_json_text(b"[" + b"1," * 101 + b"1]")
