"""The imaging recipe on fields drawn here, whose truth it never sees, and on the real frames."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from scipy.special import erf

from dfs.errors import DataError
from dfs.instruments.instrument import Detector, Filter, Instrument
from dfs.instruments.rules import FrameRules
from dfs.model import Column, Flag, Frame, Image, Product, Table
from dfs.recipes.contract import FrameSet
from dfs.recipes.science_image import RECIPE

NX, NY = 320, 300  # light-sensitive, binned
LEFT, LOW = 5, 3  # binned pixels that are trimmed away
GAIN, RON, BIAS = 1.25, 11.0, 200.0
SCALE = 0.24  # arcsec per binned pixel
SIGMA = 1.7  # of the stars, binned pixels
SKY, EXPOSURE = 3.0, 100.0  # electron / s / pixel, s
RA0, DEC0 = 152.565, -38.3


def detector(**changes: object) -> Detector:
    values: dict = {
        "name": "default",
        "nx": 2 * NX,
        "ny": 2 * NY,
        "pixel_scale_arcsec": SCALE / 2,
        "saturation_adu": 65535.0,
        "light_columns": (2 * LEFT, 2 * (LEFT + NX)),
        "light_rows": (2 * LOW, 2 * (LOW + NY)),
    }
    return Detector(**{**values, **changes})


INSTRUMENT = Instrument(
    name="CAMERA",
    header_names=("CAM",),
    dp_prefix="CAM",
    telescope="ESO-NTT",
    site="lasilla",
    collecting_area_m2=9.0,
    detectors={"default": detector()},
    grisms={},
    filters={"g#782": Filter("g#782", "g", 493.0, 70.0)},
    slits={},
    lines={},
    rules=FrameRules({}, ()),
    qc={},
    keywords={"filter": "ESO INS FILT1 NAME", "detector": "ESO DET CHIP1 ID"},
)


def offsets(ra, dec, ra0, dec0):
    """Tangential coordinates (deg), from the textbook's formula."""
    a, d, a0, d0 = (np.radians(one) for one in (ra, dec, ra0, dec0))
    bottom = np.sin(d0) * np.sin(d) + np.cos(d0) * np.cos(d) * np.cos(a - a0)
    east = np.cos(d) * np.sin(a - a0) / bottom
    north = (np.cos(d0) * np.sin(d) - np.sin(d0) * np.cos(d) * np.cos(a - a0)) / bottom
    return np.degrees(east), np.degrees(north)


@dataclass
class Field:
    """Stars, and what they are: positions in degrees, electrons per second."""

    ra: np.ndarray
    dec: np.ndarray
    flux: np.ndarray

    @classmethod
    def drawn(cls, seed: int, count: int = 70, flux: tuple[float, float] = (15.0, 800.0)) -> Field:
        """Stars strewn over the field, none within 26 pixels of another: blends would blur the comparison."""
        random = np.random.default_rng(seed)
        places: list[np.ndarray] = []
        while len(places) < count:
            place = random.uniform(-0.48, 0.48, 2) * (NX, NY)
            if all(np.hypot(*(place - other)) > 25 for other in places):
                places.append(place)
        x, y = np.array(places).T
        ra = RA0 + x * SCALE / 3600.0 / np.cos(np.radians(DEC0))
        return cls(ra, DEC0 + y * SCALE / 3600.0, 10 ** random.uniform(*np.log10(flux), count))


