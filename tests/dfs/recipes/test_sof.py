"""Sets of frames: what EsoRex reads, we read; what is wrong is said with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import DataError, NotFoundError
from dfs.recipes.sof import SofEntry, format_sof, read_sof


def sof(folder: Path, text: str) -> Path:
    path = folder / "set.sof"
    path.write_text(text)
    return path


def test_comments_blanks_and_relative_paths(tmp_path: Path) -> None:
    (tmp_path / "a.fits").touch()
    (tmp_path / "a b.fits").touch()
    (tmp_path / "Gr#3.fits").touch()
    entries = read_sof(
        sof(tmp_path, "# night of 26 January\n\na.fits   BIAS # first\n\ta b.fits\tFLAT\nGr#3.fits ARC\n")
    )
    assert entries == (
        SofEntry(tmp_path / "a.fits", "BIAS"),
        SofEntry(tmp_path / "a b.fits", "FLAT"),
        SofEntry(tmp_path / "Gr#3.fits", "ARC"),
    )


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", DataError, "empty"),
        ("# nothing\n", DataError, "empty"),
        ("a.fits\n", DataError, "line 1.*has no tag"),
        ("\nabsent.fits BIAS\n", NotFoundError, r"line 2.*no frame absent\.fits"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, error: type[Exception], message: str) -> None:
    (tmp_path / "a.fits").touch()
    with pytest.raises(error) as caught:
        read_sof(sof(tmp_path, text))
    assert re.search(message, caught.value.line())


def test_a_missing_set_and_a_binary_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_sof(tmp_path / "absent.sof")
    (tmp_path / "set.sof").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="text file"):
        read_sof(tmp_path / "set.sof")


NAME = st.from_regex(r"[A-Za-z0-9_.:+-]{1,20}( [A-Za-z0-9_]{1,5})?\.fits", fullmatch=True)


@given(
    names=st.lists(NAME, min_size=1, max_size=5, unique=True),
    tag=st.from_regex(r"[A-Z][A-Z_0-9]{0,12}", fullmatch=True),
)
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, names: list[str], tag: str) -> None:
    folder = tmp_path_factory.mktemp("sof")
    entries = tuple(SofEntry(folder / name, tag) for name in names)
    for entry in entries:
        entry.path.touch()
    assert read_sof(sof(folder, format_sof(entries))) == entries
