"""Cut-outs hold the original's numbers at the same positions: judged by astropy's own coordinates."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from astropy.wcs.utils import skycoord_to_pixel
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import DataError, UsageError
from dfs.sky.refraction import vacuum_to_air_nm
from dfs.vo.soda import Cut, NoOverlap, cut_out, parse_request

RA, DEC = 99.25, -31.2


def header(ra: float = RA, dec: float = DEC, scale: float = 0.24 / 3600, turn: float = 25.0) -> fits.Header:
    c, s = np.cos(np.deg2rad(turn)) * scale, np.sin(np.deg2rad(turn)) * scale
    cards = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": ra, "CRVAL2": dec, "CRPIX1": 150.5, "CRPIX2": 120.5}
    cards |= {
        "CD1_1": -c,
        "CD1_2": s,
        "CD2_1": s,
        "CD2_2": c,
        "CUNIT1": "deg",
        "CUNIT2": "deg",
        "RADESYS": "FK5",
        "EQUINOX": 2000.0,
    }
    return fits.Header(cards.items())


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image of 300 x 240 with variance, mask and a table, as the pipeline writes them."""
    path = tmp_path_factory.mktemp("soda") / "image.fits"
    random = np.random.default_rng(4)
    primary = fits.PrimaryHDU(random.normal(size=(240, 300)).astype(np.float32), header())
    primary.header["DATAMD5"] = "0" * 32
    primary.header["EXTNAME"] = "DATA"
    variance = fits.ImageHDU(random.random((240, 300)).astype(np.float32), name="DATA_VARIANCE")
    mask = fits.ImageHDU(random.integers(0, 9, (240, 300)).astype(np.int16), name="DATA_MASK")
    for hdu in (variance, mask):
        hdu.header["SCIDATA"] = "DATA"
    table = fits.BinTableHDU.from_columns([fits.Column("N", "J", array=[1, 2])], name="KEPT")
    fits.HDUList([primary, variance, mask, table]).writeto(path, checksum=True)
    return path


def cut(*pairs: tuple[str, str]) -> Cut:
    return parse_request([("ID", "x"), *pairs]).cut


def read(path: Path, wanted: Cut) -> fits.HDUList:
    with cut_out(path, "EFOSC.2022-01-27T04:46:29.093", wanted) as file:
        hdus = fits.HDUList.fromstring(file.read())
    for hdu in hdus:
        assert hdu.verify_checksum() == 1
        assert hdu.verify_datasum() == 1
    return hdus


def same_on_the_sky(original: fits.HDUList, part: fits.HDUList) -> None:
    """Every pixel of the part is the original's at the position that the part's header gives it."""
    ny, nx = part[0].shape
    y, x = np.mgrid[:ny, :nx]
    sky = WCS(part[0].header).celestial.pixel_to_world(x, y)
    ox, oy = skycoord_to_pixel(sky, WCS(original[0].header).celestial)
    assert np.abs(ox - np.round(ox)).max() < 1e-6
    assert np.abs(oy - np.round(oy)).max() < 1e-6
    index = np.round(oy).astype(int), np.round(ox).astype(int)
    for before, after in zip(original[:3], part[:3], strict=True):
        np.testing.assert_array_equal(before.data[index], after.data)


def test_circle_keeps_values_positions_companions_and_tables(image: Path) -> None:
    part = read(image, cut(("CIRCLE", f"{RA} {DEC} {10 / 3600}")))
    with fits.open(image) as original:
        same_on_the_sky(original, part)
        assert part[3].data.tolist() == original[3].data.tolist()
    assert part[0].shape == pytest.approx((84, 84), abs=2)
    assert (
        part[0]
        .header["ESO DFS CUT DPID" if "ESO DFS CUT DPID" in part[0].header else "DFS CUT DPID"]
        .startswith("EFOSC")
    )
    assert "CIRCLE" in str(part[0].header["HISTORY"])
    assert "DATAMD5" not in part[0].header


@settings(max_examples=20, deadline=None)
@given(
    x=st.floats(-60, 360),
    y=st.floats(-60, 300),
    radius=st.floats(0.05, 60),
)
def test_window_of_a_circle_is_that_found_pixel_by_pixel(image: Path, x: float, y: float, radius: float) -> None:
    """The oracle measures the distance of every pixel with astropy.

    The window holds every pixel whose centre is inside, and none farther out than pixels that the circle may touch: half a diagonal.
    """
    with fits.open(image) as original:
        wcs = WCS(original[0].header).celestial
    centre = wcs.pixel_to_world(x, y).icrs
    wanted = cut(("CIRCLE", f"{centre.ra.deg} {centre.dec.deg} {radius * 0.24 / 3600}"))
    yy, xx = np.mgrid[:240, :300]
    distance = wcs.pixel_to_world(xx, yy).separation(centre).arcsec / 0.24
    inside, touched = distance <= radius, distance <= radius + 0.75
    try:
        part = read(image, wanted)
    except NoOverlap:
        assert not inside.any()
        return
    left, bottom = (int(150.5 - part[0].header["CRPIX1"]), int(120.5 - part[0].header["CRPIX2"]))
    for axis, start, size in ((0, left, part[0].shape[1]), (1, bottom, part[0].shape[0])):
        reached = np.flatnonzero(touched.any(axis=axis))
        assert reached[0] <= start
        assert start + size <= reached[-1] + 1
        if inside.any():
            held = np.flatnonzero(inside.any(axis=axis))
            assert start <= held[0]
            assert held[-1] + 1 <= start + size


