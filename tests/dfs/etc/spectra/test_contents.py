"""Bytes of spectra: bounded, unpacked as far as needed."""

from __future__ import annotations

import gzip
import io

import pytest

from dfs.errors import DataError, NotFoundError
from dfs.etc.spectra import contents as module
from dfs.etc.spectra.contents import contents, unpacked

MANY = 1000


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(module, "_BYTES_MOST", MANY)


def test_files_that_are_none(tmp_path):
    for path in (tmp_path, tmp_path / "a", "/dev/zero"):
        with pytest.raises(NotFoundError):
            contents(type(tmp_path)(path))


def test_a_file_is_read_up_to_the_limit(tmp_path, small):
    (tmp_path / "a").write_bytes(b"1" * MANY)
    assert len(contents(tmp_path / "a")) == MANY
    (tmp_path / "a").write_bytes(b"1" * (MANY + 1))
    with pytest.raises(DataError, match="too large"):
        contents(tmp_path / "a")


def test_unpacking_stops_at_the_limit(small, monkeypatch):
    assert unpacked(gzip.compress(b"1" * MANY), "a") == b"1" * MANY
    asked = []
    read = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda file, size=-1: asked.append(size) or read(file, size))
    with pytest.raises(DataError, match="too large"):
        unpacked(gzip.compress(b"1" * 100 * MANY), "a")
    assert asked == [MANY + 1]


def test_several_members_are_one_content():
    assert unpacked(gzip.compress(b"300 1\n") + gzip.compress(b"400 1\n"), "a") == b"300 1\n400 1\n"


def test_what_is_cut_short_or_broken_is_told():
    packed = gzip.compress(bytes(range(256)) * 9)
    for content in (packed[:-20], packed[:3], packed[:30] + b"\xff" * 30):
        with pytest.raises(DataError, match="cannot be unpacked"):
            unpacked(content, "a")


def test_other_content_stays():
    assert io.BytesIO(unpacked(b"300 1", "a")).read() == b"300 1"
