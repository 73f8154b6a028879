"""The header reader against astropy, on headers that nobody wrote by hand and on compressed files."""

from __future__ import annotations

import gzip
import subprocess
import warnings

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dfs.errors import DataError, NotFoundError, ServiceError
from dfs.frames.headers import HeaderReader, read_header

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
PRINTABLE = "".join(chr(code) for code in range(32, 127))
STRUCTURAL = {
    "SIMPLE",
    "BITPIX",
    "NAXIS",
    "EXTEND",
    "END",
    "COMMENT",
    "HISTORY",
    "CONTINUE",
    "HIERARCH",
    "XTENSION",
    "NAXIS1",
    "NAXIS2",
    "NAXIS3",
    "ZIMAGE",
}

words = st.text(LETTERS, min_size=1, max_size=8)
short = words.filter(lambda word: word not in STRUCTURAL)
long = st.lists(words, min_size=2, max_size=4).map(lambda parts: "ESO " + " ".join(parts))
values = st.one_of(
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    # A quote before a slash is left to test_forms_of_cards: astropy writes it rightly and reads it wrongly.
    st.text(PRINTABLE, max_size=30).filter(lambda text: "'" not in text or "/" not in text),
    st.just("O'Neill's 'star'"),
)
comments = st.text(
    PRINTABLE.replace("&", "").replace("'", ""), max_size=12
)  # a quote in a comment confuses astropy, too


def header_of(cards):
    header = fits.PrimaryHDU().header
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for keyword, value, comment in cards:
            if keyword in header:
                continue
            header[keyword if len(keyword) <= 8 and " " not in keyword else f"HIERARCH {keyword}"] = (value, comment)
    return header


def as_ours(value):
    if isinstance(value, str):
        return value.strip()
    return None if isinstance(value, fits.card.Undefined) else value


def by_astropy(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        header = fits.getheader(path)
        return {
            card.keyword: as_ours(header[card.keyword])
            for card in header.cards
            if card.keyword not in {"", "COMMENT", "HISTORY"}
        }


def write_cards(path, *texts):
    """Write a data-less FITS file with the card images `texts` in it, as they are."""
    cards = [f"{'SIMPLE':<8}= {'T':>20}", f"{'BITPIX':<8}= {8:>20}", f"{'NAXIS':<8}= {0:>20}", *texts, "END"]
    block = "".join(f"{card:<80}" for card in cards)
    path.write_bytes(block.ljust(-(-len(block) // 2880) * 2880).encode("latin-1"))


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.one_of(short, long), values, comments), max_size=60))
def test_reads_what_astropy_reads(tmp_path, cards):
    header = header_of(cards)
    path = tmp_path / "random.fits"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits.PrimaryHDU(header=header).writeto(path, overwrite=True, output_verify="ignore")
    expected = by_astropy(path)
    found = read_header(path, expected)
    assert found == expected
    assert {type(found[keyword]) for keyword in found} == {type(expected[keyword]) for keyword in expected}


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(st.one_of(short, long), values, comments), max_size=8), min_size=2, max_size=5))
def test_one_reader_for_many_layouts(tmp_path, headers):
    """What a reader remembers of one file never shows up in the next."""
    expected = []
    for index, cards in enumerate([*headers, *reversed(headers)]):
        path = tmp_path / f"{index}.fits"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fits.PrimaryHDU(header=header_of(cards)).writeto(path, overwrite=True, output_verify="ignore")
        expected.append((path, by_astropy(path)))
    wanted = {keyword for _, values in expected for keyword in values}
    reader = HeaderReader(wanted)
    assert [reader.read(path).values for path, _ in expected] == [values for _, values in expected]