def test_polygon_and_range_of_pos(image: Path) -> None:
    side = 8 / 3600
    width = side / np.cos(np.deg2rad(DEC))
    corners = [(RA - width, DEC - side), (RA + width, DEC - side), (RA + width, DEC + side), (RA - width, DEC + side)]
    polygon = " ".join(f"{ra} {dec}" for ra, dec in corners)
    of_polygon = read(image, cut(("POLYGON", polygon)))
    of_pos = read(image, cut(("POS", f"POLYGON {polygon}")))
    of_range = read(image, cut(("pos", f"range {RA - width} {RA + width} {DEC - side} {DEC + side}")))
    assert of_polygon[0].shape == of_pos[0].shape == of_range[0].shape
    with fits.open(image) as original:
        same_on_the_sky(original, of_range)


def test_a_region_larger_than_the_image_gives_all_of_it(image: Path) -> None:
    for shape in (f"CIRCLE {RA} {DEC} 170", "RANGE 0 360 -90 90", f"CIRCLE {RA} {DEC} 1"):
        assert read(image, cut(("POS", shape)))[0].shape == (240, 300)


def test_a_region_elsewhere_or_behind_the_projection_gives_nothing(image: Path) -> None:
    for shape in (f"CIRCLE {RA + 1} {DEC} 0.1", f"CIRCLE {(RA + 180) % 360} {-DEC} 0.01", "CIRCLE 0 90 1"):
        with pytest.raises(NoOverlap):
            cut_out(image, "x", cut(("POS", shape)))


def test_integers_with_an_offset_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "raw.fits"
    data = np.arange(240 * 300, dtype=np.uint16).reshape(240, 300)
    fits.PrimaryHDU(data, header()).writeto(path)
    packed = tmp_path / "raw.fits.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    tiled = tmp_path / "tiled.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(data, header())]).writeto(tiled)
    wanted = cut(("CIRCLE", f"{RA} {DEC} {5 / 3600}"))
    plain = read(path, wanted)
    assert plain[0].data.dtype == np.uint16
    with fits.open(path) as original:
        y, x = (int(original[0].header[f"CRPIX{axis}"] - plain[0].header[f"CRPIX{axis}"]) for axis in (2, 1))
    np.testing.assert_array_equal(plain[0].data, data[y : y + plain[0].shape[0], x : x + plain[0].shape[1]])
    np.testing.assert_array_equal(read(packed, wanted)[0].data, plain[0].data)
    np.testing.assert_array_equal(read(tiled, wanted)[1].data, plain[0].data)


def test_mosaic_keeps_the_detectors_that_the_region_touches(tmp_path: Path) -> None:
    path = tmp_path / "mosaic.fits"
    chips = [
        fits.ImageHDU(np.full((240, 300), n, np.float32), header(ra=RA + n * 0.05), name=f"CHIP{n}") for n in range(3)
    ]
    fits.HDUList([fits.PrimaryHDU(), *chips]).writeto(path)
    part = read(path, cut(("CIRCLE", f"{RA + 0.05} {DEC} 0.002")))
    assert [hdu.name for hdu in part] == ["PRIMARY", "CHIP1"]
    assert part[1].data.min() == 1


def cube(path: Path) -> np.ndarray:
    cards = header(turn=0)
    for name, value in {"CTYPE3": "AWAV", "CUNIT3": "Angstrom", "CRPIX3": 1.0, "CRVAL3": 4750.0, "CD3_3": 1.25}.items():
        cards[name] = value
    data = np.random.default_rng(1).normal(size=(60, 240, 300)).astype(np.float32)
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(data, cards, name="DATA")]).writeto(path)
    return data


def test_cube_is_cut_along_sky_and_wavelength(tmp_path: Path) -> None:
    data = cube(tmp_path / "cube.fits")
    air_nm = (4750.0 + 1.25 * np.arange(60)) / 10
    part = read(tmp_path / "cube.fits", cut(("CIRCLE", f"{RA} {DEC} {5 / 3600}"), ("BAND", "4.78e-7 4.80e-7")))
    low, high = vacuum_to_air_nm([478.0, 480.0])
    channels = np.flatnonzero((air_nm >= low) & (air_nm <= high))
    first = channels[0]
    assert part[1].shape[0] == channels.size
    x, y = (int(150.5 - part[1].header["CRPIX1"]), int(120.5 - part[1].header["CRPIX2"]))
    ny, nx = part[1].shape[1:]
    np.testing.assert_array_equal(part[1].data, data[channels, y : y + ny, x : x + nx])
    spectral = WCS(part[1].header).spectral
    assert spectral.wcs_pix2world([0.0], 0)[0][0] * 1e9 == pytest.approx(air_nm[first])
    with pytest.raises(NoOverlap):
        cut_out(tmp_path / "cube.fits", "x", cut(("BAND", "6e-7 7e-7")))