@dataclass
class Shot:
    """One exposure: where the telescope really looked, and what its header says."""

    east_px: float = 0.0
    north_px: float = 0.0
    header_error_px: tuple[float, float] = (0.0, 0.0)
    turn_deg: float = 0.0
    transparency: float = 1.0
    sigma: float = SIGMA
    hits: list[tuple[int, int, float]] = field(default_factory=list)  # x, y (trimmed), electrons
    changes: dict = field(default_factory=dict)

    def position(self, stars: Field) -> tuple[np.ndarray, np.ndarray]:
        """Trimmed pixel, from 0, of the stars; +x is East, +y North, turned by `turn_deg`."""
        dec = DEC0 + self.north_px * SCALE / 3600.0
        ra = RA0 + self.east_px * SCALE / 3600.0 / np.cos(np.radians(dec))
        east, north = offsets(stars.ra, stars.dec, ra, dec)
        c, s = np.cos(np.radians(self.turn_deg)), np.sin(np.radians(self.turn_deg))
        east, north = c * east - s * north, s * east + c * north
        return NX / 2 + 3600 * east / SCALE, NY / 2 + 3600 * north / SCALE

    def frame(self, stars: Field, flat: np.ndarray, seed: int, name: str = "") -> Frame:
        """The raw frame."""
        random = np.random.default_rng(seed)
        x, y = self.position(stars)
        image = np.full((NY, NX), SKY * EXPOSURE)
        for x0, y0, flux in zip(x, y, stars.flux, strict=True):
            gx = np.diff(0.5 * erf((np.arange(NX + 1) - 0.5 - x0) / self.sigma / np.sqrt(2)))
            gy = np.diff(0.5 * erf((np.arange(NY + 1) - 0.5 - y0) / self.sigma / np.sqrt(2)))
            image += flux * EXPOSURE * self.transparency * np.outer(gy, gx)
        electrons = random.poisson(image * flat).astype(float)
        for column, row, hit in self.hits:
            electrons[row, column] += hit
        raw = np.full((NY + LOW + 4, NX + LEFT + 6), BIAS)
        raw[LOW : LOW + NY, LEFT : LEFT + NX] += electrons / GAIN
        raw += random.normal(0, RON / GAIN, raw.shape)
        dec = DEC0 + (self.north_px + self.header_error_px[1]) * SCALE / 3600.0
        ra = RA0 + (self.east_px + self.header_error_px[0]) * SCALE / 3600.0 / np.cos(np.radians(dec))
        header = base_header(seed) | {
            "CTYPE1": "RA---TAN",
            "CTYPE2": "DEC--TAN",
            "CRVAL1": ra,
            "CRVAL2": dec,
            "CRPIX1": NX / 2 + LEFT + 1.0,
            "CRPIX2": NY / 2 + LOW + 1.0,
            "CD1_1": SCALE / 3600,
            "CD1_2": 0.0,
            "CD2_1": 0.0,
            "CD2_2": SCALE / 3600,
            "CDELT1": 2.0,
            "CDELT2": 2.0,
            "RADECSYS": "FK5",
        }
        pixels = np.clip(np.rint(raw), 0, 65535).astype(np.uint16)
        return Frame("SCIENCE_IMG", name or f"CAM.{seed}", header | self.changes, pixels)


def base_header(seed: int) -> dict:
    return {
        "INSTRUME": "CAM",
        "TELESCOP": "ESO-NTT",
        "EXPTIME": EXPOSURE,
        "MJD-OBS": 59607.0 + seed / 1000.0,
        "ESO INS FILT1 NAME": "g#782",
        "ESO DET WIN1 BINX": 2,
        "ESO DET WIN1 BINY": 2,
        "ESO DET OUT1 CONAD": GAIN,
        "ESO DET OUT1 RON": RON,
        "ESO TEL AIRM START": 1.2,
        "ESO TEL AIRM END": 1.3,
    }


def flat_truth() -> np.ndarray:
    y, x = np.mgrid[:NY, :NX]
    pixels = np.random.default_rng(99).normal(1.0, 0.01, (NY, NX))
    return pixels * (1.0 - 0.1 * ((x - NX / 2) ** 2 + (y - NY / 2) ** 2) / (NX / 2) ** 2)


def masters(flat: np.ndarray) -> tuple[Frame, Frame]:
    """A master bias of 9 frames, and a flat of so many photons that it is exact."""
    random = np.random.default_rng(5)
    level = (BIAS + random.normal(0, RON / GAIN / 3, flat.shape)).astype(np.float32)
    none = np.zeros(flat.shape, np.uint8)
    bias = Image(level, np.full(flat.shape, (RON / GAIN) ** 2 / 9, np.float32), none)
    smooth = Image(flat.astype(np.float32), np.full(flat.shape, 1e-8, np.float32), none, "")
    header = base_header(0)
    return Frame("MASTER_BIAS", "bias", header, bias), Frame("MASTER_FLAT_IMG", "flat", header, smooth)


