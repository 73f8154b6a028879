"""Recipe bias: level, noise, structure, clipping, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import DataError, UsageError
from dfs.model import Flag, Frame
from dfs.recipes.bias import RECIPE


def figures(product) -> dict:
    return {one.name: one for one in product.qc}


def series(ccd, n: int = 6, **options) -> list[Frame]:
    drifts = np.random.default_rng(0).normal(0, 3, n)
    return [ccd.frame(seed=i + 1, drift=drifts[i], **options) for i in range(n)]


def test_level_and_noise_are_recovered_within_their_errors(ccd) -> None:
    truth = np.hypot(ccd.ron_adu, 1 / np.sqrt(12))
    pulls = []
    for seed in range(0, 120, 3):
        qc = figures(ccd.made("bias", *(ccd.frame(seed=seed + i) for i in range(3)))[0])
        assert abs(qc["bias_level_adu"].value - ccd.level) < 0.1
        pulls.append((qc["ron_adu"].value - truth) / qc["ron_adu"].error)
    assert abs(np.mean(pulls)) < 4 / np.sqrt(len(pulls))
    assert 0.6 < np.std(pulls) < 1.4


def test_master_has_the_noise_it_claims(ccd) -> None:
    pattern = np.random.default_rng(1).normal(0, 2, (ccd.ny, 1))
    product = ccd.made("bias", *series(ccd, structure=pattern))[0]
    image = product.content
    assert product.category == "MASTER_BIAS"
    assert image.unit == "adu"
    assert image.shape == (ccd.ny, ccd.nx)
    drift = np.mean(np.random.default_rng(0).normal(0, 3, 6))
    rest = image.data - (ccd.level + drift + pattern)
    assert np.std(rest / np.sqrt(image.variance)) == pytest.approx(1.0, abs=0.02)
    assert figures(product)["structure_rows_adu"].value == pytest.approx(np.std(pattern), rel=0.05)
    assert figures(product)["structure_columns_adu"].value < 0.15


def test_the_drift_of_the_level_does_not_reject_good_values(ccd) -> None:
    frames = series(ccd, hits=20)
    by_light, by_nothing = (ccd.made("bias", *frames, kappa=3.5, level=level)[0] for level in ("light", "none"))
    lost = [figures(one)["rejected_fraction"].value for one in (by_light, by_nothing)]
    assert 20 / (ccd.nx * ccd.ny) < lost[0] < 0.002
    assert lost[1] > 1.2 * lost[0]
    assert figures(by_light)["bias_level_scatter_adu"].value == pytest.approx(
        np.std(np.random.default_rng(0).normal(0, 3, 6), ddof=1), abs=0.3
    )


def test_level_by_dark_columns_comes_close(ccd) -> None:
    frames = series(ccd)
    light, dark = (ccd.made("bias", *frames, level=level)[0].content.data for level in ("light", "dark"))
    assert np.std(light - dark) < 0.3


def test_cosmic_rays_leave_nothing(ccd) -> None:
    clean = ccd.made("bias", *(ccd.frame(seed=i) for i in range(5)))[0].content.data
    hit = ccd.made("bias", *(ccd.frame(seed=i, hits=0) for i in range(5)))[0]
    np.testing.assert_array_equal(clean, hit.content.data)
    hit = ccd.made("bias", *(ccd.frame(seed=i, hits=60) for i in range(5)))[0].content
    good = hit.good()
    assert np.abs(hit.data[good] - ccd.level).max() < 6 * ccd.ron_adu / np.sqrt(5) * 1.3
    assert good.mean() > 0.998


def test_hot_column_and_unstable_pixel_are_masked(ccd) -> None:
    structure = np.zeros((ccd.ny, ccd.nx))
    structure[:, 30] = 25.0
    structure[50, 60] = 100.0
    product = ccd.made("bias", *series(ccd, structure=structure))[0]
    assert (product.content.mask[:, 30] & Flag.BAD).all()
    assert product.content.mask[50, 60] & Flag.BAD
    assert figures(product)["hot_columns"].value == 1
    assert figures(product)["hot_pixels"].value == 1


def test_measured_stands_beside_claimed(ccd) -> None:
    qc = figures(ccd.made("bias", *series(ccd))[0])
    assert qc["ron_e"].header_keyword == "ESO DET OUT1 RON"
    assert qc["ron_e"].header_value == 7.8
    assert qc["ron_adu"].header_value == pytest.approx(7.8 / 1.1, abs=1e-3)
    assert qc["ron_e"].value == pytest.approx(qc["ron_adu"].value * 1.1)
    assert all(one.estimator for one in qc.values())


def test_correlated_noise_shows_in_the_sums(ccd_class) -> None:
    ccd = ccd_class(correlation=-0.2)
    qc = figures(ccd.made("bias", *series(ccd))[0])
    assert qc["ron_sum_adu"].value == pytest.approx(qc["ron_adu"].value * np.sqrt(1 - 1.5 * 0.2), rel=0.02)


def test_median_and_its_larger_variance(ccd) -> None:
    frames = series(ccd, n=7)
    average, median = (ccd.made("bias", *frames, method=method)[0].content for method in ("average", "median"))
    assert np.median(median.variance / average.variance) == pytest.approx(np.pi / 2, rel=1e-5)
    aligned = [frame.content[: ccd.ny, : ccd.nx].astype(float) for frame in frames]
    aligned = [one - one.mean() + np.mean(aligned) for one in aligned]
    np.testing.assert_allclose(median.data, np.median(aligned, axis=0), atol=0.15)
    assert np.std(median.data - average.data) > 0.1


def test_one_frame_needs_permission_and_says_what_it_is(ccd) -> None:
    with pytest.raises(DataError, match="minimum_frames") as caught:
        ccd.made("bias", ccd.frame())
    assert "--minimum_frames=1" in caught.value.hint
    product = ccd.made("bias", ccd.frame(), minimum_frames=1)[0]
    qc = figures(product)
    assert qc["ron_adu"].value == pytest.approx(ccd.ron_adu, rel=0.02)
    assert "single bias frame" in qc["ron_adu"].estimator
    assert qc["bias_level_scatter_adu"].value is None
    assert np.median(product.content.variance) == pytest.approx(qc["ron_adu"].value ** 2, rel=1e-4)


def test_nan_pixels_are_left_out(ccd) -> None:
    frames = series(ccd, n=4)
    pixels = [frame.content.astype(np.float32) for frame in frames]
    pixels[0][3, 4] = np.nan
    for one in pixels:
        one[8, 9] = np.nan
    frames = [Frame(one.tag, one.name, one.header, data) for one, data in zip(frames, pixels, strict=True)]
    image = ccd.made("bias", *frames)[0].content
    assert np.isfinite(image.data).all()
    assert image.mask[3, 4] == 0
    assert image.mask[8, 9] & Flag.NO_DATA
    assert image.variance[3, 4] == pytest.approx(image.variance[0, 0] * 4 / 3, rel=1e-4)


def test_frames_of_two_binnings_name_both_files(ccd, ccd_class) -> None:
    other = ccd_class(binning=1).frame(seed=2)
    with pytest.raises(DataError, match=r"BIAS\.1") as caught:
        ccd.made("bias", ccd.frame(seed=1), other)
    assert caught.value.where == "BIAS.2"
    assert caught.value.keyword == "ESO DET WIN1 BINX"


@pytest.mark.parametrize("value", [0, 65535])
def test_frames_without_noise_are_no_bias(ccd, value) -> None:
    frame = ccd.frame()
    flat = Frame("BIAS", "BIAS.X", frame.header, np.full_like(frame.content, value))
    with pytest.raises(DataError, match="no noise") as caught:
        ccd.made("bias", frame, flat)
    assert caught.value.where == "BIAS.X"


def test_level_dark_without_dark_columns(ccd) -> None:
    bare = {"ESO DET OUT1 PRSCX": 0, "ESO DET OUT1 OVSCY": 0}
    frames = [ccd.frame(seed=i) for i in (1, 2)]
    frames = [Frame("BIAS", one.name, {**one.header, **bare}, one.content[: ccd.ny, : ccd.nx]) for one in frames]
    with pytest.raises(DataError, match="no prescan or overscan"):
        ccd.made("bias", *frames, level="dark")
    assert figures(ccd.made("bias", *frames)[0])["dark_level_adu"].value is None


def test_wrong_parameters_are_refused() -> None:
    for wrong in ({"kappa": -1}, {"level": "sky"}, {"kapa": 3}):
        with pytest.raises(UsageError):
            RECIPE.parse(wrong)


def test_the_same_frames_give_the_same_bytes(ccd) -> None:
    frames = series(ccd, hits=10)
    one, other = (ccd.made("bias", *frames)[0] for _ in range(2))
    assert one.content.data.tobytes() == other.content.data.tobytes()
    assert one.content.variance.tobytes() == other.content.variance.tobytes()
    assert one.content.mask.tobytes() == other.content.mask.tobytes()
    assert one.qc == other.qc


@pytest.mark.real
def test_real_bias_frames(real_slit) -> None:
    bias = next(one for one in real_slit.masters if one.tag == "MASTER_BIAS")
    assert bias.content.shape == (1017, 1023)
    assert bias.header["ESO QC BIAS_LEVEL_ADU"] == pytest.approx(221.1, abs=0.2)
    assert bias.header["ESO QC RON_ADU"] == pytest.approx(10.25, abs=0.1)
    assert 0.88 < bias.header["ESO QC RON_SUM_ADU"] / bias.header["ESO QC RON_ADU"] < 0.94
    assert bias.content.good().mean() > 0.99
