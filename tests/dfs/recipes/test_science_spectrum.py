"""Recipe science_spectrum on drawn raw frames with known truth, and on the real one."""

from dataclasses import replace

import numpy as np
import pytest

from dfs.errors import Cancelled, DataError, UsageError
from dfs.model import Column, Flag, Frame, Table
from dfs.progress import Recorder
from dfs.recipes.contract import FrameSet
from dfs.recipes.science_spectrum import RECIPE
from dfs.sky import air_to_vacuum_nm, extinction_curve

SHIFT = 1.7  # px


@pytest.fixture(scope="module")
def scene(drawn):
    return drawn.scene(star_e=700.0)


@pytest.fixture(scope="module")
def masters(drawn, scene):
    return (drawn.bias(), drawn.wave(scene))


@pytest.fixture(scope="module")
def exposure(drawn, scene):
    return drawn.raw(scene, "SCIENCE_LSS", seed=11, shift=SHIFT, hits=60)


@pytest.fixture(scope="module")
def instrument(drawn):
    return drawn.instrument


def response(scale: float = 4e15) -> Frame:
    wavelength = np.arange(295.0, 612.0, 0.5)
    value = scale * (1 + 0.5 * np.sin(wavelength / 40))
    table = Table(
        (
            Column("wavelength_nm", wavelength),
            Column("response", value),
            Column("response_error", 0.01 * value),
            Column("extrapolated", (wavelength < 327.5) | (wavelength > 597.5)),
        )
    )
    return Frame("RESPONSE", "response.fits", {"ESO INS GRIS1 NAME": "Gr#3"}, table)


def run(instrument, *frames: Frame, **parameters):
    return RECIPE.run(FrameSet(tuple(frames), instrument), RECIPE.parse(parameters))


def cards(product) -> dict:
    return {card.keyword: card.value for card in product.cards}


def figures(product) -> dict:
    return {one.name: one.value for one in product.qc}


@pytest.fixture(scope="module")
def plain(instrument, exposure, masters):
    """Reduced without a response: electrons per second."""
    return run(instrument, exposure, *masters)


def test_flux_is_right_within_its_error(plain, scene) -> None:
    spectrum = plain[0].content
    score = (600.0 * spectrum.flux - scene.flux())[spectrum.quality & Flag.excluded() == 0]
    score /= 600.0 * spectrum.error[spectrum.quality & Flag.excluded() == 0]
    # The aperture (2 FWHM to either side) holds all of a Gaussian; one spectrum's ratio has a standard error of 0.022.
    assert np.sqrt(np.mean(score**2)) == pytest.approx(1.0, abs=0.08)
    assert np.mean(score) == pytest.approx(0.0, abs=0.25)
    assert spectrum.unit == "electron s**(-1)"
    np.testing.assert_allclose(np.median(spectrum.background) * 600, 12 * 4 * 4.55, rtol=0.15)


def test_errors_are_honest_and_the_recipe_says_so(plain) -> None:
    qc = figures(plain[0])
    assert qc["sky_apertures"] > 200
    assert qc["sky_error_ratio"] == pytest.approx(1.0, abs=0.03)
    assert qc["sky_error_ratio_robust"] == pytest.approx(1.0, abs=0.03)
    assert qc["sky_error_ratio_blocks"] == pytest.approx(1.0, abs=0.08)
    table = plain[1].parts["SKY_APERTURES"]
    assert len(table) == qc["sky_apertures"]
    assert np.std(table["FLUX"] / table["ERR"]) == pytest.approx(1.0, abs=0.08)


def test_check_of_errors_can_fail(instrument, drawn, scene, masters, exposure) -> None:
    """Negative control: noise that the recipe is not told of."""
    rng = np.random.default_rng(5)
    noisy = exposure.content.astype(float)
    noisy[:500] += rng.normal(0.0, 10.0, noisy[:500].shape)  # but not in the dark rows where read noise is measured
    frame = replace(exposure, content=np.rint(np.clip(noisy, 0, 65535)).astype(np.uint16))
    assert figures(run(instrument, frame, *masters)[0])["sky_error_ratio"] > 1.25


def test_displacement_is_measured_and_corrected(plain, scene) -> None:
    qc = {one.name: one for one in plain[0].qc}
    assert qc["shift_px"].value == pytest.approx(SHIFT, abs=4 * qc["shift_px"].error)
    truth = scene.solution().shifted(SHIFT).wavelength_nm(np.arange(scene.nx), scene.trace())
    np.testing.assert_allclose(plain[0].content.wavelength_nm, truth, atol=0.1)


def test_measured_read_noise_stands_beside_the_claim(plain) -> None:
    ron = next(one for one in plain[0].qc if one.name == "frame_ron_e")
    assert ron.value == pytest.approx(12.0, abs=4 * ron.error)
    assert (ron.header_keyword, ron.header_value) == ("ESO DET OUT1 RON", 7.8)


def test_cosmic_rays_are_masked_in_the_image(plain) -> None:
    image = plain[1].content
    hits = (image.mask & Flag.COSMIC) != 0
    assert 50 < hits.sum() < 90
    quiet = slice(0, 190)
    inside = image.data[quiet][~hits[quiet]]
    assert np.max(np.abs(inside)) < 200