def reduce(*frames: Frame, flat: np.ndarray | None = None, more: tuple[Frame, ...] = (), **parameters):
    calibrations = masters(flat_truth() if flat is None else flat)
    return RECIPE.run(
        FrameSet((*frames, *calibrations, *more), INSTRUMENT), RECIPE.parse({"sky_mesh_px": 64, **parameters})
    )


def shots(stars: Field, *plan: Shot) -> list[Frame]:
    flat = flat_truth()
    return [shot.frame(stars, flat, 10 + k) for k, shot in enumerate(plan)]


def qc(product: Product) -> dict:
    return {one.name: one.value for one in product.qc}


def cards(product: Product) -> dict:
    return {one.keyword: one.value for one in product.cards}


def found(products: list[Product], stars: Field) -> tuple[np.ndarray, np.ndarray, Table]:
    """Indices of stars and of the rows of the source table that lie within 1 arcsec."""
    table = products[1].content
    assert isinstance(table, Table)
    east = (table["RA"][None] - stars.ra[:, None]) * np.cos(np.radians(DEC0)) * 3600
    north = (table["DEC"][None] - stars.dec[:, None]) * 3600
    distance = np.hypot(east, north)
    nearest = distance.argmin(axis=1)
    near = distance[np.arange(len(stars.ra)), nearest] < 1.0
    return np.flatnonzero(near), nearest[near], table


DITHERS = (Shot(), Shot(20.3, -11.6), Shot(-14.7, 17.2))


@pytest.fixture(scope="module")
def stars() -> Field:
    return Field.drawn(1)


@pytest.fixture(scope="module")
def three(stars: Field) -> list[Product]:
    return reduce(*shots(stars, *DITHERS))


def clean(table: Table, rows: np.ndarray) -> np.ndarray:
    """Rows without flags that all three exposures cover."""
    return (table["FLAGS"][rows] == 0) & (table["EXPTIME"][rows] > 2.9 * EXPOSURE)


def test_stars_are_found_where_they_are(three: list[Product], stars: Field) -> None:
    star, row, table = found(three, stars)
    assert len(star) > 0.95 * len(stars.ra)
    east = (table["RA"][row] - stars.ra[star]) * np.cos(np.radians(DEC0)) * 3600
    north = (table["DEC"][row] - stars.dec[star]) * 3600
    good = clean(table, row)
    assert good.sum() > 35
    error = SCALE * table["XY_ERR"][row][good]
    for off in (east[good], north[good]):
        assert abs(np.median(off)) < 0.01
        assert 0.65 < np.std(off / error) < 1.3


def test_fluxes_agree_with_the_truth_within_their_errors(three: list[Product], stars: Field) -> None:
    star, row, table = found(three, stars)
    good = clean(table, row)
    # The aperture correction is common to all: its error first, then the rest.
    common = {one.keyword: one.value for one in table.cards}
    truth, factor = stars.flux[star][good], common["ESO DRS APCOR"]
    error = factor * table["FLUX_ERR_APER2"][row][good]
    weight = (truth / error) ** 2
    ratio = np.average(table["FLUX"][row][good] / truth, weights=weight)
    assert abs(ratio - 1) < 3 * np.hypot(common["ESO DRS APCOR ERR"] / factor, weight.sum() ** -0.5)
    pull = (table["FLUX"][row][good] / ratio - truth) / error
    assert abs(np.mean(pull)) < 0.4
    assert 0.75 < np.std(pull) < 1.3
    assert np.all(table["FLUX_ERR"][row][good] > error)
    for k in (1, 2, 3):
        # Both the detector and the aperture take the light of a pixel as even: a box of variance 1/12 each.
        inside = 1.0 - np.exp(-0.5 * radius_px(table, k) ** 2 / (SIGMA**2 + 1 / 6))
        expected = inside * stars.flux[star][good]
        pull = (table[f"FLUX_APER{k}"][row][good] - expected) / table[f"FLUX_ERR_APER{k}"][row][good]
        assert 0.75 < np.std(pull) < 1.35, k