def test_real_spectrum_of_the_science_archive(test_data: Path) -> None:
    path = test_data / "products" / "ADP" / "XShooter_XQ100.fits.gz"
    with fits.open(path) as original:
        before = {name: np.asarray(original[1].data[name])[0] for name in original[1].columns.names}
        tucds = [original[1].header[f"TUCD{n}"] for n in range(1, 7)]
    part = read(path, cut(("BAND", "1.0e-6 1.1e-6"), ("CIRCLE", "357.3065 -37.2166 0.001")))
    inside = (before["WAVE"] >= 1000) & (before["WAVE"] <= 1100)
    for name, values in before.items():
        np.testing.assert_array_equal(np.asarray(part[1].data[name])[0], values[inside])
    told = part[1].header
    assert told["NELEM"] == inside.sum()
    assert told["TDMIN1"] == pytest.approx(before["WAVE"][inside][0])
    assert part[0].header["WAVELMAX"] == pytest.approx(before["WAVE"][inside][-1])
    assert [told[f"TUCD{n}"] for n in range(1, 7)] == tucds
    for pairs in ([("BAND", "1e-7 2e-7")], [("CIRCLE", "10 10 1")]):
        with pytest.raises(NoOverlap):
            cut_out(path, "x", cut(*pairs))


def test_limits_and_files_that_cannot_be_cut(image: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="bytes"):
        cut_out(image, "x", cut(("CIRCLE", f"{RA} {DEC} 1")), largest_bytes=1000)
    with pytest.raises(UsageError, match="wavelength"):
        cut_out(image, "x", cut(("BAND", "1e-7 2e-7")))
    (tmp_path / "noise.fits").write_bytes(b"SIMPLE  = " + b"\0" * 5000)
    with pytest.raises(DataError):
        cut_out(tmp_path / "noise.fits", "x", cut(("CIRCLE", "1 1 1")))
    fits.PrimaryHDU(np.ones((5, 5))).writeto(tmp_path / "plain.fits")
    with pytest.raises(UsageError, match="sky"):
        cut_out(tmp_path / "plain.fits", "x", cut(("CIRCLE", "1 1 1")))


@pytest.mark.parametrize(
    ("pairs", "word"),
    [
        ([("CIRCLE", "1 2")], "CIRCLE"),
        ([("CIRCLE", "1 2 -3")], "radius"),
        ([("CIRCLE", "1 95 3")], "declination"),
        ([("CIRCLE", "nan 1 1")], "CIRCLE"),
        ([("POLYGON", "1 2 3 4")], "polygon|POLYGON|number"),
        ([("POS", "BOX 1 2 3 4")], "POS|BOX"),
        ([("POS", "UNION (CIRCLE 1 2 3)")], "POS"),
        ([("BAND", "5 4")], "interval"),
        ([("BAND", "a b")], "interval"),
        ([("BAND", "nan 1")], "interval"),
        ([("TIME", "1 2")], "TIME"),
        ([("POL", "I")], "POL"),
        ([("CIRCLE", "1 1 1"), ("POS", "CIRCLE 1 1 1")], "together"),
        ([("CIRCLE", "1 1 1"), ("circle", "2 2 2")], "twice"),
        ([("ID", "y")], "twice"),
        ([("POS", "CIRCLE 1 1 1 " * 50_000)], "long"),
    ],
)
def test_requests_that_cannot_be(pairs: list[tuple[str, str]], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        parse_request([("ID", "x"), *pairs])


def test_open_intervals_and_names_in_any_case() -> None:
    wanted = parse_request([("id", "x"), ("Band", "-Inf 5e-7"), ("RUNID", "abc")])
    assert wanted.identifier == "x"
    assert wanted.cut.band_m == (-np.inf, 5e-7)
    with pytest.raises(UsageError, match="no file"):
        parse_request([("CIRCLE", "1 1 1")])


def test_fk5_is_told_from_icrs(image: Path) -> None:
    """The position asked for is ICRS; the image is FK5: 20 mas apart, seen with a tiny circle near a pixel's border."""
    with fits.open(image) as original:
        wcs = WCS(original[0].header).celestial
    sky = wcs.pixel_to_world(100.0, 100.0)
    assert sky.frame.name == "fk5"
    icrs = SkyCoord(sky).icrs
    part = read(image, cut(("CIRCLE", f"{icrs.ra.deg:.12f} {icrs.dec.deg:.12f} {(1 * u.mas).to_value(u.deg):.12f}")))
    assert part[0].shape == (1, 1)
    assert (150.5 - part[0].header["CRPIX1"], 120.5 - part[0].header["CRPIX2"]) == (100, 100)
