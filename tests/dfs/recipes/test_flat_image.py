"""Recipe flat_image: response, stars, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.model import Flag, Frame


def figures(product) -> dict:
    return {one.name: one for one in product.qc}


def response(ccd) -> np.ndarray:
    y, x = np.mgrid[: ccd.ny, : ccd.nx]
    smooth = 1 + 0.04 * (x / ccd.nx - 0.5) + 0.02 * (y / ccd.ny - 0.5)
    smooth[(x - 128) ** 2 + (y - 96) ** 2 > 150**2] *= 0.3  # vignetted corners
    smooth[:6, :6] = 0.0  # and a blind one
    return smooth * (1 + np.random.default_rng(5).normal(0, 0.01, smooth.shape))


def twilight(ccd, n: int = 5, stars: int = 30, tag: str = "FLAT_SKY_IMG") -> list[Frame]:
    """Sky of changing brightness, stars elsewhere in each frame."""
    frames = []
    for i in range(n):
        light = response(ccd) * 30000 * 0.85**i
        rng = np.random.default_rng(i + 50)
        light[rng.integers(0, ccd.ny, stars), rng.integers(0, ccd.nx, stars)] *= 1.4
        frames.append(ccd.frame(tag, light, seed=i + 1))
    return frames


@pytest.mark.parametrize("tag", ["FLAT_SKY_IMG", "FLAT_DOME_IMG"])
def test_response_is_recovered_and_stars_are_gone(ccd, tag) -> None:
    product = ccd.made("flat_image", *twilight(ccd, tag=tag), ccd.master_bias())[0]
    assert product.category == "MASTER_FLAT_IMG"
    image, truth = product.content, response(ccd)
    good = image.good() & (truth > 0.5)
    scale = np.median(truth[good])
    pull = (image.data - truth / scale)[good] / np.sqrt(image.variance[good])
    assert np.std(pull) == pytest.approx(1.0, abs=0.04)
    assert np.abs(pull).max() < 7
    assert np.median(image.data[good]) == pytest.approx(1.0, abs=1e-3)


def test_masks_of_vignetted_and_blind_pixels(ccd) -> None:
    image = ccd.made("flat_image", *twilight(ccd), ccd.master_bias())[0].content
    assert (image.mask[:6, :6] & Flag.NO_DATA).all()
    assert image.mask[-3, -3] == Flag.LOW_FLAT
    assert image.mask[96, 128] == 0
    assert (image.data[:6, :6] == 1).all()


def test_quality_figures(ccd) -> None:
    product = ccd.made("flat_image", *twilight(ccd), ccd.master_bias())[0]
    qc = figures(product)
    assert qc["flat_level_adu"].value == pytest.approx(30000 / ccd.gain, rel=0.02)
    assert qc["pixel_response_percent"].value == pytest.approx(1.0, rel=0.1)
    assert qc["illumination_gradient_percent"].value > 3
    assert qc["lamp_drift_percent"].value == pytest.approx(100 * (0.85**4 - 1), abs=0.3)
    # Twilight flats in a row differ by 15 %: still a pair.
    assert abs(qc["gain_e_per_adu"].value - ccd.gain) < 5 * qc["gain_e_per_adu"].error


def test_flats_of_very_different_level_are_no_pair(ccd) -> None:
    frames = [ccd.frame("FLAT_SKY_IMG", response(ccd) * level, seed=i) for i, level in enumerate((30000, 15000))]
    assert figures(ccd.made("flat_image", *frames, ccd.master_bias())[0])["gain_e_per_adu"].value is None


def test_a_single_flat_is_allowed_and_says_so(ccd) -> None:
    product = ccd.made("flat_image", *twilight(ccd, 1), ccd.master_bias())[0]
    assert figures(product)["flats_used"].value == 1
    assert next(card.value for card in product.cards if card.keyword == "ESO PRO DATANCOM") == 1


def test_saturated_flat_is_left_out(ccd) -> None:
    burnt = ccd.frame("FLAT_SKY_IMG", 2e5, seed=99, name="burnt")
    product = ccd.made("flat_image", burnt, *twilight(ccd, 3), ccd.master_bias())[0]
    assert figures(product)["flats_rejected"].value == 1
    assert "burnt" not in product.made_from
    with pytest.raises(DataError, match="saturated") as caught:
        ccd.made("flat_image", burnt, ccd.master_bias())
    assert caught.value.where == "burnt"


def test_nothing_at_all(ccd) -> None:
    with pytest.raises(DataError, match="no flat"):
        ccd.made("flat_image", ccd.master_bias())


@pytest.mark.real
def test_real_sky_flat(real_frames, real_slit) -> None:
    from dfs.products import read_frame
    from dfs.recipes.contract import FrameSet
    from dfs.recipes.flat_image import RECIPE

    sky = read_frame(real_frames / "EFOSC.2022-01-28T00:08:16.282.fits.gz", "FLAT_SKY_IMG")
    bias = next(one for one in real_slit.masters if one.tag == "MASTER_BIAS")
    product = RECIPE.run(FrameSet((sky, bias), real_slit.instrument), RECIPE.parse({}))[0]
    raw = sky.content[300:700, 300:700].astype(float) - bias.content.data[300:700, 300:700]
    whole = product.content.data[300:700, 300:700]
    good = product.content.good()[300:700, 300:700]
    np.testing.assert_allclose(whole[good], (raw / (raw[good] / whole[good]).mean())[good], rtol=1e-4)
    assert figures(product)["flat_level_adu"].value == pytest.approx(37830, abs=50)
    assert 0.9 < np.median(whole) < 1.1