def radius_px(table: Table, k: int) -> float:
    (column,) = (one for one in table.columns if one.name == f"FLUX_APER{k}")
    return float(column.description.split("within ")[1].split()[0]) / SCALE


def test_errors_of_empty_sky_are_honest(three: list[Product]) -> None:
    values = qc(three[0])
    assert values["noise_ratio"] == pytest.approx(1.0, abs=0.1)
    assert 1.0 < values["noise_correlation"] < 1.6
    # 5 sigma in an aperture of one FWHM, from the noise that was drawn.
    pixel = np.sqrt(SKY * EXPOSURE + RON**2 * (1 + 1 / 9)) / EXPOSURE / np.sqrt(3)
    fwhm = 2.3548 * SIGMA
    limit = 5 * pixel * np.sqrt(np.pi) * fwhm / (1 - 0.5**4)
    assert values["limiting_flux_e_per_s"] == pytest.approx(limit, rel=0.12)


def test_image_quality_and_sky(three: list[Product]) -> None:
    values = qc(three[0])
    drawn = 2.3548 * np.sqrt(SIGMA**2 + 1 / 12) * SCALE  # a pixel is a box of variance 1/12
    assert values["image_quality_arcsec"] == pytest.approx(drawn, rel=0.02)
    assert values["ellipticity"] < 0.03
    assert values["sky_e_per_s"] == pytest.approx(SKY, rel=0.01)
    assert values["sky_adu_per_s"] == pytest.approx(SKY / GAIN, rel=0.01)
    assert values["dither_scale"] == pytest.approx(1.0, abs=0.002)
    assert values["dither_parity"] == 1
    assert values["registration_rms_px"] < 0.1


def test_products_say_what_they_are(three: list[Product]) -> None:
    image, table = three
    assert (image.category, table.category) == ("SCIENCE_IMAGE", "SOURCE_TABLE")
    header = cards(image)
    for keyword in (
        "CTYPE1",
        "CRVAL2",
        "CRPIX1",
        "CUNIT1",
        "CD1_1",
        "CD2_2",
        "RADESYS",
        "PSF_FWHM",
        "CSYER1",
        "CRDER1",
    ):
        assert keyword in header
    assert not any(keyword.startswith(("CDELT", "PC")) for keyword in header)
    assert header["FLUXCAL"] == "UNCALIBRATED"
    assert (header["NCOMBINE"], header["EXPTIME"], header["TEXPTIME"]) == (3, 300.0, 300.0)
    assert image.content.unit == "electron / s"
    assert image.content.shape == image.parts["EXPMAP"].shape == image.parts["WEIGHT"].shape
    assert image.content.shape > (NY, NX)
    assert np.nanmax(image.parts["EXPMAP"]) == pytest.approx(300.0)
    assert qc(image)["zeropoint_mag"] is None
    nowhere = (image.content.mask & Flag.NO_DATA) != 0
    assert np.array_equal(nowhere, np.isnan(image.content.data))


def test_weight_is_the_inverse_variance_of_the_sky(three: list[Product]) -> None:
    image = three[0]
    middle = np.s_[180:220, 180:220]
    variance = (SKY * EXPOSURE + RON**2 * (1 + 1 / 9)) / EXPOSURE**2
    # The flat field's vignetting is the fifth of a percent to some percent in the middle.
    assert np.median(image.parts["WEIGHT"][middle]) == pytest.approx(3 / variance, rel=0.1)


@pytest.mark.parametrize("error", [(-14.1, 14.1), (150.0, -90.0)])
def test_a_wrong_header_does_not_misplace_an_exposure(stars: Field, error: tuple[float, float]) -> None:
    products = reduce(*shots(stars, Shot(), Shot(20.3, -11.6, header_error_px=error)))
    values = qc(products[0])
    assert values["pointing_error_arcsec"] == pytest.approx(SCALE * np.hypot(*error), abs=0.1)
    assert values["registration_header_only"] == 0
    _, row, table = found(products, stars)
    both = table["EXPTIME"][row] > 1.9 * EXPOSURE
    assert both.sum() > 35
    assert np.nanmedian(table["FWHM"][row][both]) == pytest.approx(2.3548 * SIGMA * SCALE, rel=0.04)