@pytest.mark.parametrize(
    ("card", "keyword", "value"),
    [
        ("EXPTIME =               1.5D+02 / Fortran's double", "EXPTIME", 150.0),
        ("EXPTIME =                   2.E1", "EXPTIME", 20.0),
        ("EXPTIME =                    -.5", "EXPTIME", -0.5),
        ("EXPTIME =                    +07", "EXPTIME", 7),
        ("OBJECT  = 'a / slash'          / and a comment", "OBJECT", "a / slash"),
        ("OBJECT  = 'it''s'", "OBJECT", "it's"),
        ("OBJECT  = ''", "OBJECT", ""),
        ("OBJECT  = 'a''/b'            / slash in a string", "OBJECT", "a'/b"),
        ("OBJECT  =", "OBJECT", None),
        ("OBJECT  =                      / only a comment", "OBJECT", None),
        ("OBJECT  =                    T", "OBJECT", True),
        ("HIERARCH ESO DPR TYPE='DARK'", "ESO DPR TYPE", "DARK"),
        ("HIERARCH ESO DPR TYPE        = 'SKY,FLAT'   / as ESO pads it", "ESO DPR TYPE", "SKY,FLAT"),
        ("HIERARCH ESO DET WIN1 BINX   =            2 / Binning factor along X", "ESO DET WIN1 BINX", 2),
        ("HIERARCH ESO TEL AMBI WINDDIR=          248. / no blank before the sign", "ESO TEL AMBI WINDDIR", 248.0),
    ],
)
def test_forms_of_cards(tmp_path, card, keyword, value):
    path = tmp_path / "one.fits"
    write_cards(path, card)
    found = read_header(path, [keyword])[keyword]
    assert found == value
    assert type(found) is type(value)
    if "'/" not in str(value):
        assert by_astropy(path)[keyword] == value


def test_continued_string(tmp_path):
    path = tmp_path / "long.fits"
    header = fits.Header()
    header["OBJECT"] = "x" * 60 + " and " + "y" * 90
    fits.PrimaryHDU(header=header).writeto(path)
    assert read_header(path, ["OBJECT"])["OBJECT"] == header["OBJECT"]


def test_similar_keywords_and_first_of_two(tmp_path):
    path = tmp_path / "similar.fits"
    write_cards(
        path,
        "HIERARCH ESO INS GRIS1 NAME2 = 'no'",
        "COMMENT HIERARCH ESO INS GRIS1 NAME = 'no'",
        "HIERARCH ESO INS GRIS1 NAME = 'Gr#3'",
        "HIERARCH ESO INS GRIS1 NAME = 'Gr#4'",
        "OBJECTS = 'no'",
    )
    assert read_header(path, ["ESO INS GRIS1 NAME", "OBJECT"]) == {"ESO INS GRIS1 NAME": "Gr#3"}


@pytest.fixture
def plain(tmp_path):
    path = tmp_path / "frame.fits"
    rng = np.random.default_rng(1)
    header = header_of([(f"ESO DET KEY{index}", index, "filler") for index in range(300)])
    header["OBJECT"] = "EG21"
    data = rng.integers(200, 300, (64, 64), dtype=np.uint16)
    fits.PrimaryHDU(data, header).writeto(path)
    return path


WANTED = ("OBJECT", "NAXIS", "NAXIS1", "NAXIS2", "ESO DET KEY299", "ABSENT")
EXPECTED = {"OBJECT": "EG21", "NAXIS": 2, "NAXIS1": 64, "NAXIS2": 64, "ESO DET KEY299": 299}


def test_plain(plain):
    assert read_header(plain, WANTED) == EXPECTED


def test_gzip(plain, tmp_path):
    packed = tmp_path / "frame.fits.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_header(packed, WANTED) == EXPECTED
    misnamed = tmp_path / "misnamed.fits"
    misnamed.write_bytes(packed.read_bytes())
    assert read_header(misnamed, WANTED) == EXPECTED