def test_cards_of_a_spectrum_without_response(plain) -> None:
    header = cards(plain[0])
    assert header["FLUXCAL"] == "UNCALIBRATED"
    assert header["FLUXERR"] == -1
    assert header["ESO DRS RESPONSE"] == "none"
    assert header["ESO DRS FLAT"] == "none"
    assert header["SPECSYS"] == "TOPOCENT"
    assert header["WAVELMIN"] == pytest.approx(plain[0].content.wavelength_nm[0], abs=1e-4)
    assert header["SPEC_BIN"] == pytest.approx(0.604, rel=1e-3)
    assert header["LAMNLIN"] == 25
    assert header["SPEC_ERR"] >= 0.02 / 5
    assert abs(header["ESO DRS VEL HELIO"]) < 31
    # Every card fits a FITS header.
    for product in plain:
        assert all(str(card.value).isascii() and len(str(card.value)) <= 68 for card in product.cards)


def test_response_makes_flux_and_wavelengths_may_be_in_vacuum(instrument, exposure, masters, plain, scene) -> None:
    curve = response()
    product = run(instrument, exposure, *masters, curve, medium="vacuum")[0]
    spectrum, header = product.content, cards(product)
    assert spectrum.medium == "vacuum"
    wavelength = plain[0].content.wavelength_nm
    np.testing.assert_allclose(spectrum.wavelength_nm, air_to_vacuum_nm(wavelength))
    assert spectrum.unit == "erg cm**(-2) s**(-1) angstrom**(-1)"
    assert (header["FLUXCAL"], header["FLUXERR"]) == ("ABSOLUTE", -2)
    through = 10 ** (-0.4 * 1.11 * extinction_curve("lasilla").magnitude(wavelength))
    detected = 4e15 * (1 + 0.5 * np.sin(wavelength / 40)) * through * 6.04 * 600.0
    np.testing.assert_allclose(spectrum.flux * detected, 600 * plain[0].content.flux, rtol=2e-3, atol=0.05)
    np.testing.assert_allclose(spectrum.flux / spectrum.error, plain[0].content.flux / plain[0].content.error)
    flagged = (spectrum.quality & Flag.EXTRAPOLATED) != 0
    assert flagged[wavelength < 327].all()
    assert not flagged[(wavelength > 330) & (wavelength < 597)].any()
    np.testing.assert_allclose(product.extrapolated_nm, [(301, 328), (598, 603)], atol=1.5)


def test_a_row_of_plain_sky_gives_nothing_but_noise(instrument, exposure, masters) -> None:
    products = run(instrument, exposure, *masters, position_px=100.0, aperture_px=8.0)
    spectrum = products[0].content
    score = spectrum.flux / spectrum.error
    assert np.sqrt(np.mean(score**2)) == pytest.approx(1.0, abs=0.08)
    assert "assumed" in cards(products[0])["ESO DRS TRACE ORIGIN"]


def test_sum_instead_of_optimal_extraction(instrument, exposure, masters, plain) -> None:
    product = run(instrument, exposure, *masters, extraction="sum")[0]
    assert cards(product)["ESO DRS EXTRACT METHOD"] == "sum"
    assert np.median(product.content.error / plain[0].content.error) > 1.2
    assert figures(product)["sky_error_ratio"] == pytest.approx(1.0, abs=0.03)


def test_exposures_are_combined(instrument, drawn, scene, masters, exposure, plain) -> None:
    second = drawn.raw(scene, "SCIENCE_LSS", seed=12, shift=SHIFT, hits=60)
    products = run(instrument, exposure, second, *masters, shift_px=SHIFT)
    assert [one.category for one in products] == ["SCIENCE_SPECTRUM", "SCIENCE_SPECTRUM_2D", "SCIENCE_SPECTRUM_2D"]
    assert [one.made_from for one in products] == [
        (),
        ("EFOSC.11", "master_bias.fits", "wave_solution.fits"),
        ("EFOSC.12", "master_bias.fits", "wave_solution.fits"),
    ]
    spectrum = products[0].content
    assert np.median(spectrum.error / plain[0].content.error) == pytest.approx(np.sqrt(0.5), rel=0.03)
    score = (600 * spectrum.flux - scene.flux()) / (600 * spectrum.error)
    assert np.sqrt(np.mean(score**2)) == pytest.approx(1.0, abs=0.08)
    assert cards(products[0])["ESO DRS WAVE SKY ORIGIN"] == "given"


def test_same_input_same_output(instrument, exposure, masters, plain) -> None:
    again = run(instrument, exposure, *masters)
    assert again[0].content.flux.tobytes() == plain[0].content.flux.tobytes()
    assert again[0].content.error.tobytes() == plain[0].content.error.tobytes()
    assert again[1].content.data.tobytes() == plain[1].content.data.tobytes()
    assert again[0].qc == plain[0].qc