@pytest.mark.parametrize("turn", [0.3, 4.0])
def test_a_rotated_exposure_is_turned_back(stars: Field, turn: float) -> None:
    products = reduce(*shots(stars, Shot(), Shot(8.0, 5.0, turn_deg=turn)))
    header = cards(products[0])
    assert header["ESO DRS EXP2 METHOD"] == "stars"
    assert header["ESO DRS EXP2 ROT"] == pytest.approx(turn, abs=0.02)
    _, row, table = found(products, stars)
    both = table["EXPTIME"][row] > 1.9 * EXPOSURE
    assert np.nanmedian(table["FWHM"][row][both]) == pytest.approx(2.3548 * SIGMA * SCALE, rel=0.04)


def hits(seed: int, count: int) -> list[tuple[int, int, float]]:
    random = np.random.default_rng(seed)
    return [
        (int(x), int(y), float(e))
        for x, y, e in zip(
            random.integers(40, NX - 40, count),
            random.integers(40, NY - 40, count),
            random.uniform(300, 20000, count),
            strict=True,
        )
    ]


@pytest.mark.parametrize("number", [2, 3])
def test_cosmic_rays_leave_no_trace_in_a_stack(stars: Field, three: list[Product], number: int) -> None:
    struck = [replace(one, hits=hits(70 + k, 90)) for k, one in enumerate(DITHERS[:number])]
    products = reduce(*shots(stars, *struck))
    untouched = three if number == 3 else reduce(*shots(stars, *DITHERS[:number]))
    image, truth = products[0].content, untouched[0].content
    assert image.shape == truth.shape
    difference = (image.data - truth.data) / np.sqrt(truth.variance)
    good = image.good() & truth.good()
    # A rejected value leaves the mean of one exposure fewer: a few sigma of the stack, never a hit of 300 electrons and more.
    assert good.mean() > 0.9
    assert np.mean(np.abs(difference[good]) > 4.5) < 2e-5
    faint = 100 / EXPOSURE / number
    assert np.abs(image.data - truth.data)[good].max() < max(faint * 2, 6 * np.sqrt(truth.variance[good].max()))


def test_cosmic_rays_of_a_single_exposure_are_flagged(stars: Field) -> None:
    struck = hits(77, 90)
    (frame,) = shots(stars, replace(DITHERS[0], hits=struck))
    image = reduce(frame)[0].content
    flagged = sum(bool(image.mask[y, x] & Flag.COSMIC) for x, y, _ in struck)
    assert flagged > 0.93 * len(struck)
    assert np.count_nonzero(image.mask & Flag.COSMIC) < 2 * len(struck)  # stars are left alone


def test_a_single_exposure_keeps_its_pixels(stars: Field) -> None:
    products = reduce(*shots(stars, Shot()))
    image, header = products[0].content, cards(products[0])
    assert image.shape == (NY, NX)
    assert (header["CRPIX1"], header["CRPIX2"]) == (
        NX / 2 + 1,
        NY / 2 + 1,
    )  # the prescan's 5 columns and 3 rows are gone
    assert (header["NCOMBINE"], header["ESO DRS NOISE CORR"]) == (1, 1.0)
    star, _, _ = found(products, stars)
    assert len(star) > 0.9 * len(stars.ra)
    assert qc(products[0])["registration_rms_px"] is None


def test_transparency_is_evened_out(stars: Field) -> None:
    products = reduce(*shots(stars, Shot(), Shot(20.3, -11.6, transparency=0.7)))
    star, row, table = found(products, stars)
    bright = (stars.flux[star] > 100) & (table["FLAGS"][row] == 0)
    ratio = table["FLUX"][row][bright] / stars.flux[star][bright]
    assert np.median(ratio) == pytest.approx(0.85, rel=0.01)
    # The same transparency wherever one exposure alone looked.
    single = bright & np.zeros(len(bright), bool)
    single[bright] = table["EXPTIME"][row][bright] < 1.5 * EXPOSURE
    assert single.sum() >= 3
    assert np.median(table["FLUX"][row][single] / stars.flux[star][single]) == pytest.approx(0.85, rel=0.02)
    assert qc(products[0])["transparency_range"] == pytest.approx(1 / 0.7, rel=0.01)


