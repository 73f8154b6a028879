"""Products survive the way to disk and back, and carry what the standards ask."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dfs.errors import DataError, NotFoundError, ServiceError
from dfs.model import Card, Column, Flag, Frame, Image, Product, QcValue, Spectrum, Table
from dfs.products import Provenance, Source, read_frame, write_product

RAW_HEADER = {
    "INSTRUME": "EFOSC",
    "TELESCOP": "ESO-NTT",
    "OBJECT": "EG21",
    "EXPTIME": 15.0,
    "MJD-OBS": 59608.05,
    "RA": 47.6295,
    "DEC": -68.59913,
    "ESO DPR CATG": "SCIENCE",
    "ESO DPR TECH": "SPECTRUM",
    "ESO INS SLIT1 WID": 5.0,
    "CTYPE1": "RA---TAN",
    "ARCFILE": "EFOSC.2022-01-29T01:12:03.548.fits",
}
RAW = Frame("STD_LSS", "EFOSC.2022-01-29T01:12:03.548", RAW_HEADER, np.zeros((4, 5), np.uint16))


def provenance(made_at: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) -> Provenance:
    return Provenance(
        recipe="bias",
        version="1",
        parameters={"kappa": 4.0, "method": "sigclip"},
        sources=(
            Source(RAW.name, RAW.tag, raw=True, header=RAW_HEADER),
            Source("EFOSC_MASTER_BIAS_v1", "MASTER_BIAS", raw=False, header={}, data_md5="0" * 32),
        ),
        made_at=made_at,
    )


def image(seed: int = 1, shape: tuple[int, int] = (4, 5)) -> Image:
    rng = np.random.default_rng(seed)
    return Image(
        rng.normal(size=shape).astype(np.float32),
        rng.uniform(1, 2, size=shape).astype(np.float32),
        rng.integers(0, 64, size=shape).astype(np.uint8),
        "electron",
    )


def spectrum(count: int = 9) -> Spectrum:
    grid = np.linspace(400.0, 500.0, count)
    return Spectrum(
        grid,
        grid * 2,
        grid * 0 + 1,
        np.arange(count, dtype=np.int16),
        "erg cm**(-2) s**(-1) angstrom**(-1)",
        "air",
        grid * 3,
    )


@given(
    data=hnp.arrays(
        np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(-1e6, 1e6, width=32)
    ),
    mask=st.integers(0, 63),
)
@settings(max_examples=25, deadline=None)
def test_an_image_and_its_parts_come_back(
    tmp_path_factory: pytest.TempPathFactory, data: np.ndarray, mask: int
) -> None:
    path = tmp_path_factory.mktemp("image") / "p.fits"
    content = Image(data, np.abs(data) + 1, np.full(data.shape, mask, np.uint8), "adu")
    part = Image(data * 2, data * 0 + 3, np.zeros(data.shape, np.uint8), "")
    write_product(Product("MASTER_FLAT_LSS", content, RAW, parts={"PIXEL": part, "COUNT": data}), path, provenance())
    back = read_frame(path)
    assert back.tag == "MASTER_FLAT_LSS"
    assert isinstance(back.content, Image)
    np.testing.assert_array_equal(back.content.data, content.data)
    np.testing.assert_array_equal(back.content.variance, content.variance)
    np.testing.assert_array_equal(back.content.mask, content.mask)
    assert back.content.unit == "adu"
    assert isinstance(back.parts["PIXEL"], Image)
    np.testing.assert_array_equal(back.parts["PIXEL"].data, part.data)
    np.testing.assert_array_equal(back.parts["COUNT"], data)


def test_a_table_comes_back_with_units_and_cards(tmp_path: Path) -> None:
    table = Table(
        (
            Column("wavelength_nm", np.array([400.0, 500.0]), "nm", "of the line, in air"),
            Column("ion", np.array(["He I", "Ar II"])),
            Column("used", np.array([True, False])),
        ),
        (Card("ORDER", 4, "of the polynomial"), Card("TITLE", "a solution"), Card("ESO SOL PIVOT", 1.5)),
    )
    write_product(
        Product("WAVE_SOLUTION", table, RAW, extrapolated_nm=((380.0, 388.0),)), tmp_path / "t.fits", provenance()
    )
    back = read_frame(tmp_path / "t.fits").content
    assert isinstance(back, Table)
    assert [column.unit for column in back.columns] == ["nm", "", ""]
    assert list(back["ion"]) == ["He I", "Ar II"]
    assert list(back["used"]) == [True, False]
    assert back["wavelength_nm"].dtype == np.float64
    assert {card.keyword: card.value for card in back.cards} == {
        "ORDER": 4,
        "TITLE": "a solution",
        "ESO SOL PIVOT": 1.5,
    }
    assert back.columns[0].description == "of the line, in air"


def test_a_spectrum_is_written_as_the_standard_asks(tmp_path: Path) -> None:
    product = Product("SCIENCE_SPECTRUM", spectrum(), RAW, cards=(Card("FLUXCAL", "ABSOLUTE"),))
    write_product(product, tmp_path / "s.fits", provenance())
    with fits.open(tmp_path / "s.fits") as hdus:
        primary, extension = hdus[0].header, hdus[1].header
        assert primary["NAXIS"] == 0
        assert extension["NAXIS2"] == 1
        assert primary["PRODCATG"] == "SCIENCE.SPECTRUM"
        assert primary["FLUXCAL"] == "ABSOLUTE"
        assert primary["PROV1"] == "EFOSC.2022-01-29T01:12:03.548.fits"
        assert primary["MJD-END"] == pytest.approx(59608.05 + 15 / 86400, abs=1e-8)
        assert "CTYPE1" not in primary
        assert "ESO DPR CATG" not in primary
        assert extension["VOCLASS"] == "SPECTRUM v1.0"
        assert extension["TUCD1"] == "em.wl;obs.atmos"
        assert extension["TUTYP2"] == "Spectrum.Data.FluxAxis.Value"
        assert extension["TMID"] == pytest.approx((primary["MJD-OBS"] + primary["MJD-END"]) / 2)
        assert extension["SPEC_BW"] == pytest.approx(100.0)
        assert extension["APERTURE"] == pytest.approx(5 / 3600)
        assert len({extension[f"TFORM{i}"] for i in range(1, 6)}) == 1
    back = read_frame(tmp_path / "s.fits").content
    assert isinstance(back, Spectrum)
    np.testing.assert_array_equal(back.flux, spectrum().flux)
    np.testing.assert_array_equal(back.quality, spectrum().quality)
    assert back.medium == "air"


def test_cards_stand_where_the_standard_wants_them(tmp_path: Path) -> None:
    narrow = Card("APERTURE", 1.2 / 3600)
    write_product(Product("SCIENCE_SPECTRUM", spectrum(), RAW, cards=(narrow,)), tmp_path / "s.fits", provenance())
    table = Table((Column("a", np.arange(3)),))
    write_product(
        Product("SOURCE_TABLE", table, RAW, cards=(Card("FLUXCAL", "ABSOLUTE"),)), tmp_path / "t.fits", provenance()
    )
    assert "APERTURE" not in fits.getheader(tmp_path / "s.fits", 0)
    assert fits.getheader(tmp_path / "s.fits", 1)["APERTURE"] == pytest.approx(1.2 / 3600)
    assert "FLUXCAL" not in fits.getheader(tmp_path / "t.fits", 0)


def test_provenance_and_quality_are_in_the_header(tmp_path: Path) -> None:
    qc = (
        QcValue("ron_e", 12.1, 0.2, "electron", "sigma of differences", "ESO DET OUT1 RON", 7.8),
        QcValue("gain_e_per_adu", None),
        QcValue("bias_level_adu", float("nan")),
    )
    written = write_product(Product("MASTER_BIAS", image(), RAW, qc=qc), tmp_path / "b.fits", provenance())
    header = read_frame(tmp_path / "b.fits").header
    assert header["ESO QC RON_E"] == 12.1
    assert header["ESO QC RON_E ERR"] == 0.2
    assert header["ESO QC RON_E HDR"] == 7.8
    assert "ESO QC GAIN_E_PER_ADU" not in header
    assert "ESO QC BIAS_LEVEL_ADU" not in header
    assert header["ESO PRO REC1 RAW1 NAME"] == "EFOSC.2022-01-29T01:12:03.548.fits"
    assert header["ESO PRO REC1 CAL1 CATG"] == "MASTER_BIAS"
    assert header["ESO PRO REC1 CAL1 DATAMD5"] == "0" * 32
    assert header["ESO PRO REC1 PARAM1 NAME"] == "kappa"
    assert header["ESO PRO REC1 PARAM1 VALUE"] == "4.0"
    assert header["DATAMD5"] == written.data_md5


def test_only_the_date_differs_between_two_writings(tmp_path: Path) -> None:
    product = Product("MASTER_BIAS", image(), RAW)
    first = write_product(product, tmp_path / "a.fits", provenance())
    (tmp_path / "other").mkdir()
    second = write_product(product, tmp_path / "other" / "a.fits", provenance(datetime(2027, 1, 1, tzinfo=UTC)))
    assert first.datasum == second.datasum
    ours, theirs = read_frame(first.path).header, read_frame(second.path).header
    assert {key for key in ours if ours[key] != theirs[key]} == {"DATE", "CHECKSUM"}
    same = write_product(product, tmp_path / "other" / "a.fits", provenance())
    assert hashlib.sha256(same.path.read_bytes()).digest() == hashlib.sha256(first.path.read_bytes()).digest()


def test_every_card_stays_one_card(tmp_path: Path) -> None:
    long_name = "EFOSC.2022-01-26T19:18:58.464_MASTER_FLAT_LSS_v1"
    base = provenance()
    told = Provenance(
        recipe="arc",
        version="1",
        parameters={"text": "x" * 90, "quoted": "it's " * 9},
        sources=(*base.sources, Source(long_name, "MASTER_FLAT_LSS", raw=False, header={})),
        made_at=base.made_at,
    )
    cards = (Card("TITLE", "t" * 100, "a comment"), Card("CRDER1", 1e-5))
    table = Table((Column("a", np.arange(3)),))
    write_product(Product("SOURCE_TABLE", table, RAW, cards=cards), tmp_path / "c.fits", told)
    header = read_frame(tmp_path / "c.fits").header
    assert header["ESO PRO REC1 CAL2 NAME"] == long_name.partition(".")[2]
    assert header["TITLE"] == "t" * 68
    assert "CRDER1" not in header
    blocks = (tmp_path / "c.fits").read_bytes()
    assert b"CONTINUE" not in blocks


def test_checksums_hold_for_astropy(tmp_path: Path) -> None:
    write_product(
        Product("MASTER_BIAS", image(), RAW, parts={"T": Table((Column("a", np.arange(3)),))}),
        tmp_path / "c.fits",
        provenance(),
    )
    with fits.open(tmp_path / "c.fits", checksum=True) as hdus:  # a wrong sum warns, and warnings are errors
        assert all(hdu.verify_checksum() == 1 and hdu.verify_datasum() == 1 for hdu in hdus)


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    write_product(Product("MASTER_BIAS", image(), RAW), tmp_path / "c.fits", provenance())
    content = bytearray((tmp_path / "c.fits").read_bytes())
    with fits.open(tmp_path / "c.fits") as hdus:
        at = hdus.fileinfo(0)["datLoc"]
    content[at + 7] ^= 0x10
    (tmp_path / "c.fits").write_bytes(content)
    with pytest.raises(DataError, match="changed since they were written") as caught:
        read_frame(tmp_path / "c.fits")
    assert caught.value.keyword == "DATASUM"


def test_a_disk_that_refuses_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="could not be written"):
        write_product(Product("MASTER_BIAS", image(), RAW), tmp_path / "nowhere" / "c.fits", provenance())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not readable|truncated"),
        (b"this is text\n" * 300, "not readable"),
        (b"SIMPLE  =                    T" + b" " * 50, "not readable|truncated"),
    ],
)
def test_what_is_not_fits_is_said_so(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "bad.fits").write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_frame(tmp_path / "bad.fits")
    assert caught.value.where.endswith("bad.fits")


@pytest.mark.parametrize("suffix", [".fits", ".fits.gz"])
def test_a_truncated_file_is_said_so(tmp_path: Path, suffix: str) -> None:
    whole = tmp_path / f"whole{suffix}"
    fits.writeto(whole, np.arange(10000, dtype=np.int32).reshape(100, 100))
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(DataError, match=r"truncated|damaged"):
        read_frame(cut)


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_frame(tmp_path / "absent.fits")


@pytest.mark.parametrize("suffix", [".fits", ".fits.gz", ".fits.fz"])
def test_unsigned_pixels_come_back_untouched(tmp_path: Path, suffix: str) -> None:
    data = np.array([[0, 1, 65535], [32767, 32768, 40000]] * 20, np.uint16)
    path = tmp_path / f"raw{suffix}"
    if suffix == ".fits.fz":
        fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(data)]).writeto(path)
    else:
        fits.writeto(path, data)
    np.testing.assert_array_equal(read_frame(path).content, data)


@pytest.mark.real
def test_real_frames_are_read_whole(real_frames: Path) -> None:
    frame = read_frame(real_frames / "EFOSC.2022-01-26T19:37:39.560.fits.gz")
    assert frame.name == "EFOSC.2022-01-26T19:37:39.560"
    assert frame.content.dtype == np.uint16
    assert frame.content.shape == (1030, 1030)
    assert frame.header["ESO DET OUT1 CONAD"] == 1.10
    assert frame.header["ESO INS GRIS1 NAME"] == "Gr#3"


def test_flags_fit_into_the_mask() -> None:
    assert max(flag.value for flag in Flag) < 256