def test_gzip_reads_no_more_than_the_header(plain, tmp_path):
    """The pixels of a compressed frame are not unpacked: damage in them does not matter to its header."""
    packed = bytearray(gzip.compress(plain.read_bytes() + np.random.default_rng(2).bytes(2_000_000)))
    packed[len(packed) // 2 : len(packed) // 2 + 1000] = bytes(1000)
    path = tmp_path / "damaged.fits.gz"
    path.write_bytes(packed)
    assert read_header(path, WANTED) == EXPECTED


def test_rice_compressed(plain, tmp_path):
    packed = tmp_path / "frame.fits.fz"
    with fits.open(plain) as hdus:
        fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(hdus[0].data, hdus[0].header)]).writeto(packed)
    assert read_header(packed, WANTED) == EXPECTED
    assert HeaderReader(WANTED).read(packed).problem is None


def test_compress(plain, tmp_path):
    compress = tmp_path / "frame.fits.Z"
    compress.write_bytes(_compressed(plain.read_bytes()))
    assert read_header(compress, WANTED) == EXPECTED


def _compressed(data):
    """Return `data` in the format of compress(1), 9 bit codes only: each block of literals begins with a clear code."""
    codes = []
    for at in range(0, len(data), 200):
        codes += [*data[at : at + 200], 256]
    out = bytearray(b"\x1f\x9d\x90")
    for at in range(0, len(codes), 201):
        group = codes[at : at + 201]
        bits = sum(code << (9 * index) for index, code in enumerate(group))
        length = -(-len(group) // 8) * 9  # codes come in groups of eight; a clear code ends one early
        out += bits.to_bytes(length, "little")
    return bytes(out)


@pytest.mark.real
def test_compress_by_others(test_data):
    path = test_data / "archive" / "astroquery_eso" / "testfile.fits.Z"
    unpacked = subprocess.run(["gzip", "-dc", path], capture_output=True, check=True).stdout
    card = next(unpacked[at : at + 80] for at in range(0, len(unpacked), 80) if unpacked[at:].startswith(b"ARCFILE"))
    assert read_header(path, ["ARCFILE"])["ARCFILE"] == card.split(b"'")[1].decode().strip()


@pytest.mark.real
def test_real_frames_as_astropy_reads_them(real_frames):
    for path in sorted(real_frames.glob("*.fits.gz")):
        expected = by_astropy(path)
        assert read_header(path, expected) == expected


def test_truncated_data(plain, tmp_path):
    whole = plain.read_bytes()
    short = tmp_path / "short.fits"
    short.write_bytes(whole[: len(whole) - 5000])
    read = HeaderReader(WANTED).read(short)
    assert read.values == EXPECTED
    assert "truncated" in read.problem
    packed = tmp_path / "short.fits.gz"
    packed.write_bytes(gzip.compress(whole)[:-3000])
    assert "truncated" in HeaderReader(WANTED).read(packed).problem


def test_padding_may_be_missing(plain, tmp_path):
    """All pixels are there, only the blanks that fill the last block are not: nothing is wrong with the data."""
    bare = tmp_path / "bare.fits"
    with fits.open(plain) as hdus:
        end = hdus[0].fileinfo()["datLoc"] + 64 * 64 * 2
    bare.write_bytes(plain.read_bytes()[:end])
    assert HeaderReader(WANTED).read(bare).problem is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"this is no FITS file, whatever its name says\n", "not a FITS file"),
        (b"SIMPLE  =                    T".ljust(2880), "does not end"),
        (b"\x1f\x8b\x08" + bytes(100), "damaged"),
        (b"\x1f\x9d\x90" + b"\xff" * 100, "damaged"),
    ],
)
def test_no_fits(tmp_path, content, words):
    path = tmp_path / "bad.fits"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        read_header(path, ["OBJECT"])
    assert str(path) in caught.value.line()


def test_not_there_and_a_folder(tmp_path):
    with pytest.raises(NotFoundError):
        read_header(tmp_path / "none.fits", ["OBJECT"])
    with pytest.raises(ServiceError):
        read_header(tmp_path, ["OBJECT"])