def standards(stars: Field, zero: float, which: slice, wrong: int = 0) -> Frame:
    mag = zero - 2.5 * np.log10(stars.flux[which])
    mag[:wrong] += 1.5
    columns = {"RA": stars.ra[which], "DEC": stars.dec[which], "MAG": mag, "MAG_ERR": np.full(len(mag), 0.01)}
    table = Table(tuple(Column(name, values) for name, values in columns.items()))
    return Frame("PHOT_STANDARDS", "standards", {"PHOTSYS": "AB"}, table)


def test_standards_give_zero_point_and_coordinates(stars: Field) -> None:
    lost = (12.0, -25.0)  # the telescope points 6 arcsec wrong, in both exposures alike
    frames = shots(stars, Shot(header_error_px=lost), Shot(20.3, -11.6, header_error_px=lost))
    products = reduce(*frames, more=(standards(stars, 25.31, slice(0, 40), wrong=3),))
    values = {one.name: one for one in products[0].qc}
    zero = values["zeropoint_mag"]
    assert zero.error < 0.01
    assert abs(zero.value - 25.31) < 3 * zero.error + 0.003
    assert values["zeropoint_stars"].value < 40
    assert values["zeropoint_airmass0_mag"].value - zero.value == pytest.approx(1.25 * 0.2, abs=0.15)
    header = cards(products[0])
    assert (header["FLUXCAL"], header["PHOTSYS"]) == ("ABSOLUTE", "AB")
    assert header["PHOTZP"] == zero.value
    assert header["ABMAGLIM"] == pytest.approx(25.31 - 2.5 * np.log10(values["limiting_flux_e_per_s"].value), abs=0.02)
    assert header["CSYER1"] * 3600 < 0.05
    star, row, table = found(products, stars)
    assert len(star) > 0.9 * len(stars.ra)
    off = (table["DEC"][row] - stars.dec[star]) * 3600
    assert abs(np.median(off)) < 0.02
    bright = stars.flux[star] > 100
    mag = table["MAG"][row][bright] - (25.31 - 2.5 * np.log10(stars.flux[star][bright]))
    assert abs(np.median(mag)) < 0.02


def test_a_catalogue_of_another_field_changes_nothing(stars: Field) -> None:
    other = Field.drawn(1234)
    other.ra, other.dec = other.ra + np.random.default_rng(3).uniform(-0.01, 0.01, 70), other.dec[::-1]
    products = reduce(*shots(stars, Shot()), more=(standards(other, 25.0, slice(0, 10)),))
    assert qc(products[0])["zeropoint_mag"] is None
    assert cards(products[0])["ESO DRS WCS ORIGIN"].startswith("telescope")


def test_without_a_star_the_header_places_the_exposures() -> None:
    nothing = Field(np.empty(0), np.empty(0), np.empty(0))
    products = reduce(*shots(nothing, *DITHERS))
    header, values = cards(products[0]), qc(products[0])
    assert header["ESO DRS EXP2 METHOD"] == "header"
    assert "no star" in header["ESO DRS WARNING1"]
    assert "header only" in header["ESO DRS WARNING2"]
    assert values["registration_header_only"] == 3
    assert values["image_quality_arcsec"] is None
    assert values["registration_rms_px"] is None
    assert len(products[1].content) <= 2  # 5 sigma in 150000 pixels
    assert header["ESO DRS EXP2 DX"] == pytest.approx(-20.3, abs=0.1)
    assert header["ESO DRS EXP2 DY"] == pytest.approx(11.6, abs=0.1)


def test_same_input_same_bytes(stars: Field) -> None:
    frames = shots(stars, *DITHERS[:2])
    first, second = reduce(*frames), reduce(*frames[::-1])
    for one, other in zip(first, second, strict=True):
        assert one.cards == other.cards
    assert first[0].content.data.tobytes() == second[0].content.data.tobytes()
    for one, other in zip(first[1].content.columns, second[1].content.columns, strict=True):
        assert one.values.tobytes() == other.values.tobytes()


