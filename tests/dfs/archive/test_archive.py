"""What goes in comes out: names, versions, refusals, provenance, release dates."""

from __future__ import annotations

import gzip
import random
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from dfs.archive import Submission
from dfs.errors import AccessError, ConflictError, DataError, DfsError, NotFoundError
from dfs.observatory import Observatory
from dfs.progress import Recorder

Frame = Callable[..., Path]
RAW = "EFOSC.2022-01-26T12:00:00.001"


def test_a_raw_frame_is_named_by_its_header_and_comes_out_bit_for_bit(
    observatory: Observatory, frame: Frame, tmp_path: Path
) -> None:
    source = frame(1, b"these pixels")
    archived = observatory.archive.ingest(source, category="BIAS")
    assert (archived.dp_id, archived.kind, archived.version, archived.category) == (RAW, "raw", 1, "BIAS")
    assert archived.instrument == "EFOSC2"
    assert archived.mjd_obs == pytest.approx(59605.5)
    assert archived.path.read_bytes() == source.read_bytes()
    assert stat.S_IMODE(archived.path.stat().st_mode) == 0o444, "nobody writes it by accident"
    copy = observatory.archive.get(RAW, tmp_path / "out" / "deeper")
    assert copy == tmp_path / "out" / "deeper" / f"{RAW}.fits"
    assert copy.read_bytes() == source.read_bytes()
    assert [one.action for one in observatory.audit.entries(RAW)] == ["ingest"]


def test_the_same_content_again_returns_the_entry_it_has(observatory: Observatory, frame: Frame) -> None:
    first = observatory.archive.ingest(frame(1))
    zipped = frame(1).with_suffix(".fits.gz")
    zipped.write_bytes(gzip.compress(frame(1).read_bytes(), mtime=0))
    assert observatory.archive.ingest(frame(1)) == first
    assert observatory.archive.ingest(zipped) == first, "the same frame, compressed"
    assert len(observatory.archive.list()) == 1


def test_other_content_under_a_raw_name_is_refused(observatory: Observatory, frame: Frame) -> None:
    first = observatory.archive.ingest(frame(1, b"one"))
    with pytest.raises(ConflictError, match=RAW):
        observatory.archive.ingest(frame(1, b"two", name="other.fits"))
    assert observatory.archive.list() == [first]
    assert first.path.read_bytes() == frame(1, b"one").read_bytes()


def test_products_get_versions_and_the_same_product_keeps_its_own(observatory: Observatory, frame: Frame) -> None:
    raw = observatory.archive.ingest(frame(1)).dp_id

    def product(content: bytes) -> str:
        source = frame(1, content, name="master.fits")
        return observatory.archive.ingest(source, kind="product", category="MASTER_BIAS", parents=[raw]).dp_id

    names = [product(b"a"), product(b"b"), product(b"a"), product(b"c")]
    assert names == [f"{RAW}_MASTER_BIAS_v{version}" for version in (1, 2, 1, 3)]
    assert observatory.archive.parents(names[1]) == (raw,)


def test_a_category_that_begins_like_another_has_versions_of_its_own(observatory: Observatory, frame: Frame) -> None:
    raw = observatory.archive.ingest(frame(1)).dp_id
    submit = {"kind": "product", "parents": [raw]}
    one = observatory.archive.ingest(frame(1, b"a", name="a.fits"), category="SCIENCE_SPECTRUM", **submit)
    two = observatory.archive.ingest(frame(1, b"b", name="b.fits"), category="SCIENCE_SPECTRUM_2D", **submit)
    under = observatory.archive.ingest(frame(1, b"c", name="c.fits"), category="SCIENCEXSPECTRUM", **submit)
    assert [file.version for file in (one, two, under)] == [1, 1, 1], "an underscore is no wildcard"


