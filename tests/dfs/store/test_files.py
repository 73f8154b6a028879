"""Names that cannot lead out of the store, and fingerprints that agree with hashlib and gzip."""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import DataError
from dfs.store.durable import copy_durably, fingerprint
from dfs.store.places import location

HOSTILE = [
    "../x",
    "..",
    "a/../b",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "a\0b",
    "",
    ".",
    ".hidden",
    "-rf",
    "a b",
    "a\nb",
    "a@b",
    "%2e%2e%2f",
    "ｅfosc",
    "a" * 221,
    "~root",
    "$HOME",
    "con:..",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_refused(name: str) -> None:
    with pytest.raises(DataError):
        location(name)


@given(st.text(max_size=60))
def test_whatever_the_name_the_place_stays_inside(name: str) -> None:
    try:
        place = location(name)
    except DataError:
        return
    folder, _, file = place.partition("/")
    assert file == name
    assert Path("/volume", place).resolve().parent == Path("/volume", folder)
    assert "/" not in file
    assert "\0" not in file


def test_files_lie_by_date() -> None:
    assert location("EFOSC.2022-01-26T19:02:38.210.fits.gz") == "2022-01-26/EFOSC.2022-01-26T19:02:38.210.fits.gz"
    assert location("EFOSC.2022-01-26T19:02:38.210_MASTER_BIAS_v1.fits").startswith("2022-01-26/")
    assert location("something.txt") == "undated/something.txt"


@given(content=st.binary(max_size=5000), members=st.integers(1, 3))
def test_a_fingerprint_tells_the_content_below_gzip(content: bytes, members: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain, zipped = Path(folder, "a"), Path(folder, "b")
        plain.write_bytes(content * members)
        zipped.write_bytes(b"".join(gzip.compress(content, mtime=0) for _ in range(members)))
        of_plain = fingerprint(plain)
        of_zipped = copy_durably(zipped, [Path(folder, "copy")])
        copied = Path(folder, "copy").read_bytes()
    assert of_plain.sha256 == hashlib.sha256(content * members).hexdigest()
    assert of_zipped.content_sha256 == of_plain.sha256
    assert of_zipped.sha256 == hashlib.sha256(copied).hexdigest()


@pytest.mark.parametrize("cut", [1, 5, 15, 100])
def test_a_truncated_gzip_counts_as_the_bytes_it_is(tmp_path: Path, cut: int) -> None:
    whole = gzip.compress(bytes(range(256)) * 20, mtime=0)
    file = tmp_path / "cut.gz"
    file.write_bytes(whole[:-cut])
    found = fingerprint(file)
    assert found.content_sha256 == found.sha256 == hashlib.sha256(whole[:-cut]).hexdigest()


def test_a_gzip_bomb_is_read_in_bounded_memory(tmp_path: Path) -> None:
    import resource

    file = tmp_path / "bomb.fits.gz"
    with gzip.open(file, "wb", compresslevel=1) as stream:
        for _ in range(300):
            stream.write(bytes(1 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fingerprint(file)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_an_existing_target_is_never_overwritten(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_text("new")
    target.write_text("old")
    with pytest.raises(FileExistsError):
        copy_durably(source, [target])
    assert target.read_text() == "old"