def test_standard_fields_go_the_same_way(stars: Field) -> None:
    frames = [replace(one, tag="STD_IMG") for one in shots(stars, Shot())]
    assert len(reduce(*frames)[1].content) > 55


def test_a_missing_flat_or_bias_is_survived(stars: Field) -> None:
    flat = np.ones((NY, NX))
    frame = Shot().frame(stars, flat, 3)
    bias, _ = masters(flat)
    products = RECIPE.run(FrameSet((frame, bias), INSTRUMENT), RECIPE.parse({"sky_mesh_px": 64}))
    assert len(products[1].content) > 55


def test_pixels_that_are_no_numbers_are_left_out(stars: Field) -> None:
    frames = shots(stars, Shot(), Shot(20.3, -11.6))
    spoiled = frames[0].content.astype(np.float32)
    spoiled[100:130, 200:260] = np.nan
    products = reduce(replace(frames[0], content=spoiled), frames[1])
    image = products[0].content
    part = products[0].parts["EXPMAP"]
    assert np.all(np.isfinite(image.data[110:150, 200:250]))
    row, column = 115 - LOW + round(cards(products[0])["CRPIX2"] - NY / 2 - 1), 230 - LEFT
    assert part[row, column] == EXPOSURE  # of the other exposure alone
    assert part[row + 60, column] == 2 * EXPOSURE


@pytest.mark.parametrize(
    ("changes", "keyword"),
    [
        ({"ESO INS FILT1 NAME": "R#642"}, "ESO INS FILT1 NAME"),
        ({"ESO DET WIN1 BINX": 1}, ""),
        ({"CTYPE1": "PIXEL"}, "CTYPE1"),
        ({"CRVAL1": None}, "CRVAL1"),
        ({"CD1_1": 2e-5, "CD2_2": 2e-5}, "CD1_1"),
        ({"CD1_1": 0.0, "CD2_2": 0.0}, "CD1_1"),
        ({"CRVAL1": 10.0}, "CRVAL1, CRVAL2"),
        ({"EXPTIME": 0.0}, "EXPTIME"),
        ({"EXPTIME": None}, "EXPTIME"),
        ({"MJD-OBS": None}, "MJD-OBS"),
        ({"MJD-OBS": "yesterday"}, "MJD-OBS"),
    ],
)
def test_a_frame_that_does_not_belong_is_named(stars: Field, changes: dict, keyword: str) -> None:
    few = Field(stars.ra[:5], stars.dec[:5], stars.flux[:5])
    if "CRVAL1" in changes:  # another field has other stars
        random = np.random.default_rng(8)
        others = Field(random.permutation(stars.ra), random.permutation(stars.dec), stars.flux)
    else:
        others = few
    good = Shot().frame(stars if others is not few else few, flat_truth(), 1, "good.fits")
    bad = Shot(changes=changes).frame(others, flat_truth(), 2, "bad.fits")
    with pytest.raises(DataError) as caught:
        reduce(good, bad)
    assert caught.value.where == "bad.fits"
    if keyword:
        assert caught.value.keyword == keyword


def test_no_image_at_all_is_said() -> None:
    with pytest.raises(DataError, match="SCIENCE_IMG"):
        reduce()


@pytest.mark.parametrize(
    ("table", "keyword"),
    [
        (Table((Column("RA", np.zeros(1)), Column("DEC", np.zeros(1)))), "MAG"),
        (Table(tuple(Column(one, np.empty(0)) for one in ("RA", "DEC", "MAG"))), "BAND"),
        (np.zeros((2, 2)), ""),
    ],
)
def test_a_wrong_catalogue_is_named(stars: Field, table: object, keyword: str) -> None:
    (frame,) = shots(stars, Shot())
    catalogue = Frame("PHOT_STANDARDS", "landolt.fits", {}, table)  # type: ignore[arg-type]
    with pytest.raises(DataError) as caught:
        reduce(frame, more=(catalogue,))
    assert caught.value.where == "landolt.fits"
    assert caught.value.keyword == keyword