def test_without_master_bias_the_frames_own_level_is_taken(instrument, exposure, masters, plain) -> None:
    product = run(instrument, exposure, masters[1])[0]
    assert cards(product)["ESO DRS BIAS"].startswith("none")
    # The gain is then the header's claim.
    np.testing.assert_allclose(np.median(product.content.flux / plain[0].content.flux), 1.1 / 1.2, rtol=0.02)


def without(frame: Frame, keyword: str, value: object = None) -> Frame:
    header = dict(frame.header)
    header[keyword] = value
    return replace(frame, header=header)


@pytest.mark.parametrize(
    ("keyword", "value", "message"),
    [
        ("EXPTIME", None, "EXPTIME"),
        ("EXPTIME", 0.0, "EXPTIME"),
        ("ESO INS GRIS1 NAME", None, "GRIS1"),
        ("ESO INS GRIS1 NAME", "Gr#5", "GRIS1"),
        ("ESO DET WIN1 BINX", 1, "BINX|NAXIS1"),
        ("ESO TEL AIRM START", 0.0, "air mass"),
    ],
)
def test_bad_headers_are_one_clear_line(instrument, exposure, masters, keyword, value, message) -> None:
    with pytest.raises(DataError, match=message) as caught:
        run(instrument, without(exposure, keyword, value), *masters)
    assert caught.value.where == "EFOSC.11"
    assert "\n" not in caught.value.line()


def test_missing_and_foreign_calibrations_are_named(instrument, exposure, masters) -> None:
    with pytest.raises(DataError, match="no wavelength solution") as caught:
        run(instrument, exposure, masters[0])
    assert "arc" in caught.value.hint
    foreign = replace(response(), header={"ESO INS GRIS1 NAME": "Gr#5"})
    with pytest.raises(DataError, match=r"response\.fits"):
        run(instrument, exposure, *masters, foreign)


def test_no_light_along_the_slit_is_told(instrument, drawn, masters) -> None:
    empty = drawn.raw(drawn.scene(star_e=0.0), "SCIENCE_LSS", seed=3)
    with pytest.raises(DataError, match="no spectrum above") as caught:
        run(instrument, empty, *masters)
    assert "position_px" in caught.value.hint
    with pytest.raises(DataError, match="outside the slit"):
        run(instrument, empty, *masters, position_px=519.9)


def test_parameters_are_checked_by_name_and_range() -> None:
    for wrong in ({"sky_degree": 9}, {"extraction": "best"}, {"medium": "water"}, {"nonsense": 1}):
        with pytest.raises(UsageError):
            RECIPE.parse(wrong)
    with pytest.raises(DataError, match="no window"):
        RECIPE.parse({"sky_windows": "100-200"}).choices()
    assert RECIPE.parse({"sky_windows": "100:200, 300:400"}).choices().windows == ((100.0, 200.0), (300.0, 400.0))


def test_work_can_be_stopped(instrument, exposure, masters) -> None:
    progress = Recorder()
    progress.cancel()
    with pytest.raises(Cancelled):
        RECIPE.run(FrameSet((exposure, *masters), instrument, progress), RECIPE.parse({}))


@pytest.mark.real
def test_errors_of_the_real_spectrum_are_honest(real_slit) -> None:
    """At least 200 apertures of sky, placed by rule: scatter over predicted error 0.9 to 1.1, nothing rescaled."""
    product, image = run(real_slit.instrument, real_slit.science, *real_slit.masters)
    qc = figures(product)
    assert qc["sky_apertures"] >= 200
    for name in ("", "_blue", "_red", "_robust", "_blocks"):
        assert 0.9 < qc[f"sky_error_ratio{name}"] < 1.1, name
    table = image.parts["SKY_APERTURES"]
    assert 0.9 < np.std(table["FLUX"] / table["ERR"]) < 1.1
    assert qc["shift_px"] == pytest.approx(-1.65, abs=0.3)
    assert qc["snr"] > 10


@pytest.mark.real
def test_scattered_light_is_not_taken_for_the_slit(real_slit) -> None:
    """Below 375 nm the flats of Gr#3 show scattered light, humped in the middle of the slit: no reason to divide by 1.4."""
    flat = next(one for one in real_slit.masters if one.tag == "MASTER_FLAT_LSS")
    along = np.median((flat.content.data / flat.parts["PIXEL"].data)[:, 535:556], axis=1)  # raw y is the dispersion
    assert np.ptp(along[100:650]) < 0.05


@pytest.mark.real
def test_errors_of_the_real_spectrum_at_rows_of_plain_sky(real_slit) -> None:
    """From outside: the error column itself, at rows given to the recipe as if the target were there."""
    scores = []
    for row in (110.0, 250.0, 400.0, 640.0, 930.0):
        spectrum = run(real_slit.instrument, real_slit.science, *real_slit.masters, position_px=row, aperture_px=9.0)[
            0
        ].content
        good = (spectrum.quality & Flag.excluded()) == 0
        scores.append(spectrum.flux[good] / spectrum.error[good])
    assert 0.9 < np.sqrt(np.mean(np.concatenate(scores) ** 2)) < 1.1
