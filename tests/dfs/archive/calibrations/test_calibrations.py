"""Calibration selection: the same choice from rows as from files; trees as ESO writes them."""

from __future__ import annotations

import email
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from dfs.archive.calibrations import Association, MainFile, multipart, read_xml, to_xml
from dfs.clock import FixedClock
from dfs.errors import DataError, NotFoundError, UsageError
from dfs.observatory import Observatory

TARGET = "EFOSC.2022-01-27T04:46:29.093"
BIASES = [f"EFOSC.2022-01-26T19:0{t}" for t in ("2:38.210", "3:08.542", "3:39.513")]


@pytest.fixture(scope="module")
def night(real_frames: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """The real frames, archived."""
    clock = FixedClock(datetime.fromisoformat("2022-02-01T00:00:00+00:00"))
    with Observatory.open(tmp_path_factory.mktemp("night") / "observatory", clock=clock, previews=False) as observatory:
        for path in sorted(real_frames.glob("*.fits.gz")):
            observatory.archive.ingest(path)
        yield observatory


@pytest.mark.real
def test_rows_and_files_give_the_same_choice(night: Observatory, real_frames: Path) -> None:
    """The oracle reads the headers of the files themselves, all at once."""
    for entry in night.archive.list():
        tree = night.calibrations.tree(entry.dp_id)
        said = {one.category: {file.name for file in one.files} for one in tree.associated}
        read = {}
        for one in night.frames.why(real_frames / f"{entry.dp_id}.fits.gz", folder=real_frames):
            if one.chosen is not None:
                read[one.chosen.made_from] = {path.name.removesuffix(".fits.gz") for path in one.chosen.paths}
        assert said == read, entry.dp_id


@pytest.mark.real
def test_tree_of_a_science_spectrum(night: Observatory) -> None:
    tree = night.calibrations.tree(TARGET)
    assert (tree.category, tree.mode, tree.complete) == ("SCIENCE_LSS", "raw2raw", True)
    assert [one.category for one in tree.associated] == ["BIAS", "FLAT_LSS", "ARC", "STD_LSS"]
    assert tree.associated[0].match == "calib_plan"
    assert [one.name for one in tree.associated[0].files] == BIASES
    flat, standard = tree.associated[1], tree.associated[3]
    assert [one.category for one in flat.associated] == ["BIAS"]
    assert [one.category for one in standard.associated] == ["BIAS", "FLAT_LSS", "ARC"]
    assert TARGET not in tree.dp_ids()
    assert len(tree.dp_ids()) == len(set(tree.dp_ids())) == 7
    assert not tree.certified
    assert "no MASTER_BIAS" in tree.all_messages()[0]


@pytest.mark.real
def test_masters_where_there_are_some(night: Observatory, real_frames: Path, tmp_path: Path) -> None:
    for name in BIASES:
        shutil.copy(real_frames / f"{name}.fits.gz", tmp_path)
    assert not night.reduce(tmp_path).failures()
    tree = night.calibrations.tree(TARGET, "Raw2Master")
    bias, flat = tree.associated[:2]
    assert (bias.category, [one.name for one in bias.files]) == ("MASTER_BIAS", [f"{BIASES[0]}_MASTER_BIAS_v1"])
    assert bias.certified
    assert bias.associated == ()
    assert flat.category == "FLAT_LSS"  # no master: raw frames
    assert flat.associated[0].category == "MASTER_BIAS"
    assert night.calibrations.tree(TARGET).associated[0].certified  # of raw frames whose master is on record


def test_what_is_missing_is_told(night: Observatory, real_frames: Path, tmp_path: Path) -> None:
    with Observatory.open(tmp_path / "poor", clock=night.clock, previews=False) as poor:
        for name in (TARGET, *BIASES):
            poor.archive.ingest(real_frames / f"{name}.fits.gz")
        tree = poor.calibrations.tree(TARGET)
        assert not tree.complete
        assert [one.category for one in tree.associated] == ["BIAS"]
        assert {message.partition(" ")[0] for message in tree.messages} == {
            "MASTER_FLAT_LSS",
            "WAVE_SOLUTION",
            "RESPONSE",
        }
        assert read_xml(to_xml(tree)) == tree


def test_frames_that_cannot_be_asked_for(night: Observatory) -> None:
    for name in ("EFOSC.2001-01-01T00:00:00.000", "../x", "a\0b", "x" * 500, ""):
        with pytest.raises(NotFoundError, match="no file"):
            night.calibrations.tree(name)
    for names, mode in (([], "raw2raw"), ([f"A.{n}" for n in range(101)], "raw2raw"), ([TARGET], "raw2x")):
        with pytest.raises(UsageError):
            night.calibrations.trees(names, mode)


def places(element: Element, path: str = "") -> set[tuple[str, tuple[str, ...]]]:
    """Every kind of element with the attributes it has, in their order."""
    here = f"{path}/{element.tag}" if not path.endswith("association") or element.tag != "association" else path
    here = re.sub(r"(/associatedFiles/association)+", "/associatedFiles/association", here)
    found = {(here, tuple(element.attrib))}
    for child in element:
        found |= places(child, here)
    return found


@pytest.mark.real
def test_documents_have_the_structure_of_the_real_ones(night: Observatory, test_data: Path) -> None:
    real = (test_data / "archive/astroquery_eso/FORS2.2021-01-02T00_59_12.533_raw2raw.xml").read_bytes()
    ours = places(fromstring(to_xml(night.calibrations.tree(TARGET))))
    assert {one for one in ours if not one[0].endswith("/message")} == places(fromstring(real))
    order = [child.tag for child in fromstring(real)]
    assert [child.tag for child in fromstring(to_xml(night.calibrations.tree(TARGET)))] == order


def test_the_real_documents_are_read(test_data: Path) -> None:
    folder = test_data / "archive" / "astroquery_eso"
    tree = read_xml((folder / "FORS2.2021-01-02T00_59_12.533_raw2raw.xml").read_bytes())
    assert tree.files == (MainFile("SCIENCE_IMG", "FORS2.2021-01-02T00:59:12.533"),)
    assert (tree.mode, tree.certified, tree.complete) == ("raw2raw", True, True)
    assert len(tree.dp_ids()) == len({*re.findall(r'name="([^"]+)"', to_xml(tree).decode())}) - 1
    for broken in (b"", b"<a/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><association>&b;</association>", b"\xff"):
        with pytest.raises(DataError):
            read_xml(broken)


@pytest.mark.real
def test_several_trees_in_one_answer(night: Observatory) -> None:
    trees = night.calibrations.trees([TARGET, BIASES[0]])
    body, boundary = multipart(trees)
    message = email.message_from_bytes(
        f"Content-Type: multipart/form-data; boundary={boundary}\r\n\r\n".encode() + body
    )
    parts = message.get_payload()
    assert [part.get_filename() for part in parts] == [f"{TARGET}_raw2raw.xml", f"{BIASES[0]}_raw2raw.xml"]
    assert [read_xml(part.get_payload(decode=True)) for part in parts] == trees
    assert [int(part["Content-Length"]) for part in parts] == [len(to_xml(tree)) for tree in trees]


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).map(str.strip)
words = words.filter(lambda text: text and "\ufffe" not in text and "\uffff" not in text)
leaves = st.builds(
    Association,
    words,
    st.lists(st.builds(MainFile, words, words), max_size=3).map(tuple),
    st.booleans(),
    st.booleans(),
    messages=st.lists(words, max_size=2).map(tuple),
)
trees = st.recursive(
    leaves,
    lambda below: st.builds(
        Association,
        words,
        st.just(()),
        st.booleans(),
        st.booleans(),
        match=st.sampled_from(["calib_plan", "risky"]),
        kind=st.sampled_from(["main", "secondary"]),
        associated=st.lists(below, max_size=3).map(tuple),
    ),
    max_leaves=8,
)


@given(trees)
def test_what_is_written_is_read(tree: Association) -> None:
    assert read_xml(to_xml(tree)) == tree
