"""Recipe flat_spectrum: response, gain, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.model import Flag, Frame


def figures(product) -> dict:
    return {one.name: one for one in product.qc}


@pytest.fixture
def response(ccd) -> np.ndarray:
    return 1 + np.random.default_rng(77).normal(0, 0.015, (ccd.ny, ccd.nx))


def lamp(ccd) -> np.ndarray:
    """Electrons; dispersion along y (raw rows), slit along x, the first 20 columns beside the slit."""
    along = 4000 * np.exp(2.0 * np.arange(ccd.ny) / ccd.ny)
    slit = 1 + 0.06 * np.cos(np.arange(ccd.nx) / 30)
    slit[:20] = 0.0
    return along[:, None] * slit[None, :]


def flats(ccd, response, n: int = 2, **options) -> list[Frame]:
    return [ccd.frame("FLAT_LSS", lamp(ccd) * response * (1 + 0.01 * i), seed=i + 1, **options) for i in range(n)]


def test_pixel_response_and_slit_come_apart(ccd, response) -> None:
    product = ccd.made("flat_spectrum", *flats(ccd, response, 6), ccd.master_bias())[0]
    pixel, slit, whole = product.parts["PIXEL"], product.parts["SLIT"], product.content
    lit = (slice(6, -6), slice(24, None))
    truth = 1 + 0.06 * np.cos(np.arange(ccd.nx) / 30)
    relative = whole.data / (truth / truth[20:].mean() * response)
    pull = (relative / np.median(relative[:, 24:], axis=1)[:, None] - 1)[lit] / (np.sqrt(whole.variance) / whole.data)[
        lit
    ]
    assert np.std(pull) == pytest.approx(1.0, abs=0.04)
    # A row of 192 pixels leaves 5 of its freedoms to the slit: PIXEL is the response but for its lowest order in x.
    assert np.std((pixel.data - response)[lit]) < 0.006
    np.testing.assert_allclose(np.median(slit.data[lit], axis=0), (truth / truth[20:].mean())[24:], atol=0.004)
    np.testing.assert_allclose(whole.data, pixel.data * slit.data, rtol=1e-5)
    assert whole.unit == ""
    assert (whole.mask[:, :18] & Flag.NO_DATA).all()
    assert (whole.data[:, :18] == 1).all()
    assert whole.good()[lit].mean() > 0.999
    assert product.parts["LAMP"]["flux"].shape == (ccd.ny,)


def test_gain_is_recovered_within_its_error(ccd, response) -> None:
    bias = ccd.master_bias()
    pulls = []
    for seed in range(0, 60, 2):
        pair = [ccd.frame("FLAT_LSS", lamp(ccd) * response * k, seed=seed + i) for i, k in enumerate((1.0, 1.02))]
        qc = figures(ccd.made("flat_spectrum", *pair, bias)[0])["gain_e_per_adu"]
        assert (qc.header_keyword, qc.header_value) == ("ESO DET OUT1 CONAD", 1.1)
        pulls.append((qc.value - ccd.gain) / qc.error)
    assert abs(np.mean(pulls)) < 4 / np.sqrt(len(pulls))
    assert 0.6 < np.std(pulls) < 1.5


def test_quality_figures(ccd, response) -> None:
    product = ccd.made("flat_spectrum", *flats(ccd, response, 4), ccd.master_bias())[0]
    qc = figures(product)
    assert qc["flat_level_adu"].value == pytest.approx(np.median(lamp(ccd)) / ccd.gain, rel=0.01)
    assert qc["lamp_drift_percent"].value == pytest.approx(3.0, abs=0.1)
    assert abs(qc["ron_e"].value - ccd.gain * np.hypot(ccd.ron_adu, 0.29)) < 4 * qc["ron_e"].error < 0.8
    assert qc["ron_e"].header_value == 7.8
    assert qc["pixel_response_percent"].value == pytest.approx(1.5, rel=0.1)
    assert qc["fringes_percent"].value < 0.1
    assert abs(qc["gain_change_percent"].value) < 5 * qc["gain_change_percent"].error
    assert qc["lit_rows"].value == 236
    assert all(one.estimator for one in product.qc)


def test_noise_alone_is_no_response(ccd) -> None:
    qc = figures(ccd.made("flat_spectrum", *flats(ccd, 1.0, 4), ccd.master_bias())[0])
    assert qc["pixel_response_percent"].value < 0.25
    assert qc["flat_structure_percent"].value == pytest.approx(qc["flat_noise_percent"].value, rel=0.06)


def test_one_flat_is_enough_and_says_so(ccd, response) -> None:
    product = ccd.made("flat_spectrum", *flats(ccd, response, 1), ccd.master_bias())[0]
    qc = figures(product)
    assert qc["flats_used"].value == 1
    assert qc["gain_e_per_adu"].value is None
    assert qc["gain_e_per_adu"].header_value == 1.1
    assert product.parts["PIXEL"].data[100, 100] == pytest.approx(response[100, 100], abs=0.1)


def test_cosmic_rays_of_one_flat_do_not_stay(ccd, response) -> None:
    frames = flats(ccd, response, 3)
    hit = ccd.frame("FLAT_LSS", lamp(ccd) * response, seed=1, hits=100)
    clean, struck = (
        ccd.made("flat_spectrum", first, *frames[1:], ccd.master_bias())[0].content for first in (frames[0], hit)
    )
    far = np.abs(struck.data - clean.data) > 8 * np.sqrt(clean.variance)
    assert (far & struck.good()).sum() == 0


def test_a_saturated_or_dark_flat_is_left_out_while_another_remains(ccd, response) -> None:
    good = flats(ccd, response, 2)
    burnt = ccd.frame("FLAT_LSS", 2e5, seed=9, name="burnt")
    dark = ccd.frame("FLAT_LSS", 0.0, seed=10, name="dark")
    product = ccd.made("flat_spectrum", burnt, *good, dark, ccd.master_bias())[0]
    assert figures(product)["flats_used"].value == 2
    assert figures(product)["flats_rejected"].value == 2
    assert product.made_from == ("FLAT_LSS.1", "FLAT_LSS.2", "MASTER_BIAS.fits")
    assert product.like is good[0]


@pytest.mark.parametrize(("electrons", "said"), [(2e5, "saturated"), (0.0, "ADU above bias")])
def test_only_bad_flats_end_in_one_clear_line(ccd, electrons, said) -> None:
    with pytest.raises(DataError, match=said) as caught:
        ccd.made("flat_spectrum", ccd.frame("FLAT_LSS", electrons, name="EFOSC.X"), ccd.master_bias())
    assert caught.value.where == "EFOSC.X"
    assert caught.value.hint


def test_all_zero_flat(ccd) -> None:
    frame = ccd.frame("FLAT_LSS")
    zero = Frame("FLAT_LSS", "EFOSC.0", frame.header, np.zeros_like(frame.content))
    with pytest.raises(DataError, match="ADU above bias") as caught:
        ccd.made("flat_spectrum", zero, ccd.master_bias())
    assert caught.value.where == "EFOSC.0"


def test_bias_of_another_binning_names_both(ccd, ccd_class, response) -> None:
    other = ccd_class(binning=1).master_bias()
    with pytest.raises(DataError, match=r"MASTER_BIAS\.fits") as caught:
        ccd.made("flat_spectrum", *flats(ccd, response), other)
    assert caught.value.where == "FLAT_LSS.1"
    assert caught.value.keyword == "ESO DET WIN1 BINX"


def test_nan_pixels_are_flagged(ccd, response) -> None:
    frames = []
    for frame in flats(ccd, response):
        pixels = frame.content.astype(np.float32)
        pixels[50, 60] = np.nan
        frames.append(Frame(frame.tag, frame.name, frame.header, pixels))
    image = ccd.made("flat_spectrum", *frames, ccd.master_bias())[0].content
    assert image.mask[50, 60] & Flag.NO_DATA
    assert np.isfinite(image.data).all()
    assert np.isfinite(image.variance).all()


def test_the_same_frames_give_the_same_bytes(ccd, response) -> None:
    frames, bias = flats(ccd, response), ccd.master_bias()
    one, other = (ccd.made("flat_spectrum", *frames, bias)[0] for _ in range(2))
    assert one.content.data.tobytes() == other.content.data.tobytes()
    assert one.qc == other.qc


@pytest.mark.real
def test_real_flats(real_slit) -> None:
    """The gain lies between the first looks (1.2-1.4 e-/ADU) and not at the header's 1.1."""
    flat = next(one for one in real_slit.masters if one.tag == "MASTER_FLAT_LSS")
    assert flat.content.shape == (1017, 1023)
    assert flat.header["ESO QC GAIN_E_PER_ADU"] == pytest.approx(1.22, abs=0.015)
    assert flat.header["ESO QC RON_E"] == pytest.approx(12.5, abs=0.2)
    assert flat.header["ESO QC FLAT_LEVEL_ADU"] == pytest.approx(10750, abs=20)
    pixel = flat.parts["PIXEL"]
    centre = (slice(400, 1000), slice(100, 900))
    assert np.median(pixel.data[centre]) == pytest.approx(1.0, abs=0.002)
    assert np.std(pixel.data[centre]) < 0.015
    # The parts multiply to the whole, and unlit columns are flagged.
    np.testing.assert_allclose(flat.content.data[centre], (pixel.data * flat.parts["SLIT"].data)[centre], rtol=1e-5)
    assert (flat.content.mask[:, :50] & Flag.NO_DATA).all()