def test_a_batch_names_its_own_files_as_parents_and_writes_more_rows_with_it(
    observatory: Observatory, frame: Frame
) -> None:
    raws = [frame(number) for number in (1, 2)]
    product, page = frame(1, b"p", name="product.fits"), frame(1, b"r", name="report.html")
    seen: list[str] = []
    progress = Recorder()
    archived = observatory.archive.ingest_many(
        [
            *(Submission(raw) for raw in raws),
            Submission(product, "product", "MASTER_BIAS", parents=tuple(raws)),
            Submission(page, "report", "REPORT", parents=(product,)),
        ],
        progress,
        also=lambda _, files: seen.extend(file.dp_id for file in files),
    )
    assert [one.dp_id for one in archived] == seen
    assert archived[2].dp_id == f"{RAW}_MASTER_BIAS_v1"
    assert observatory.archive.parents(archived[2].dp_id) == (archived[0].dp_id, archived[1].dp_id)
    assert archived[3].dp_id == f"{RAW}_REPORT_v1"
    assert archived[3].path.suffix == ".html"
    assert progress.events.count(("step", "report.html", 1)) == 1


def test_a_batch_is_archived_whole_or_not_at_all(
    observatory: Observatory, frame: Frame, visible: Callable[[Observatory], set[str]]
) -> None:
    def fail(*_: object) -> None:
        raise DataError("the job's row cannot be written")

    nameless = {"ARCFILE": "", "DATE-OBS": "", "MJD-OBS": ""}
    bad = [
        ([Submission(frame(1)), Submission(frame(2, name="nameless.fits", **nameless))], None),
        ([Submission(frame(1)), Submission(frame(1, b"other", name="same-name.fits"))], None),
        (
            [
                Submission(frame(1)),
                Submission(frame(2), "product", "MASTER", parents=("EFOSC.1999-01-01T00:00:00.000",)),
            ],
            None,
        ),
        ([Submission(frame(1)), Submission(frame(2).with_name("absent.fits"))], None),
        ([Submission(frame(1))], fail),
    ]
    for submissions, also in bad:
        with pytest.raises(DfsError):
            observatory.archive.ingest_many(submissions, also=also)
        assert observatory.archive.list() == []
        assert visible(observatory) == set()
        assert list((observatory.settings.volume / "staging").iterdir()) == []
    assert len(observatory.archive.ingest_many([Submission(frame(1))])) == 1, "and it goes on"


@pytest.mark.parametrize(
    ("content", "name", "error", "words"),
    [
        (b"SIMPLE  = this is text", "text.fits", DataError, ["text.fits"]),
        (b"", "empty.fits", DataError, ["empty.fits"]),
        (b"pixels", "picture.jpeg", DataError, ["picture.jpeg", ".fits"]),
        (None, "absent.fits", NotFoundError, ["absent.fits"]),
    ],
)
def test_what_is_no_frame_is_refused_in_one_line(
    observatory: Observatory, tmp_path: Path, content: bytes | None, name: str, error: type[DfsError], words: list[str]
) -> None:
    source = tmp_path / name
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(error) as caught:
        observatory.archive.ingest(source)
    assert all(word in caught.value.line() for word in words), caught.value.line()
    assert observatory.archive.list() == []


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_cut_short_does_not_take_the_place_of_the_whole_one(
    observatory: Observatory, frame: Frame, tmp_path: Path, packed: bool
) -> None:
    pixels = random.Random(1).randbytes(30_000)
    whole = frame(1, pixels).read_bytes()
    if packed:
        whole = gzip.compress(whole)
    source = tmp_path / ("frame.fits.gz" if packed else "frame.fits")
    for share in (0.5, 0.9, 0.99):
        source.write_bytes(whole[: int(len(whole) * share) // 2880 * 2880 if not packed else int(len(whole) * share)])
        with pytest.raises(DataError, match=r"truncated|breaks off|damaged"):
            observatory.archive.ingest(source)
    assert observatory.archive.list() == []
    source.write_bytes(whole + bytes(512) if packed else whole)
    assert observatory.archive.ingest(source).dp_id == RAW


def test_a_folder_is_no_file(observatory: Observatory, tmp_path: Path) -> None:
    (tmp_path / "folder.html").mkdir()
    with pytest.raises((DataError, AccessError)):
        observatory.archive.ingest(tmp_path / "folder.html", kind="report", category="REPORT", first_raw=RAW)


@pytest.mark.parametrize("category", ["../../etc/passwd", "bias", "A/B", "", "A B", "A\n", "A" * 61, "É"])
def test_a_category_cannot_lead_out_of_the_store(observatory: Observatory, frame: Frame, category: str) -> None:
    raw = observatory.archive.ingest(frame(1)).dp_id
    with pytest.raises(DataError):
        observatory.archive.ingest(
            frame(1, b"p", name="p.fits"), kind="product", category=category or "!", parents=[raw]
        )


def test_an_unknown_name_is_told(observatory: Observatory, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="NOPE"):
        observatory.archive.get("NOPE", tmp_path)
    with pytest.raises(NotFoundError, match="NOPE"):
        observatory.archive.parents("NOPE")


def test_get_keeps_another_file_of_the_same_name(observatory: Observatory, frame: Frame, tmp_path: Path) -> None:
    archived = observatory.archive.ingest(frame(1))
    other = tmp_path / f"{RAW}.fits"
    other.write_text("mine")
    with pytest.raises(ConflictError):
        observatory.archive.get(archived.dp_id, tmp_path)
    assert other.read_text() == "mine"
    other.unlink()
    assert observatory.archive.get(RAW, tmp_path) == observatory.archive.get(RAW, tmp_path), "twice is the same"
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.endswith(".part")] == []


def test_calibrations_are_public_at_once_science_after_a_year_products_with_their_parents(
    observatory: Observatory, frame: Frame
) -> None:
    science_cards = {"HIERARCH_ESO_DPR_CATG": "'SCIENCE '", "HIERARCH_ESO_OBS_PROG_ID": "'108.22F6.001'"}
    calibration = observatory.archive.ingest(frame(1))
    science = observatory.archive.ingest(frame(2, **science_cards))
    both = [calibration.dp_id, science.dp_id]
    product = observatory.archive.ingest(
        frame(2, b"p", name="p.fits"),
        kind="product",
        category="SCIENCE_SPECTRUM",
        first_raw=science.dp_id,
        parents=both,
    )
    master = observatory.archive.ingest(
        frame(1, b"m", name="m.fits"), kind="product", category="MASTER_BIAS", parents=[calibration.dp_id]
    )
    assert calibration.archived == calibration.release_date == "2022-02-01T00:00:00.000"
    assert science.programme == "108.22F6.001"
    assert science.release_date == product.release_date == "2023-02-01T00:00:00.000"
    assert master.release_date == calibration.release_date


def test_list_filters_and_sorts_by_time(observatory: Observatory, frame: Frame) -> None:
    later, sooner = (observatory.archive.ingest(frame(number)) for number in (5, 2))
    product = observatory.archive.ingest(
        frame(2, b"p", name="p.fits"), kind="product", category="MASTER_BIAS", parents=[sooner.dp_id]
    )
    assert observatory.archive.list(kind="raw") == [sooner, later]
    assert observatory.archive.list(category="MASTER_BIAS") == [product]
    assert observatory.archive.list(instrument="FORS2") == []


def test_many_are_found_at_once(observatory: Observatory, frame: Frame) -> None:
    archived = observatory.archive.ingest_many([Submission(frame(number)) for number in range(12)])
    asked = [
        archived[7].dp_id,
        "NOPE",
        *[f"EFOSC.{number}" for number in range(1200)],
        archived[2].dp_id,
        archived[7].dp_id,
    ]
    assert observatory.archive.find_all(asked) == [archived[7], archived[2]]
    assert observatory.archive.find_all([]) == []


@pytest.mark.real
def test_the_real_frames_go_in_and_come_out(observatory: Observatory, real_frames: Path, tmp_path: Path) -> None:
    sources = sorted(real_frames.glob("*.fits.gz"))
    archived = observatory.archive.ingest_many([Submission(source) for source in sources])
    assert [f"{one.dp_id}.fits.gz" for one in archived] == [source.name for source in sources], "ESO named them so"
    assert {one.instrument for one in archived} == {"EFOSC2"}
    assert {one.programme for one in archived} == {"108.22F6.001"}
    for one, source in zip(archived, sources, strict=True):
        assert observatory.archive.get(one.dp_id, tmp_path / "out").read_bytes() == source.read_bytes()
