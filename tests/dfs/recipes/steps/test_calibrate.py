"""From ADU to electrons with errors that hold."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.model import Flag, Frame, Image
from dfs.recipes.steps.calibrate import calibrate, expected_signal, raw_light
from dfs.recipes.steps.noise import NoiseModel


def image_frame(ccd, data, *, variance=0.0, mask=None, tag="MASTER_BIAS", **cards) -> Frame:
    shape = (ccd.ny, ccd.nx)
    image = Image(
        np.broadcast_to(np.float32(data), shape).copy(),
        np.full(shape, variance, np.float32),
        np.zeros(shape, np.uint8) if mask is None else mask,
        "adu" if tag == "MASTER_BIAS" else "",
    )
    return Frame(tag, f"{tag}.fits", ccd.header(**cards), image)


def noise(ccd) -> NoiseModel:
    return NoiseModel(ccd.gain, ccd.ron_adu * ccd.gain, "measured")


@pytest.mark.parametrize("electrons", [0.0, 8.0, 300.0, 20000.0])
def test_scatter_is_the_error(ccd, electrons) -> None:
    """Pixels over their errors scatter by 1, and their weighted mean is not drawn to low values."""
    bias = image_frame(ccd, ccd.level)
    frame = ccd.frame("SCIENCE", electrons)
    image = calibrate(frame, ccd.instrument, bias=bias, flat=None, noise=noise(ccd))
    assert image.unit == "electron"
    pull = (image.data - electrons) / np.sqrt(image.variance)
    assert np.std(pull) == pytest.approx(1.0, abs=0.02)
    weighted = np.average(image.data, weights=1 / image.variance)
    error = 1 / np.sqrt(np.sum(1 / image.variance))
    assert abs(weighted - electrons) < 4 * error + 0.05  # 0.05 e-: quantised level


def test_variance_from_the_pixel_itself_would_drag_the_mean_down(ccd) -> None:
    """The negative control of the test above."""
    frame = ccd.frame("SCIENCE", 300.0)
    electrons = (frame.content[: ccd.ny, : ccd.nx] - ccd.level) * ccd.gain
    naive = np.maximum(electrons, 0) + (ccd.ron_adu * ccd.gain) ** 2
    assert np.average(electrons, weights=1 / naive) < 300 - 0.5


def test_flat_divides_signal_and_error(ccd) -> None:
    bias = image_frame(ccd, ccd.level, variance=0.5)
    flat = image_frame(ccd, 0.5, variance=1e-4, tag="MASTER_FLAT_LSS")
    frame = ccd.frame("SCIENCE", 1000.0)
    image = calibrate(frame, ccd.instrument, bias=bias, flat=flat, noise=noise(ccd))
    assert np.mean(image.data) == pytest.approx(2000, rel=2e-3)
    read = (ccd.ron_adu * ccd.gain) ** 2 + ccd.gain**2 * 0.5
    expected = (1000 + read) / 0.25 + 2000**2 * 1e-4 / 0.25
    assert np.median(image.variance) == pytest.approx(expected, rel=0.02)


def test_flat_part_and_flat_without_it(ccd) -> None:
    flat = image_frame(ccd, 0.5, tag="MASTER_FLAT_LSS")
    whole = Frame(flat.tag, flat.name, flat.header, flat.content, {"PIXEL": image_frame(ccd, 0.8).content})
    frame, bias = ccd.frame("STD", 1000.0), image_frame(ccd, ccd.level)
    image = calibrate(frame, ccd.instrument, bias=bias, flat=whole, noise=noise(ccd), flat_part="PIXEL")
    assert np.mean(image.data) == pytest.approx(1250, rel=2e-3)
    with pytest.raises(DataError, match="PIXEL"):
        calibrate(frame, ccd.instrument, bias=bias, flat=flat, noise=noise(ccd), flat_part="PIXEL")


def test_masks_saturation_nan_and_masters(ccd) -> None:
    mask = np.zeros((ccd.ny, ccd.nx), np.uint8)
    mask[7, 7] = Flag.BAD
    bias = image_frame(ccd, ccd.level, mask=mask)
    flat = image_frame(ccd, 1.0, tag="MASTER_FLAT_LSS")
    flat.content.data[9, 9] = 0.0
    raw = ccd.frame("SCIENCE", 100.0)
    pixels = raw.content.astype(np.float32)
    pixels[5, 5], pixels[6, 6] = 65535, np.nan
    frame = Frame(raw.tag, raw.name, raw.header, pixels)
    image = calibrate(frame, ccd.instrument, bias=bias, flat=flat, noise=noise(ccd))
    assert image.mask[5, 5] == Flag.SATURATED
    assert image.mask[6, 6] == Flag.NO_DATA
    assert image.mask[7, 7] == Flag.BAD
    assert image.mask[9, 9] == Flag.NO_DATA
    assert np.count_nonzero(image.mask) == 4
    assert np.isfinite(image.data).all()
    assert np.isfinite(image.variance).all()
    assert image.variance[6, 6] == 0


@pytest.mark.parametrize("binning", [1, 4])
def test_a_master_of_another_binning_is_refused(ccd, binning) -> None:
    bias = image_frame(ccd, ccd.level, **{"ESO DET WIN1 BINX": binning})
    with pytest.raises(DataError, match=r"MASTER_BIAS\.fits") as caught:
        calibrate(ccd.frame("SCIENCE", 10.0), ccd.instrument, bias=bias, flat=None, noise=noise(ccd))
    assert (caught.value.where, caught.value.keyword) == ("SCIENCE.1", "ESO DET WIN1 BINX")


def test_a_master_of_another_size_is_refused(ccd, ccd_class) -> None:
    bias = image_frame(ccd_class(ny=100), 300.0)
    with pytest.raises(DataError, match="256x100") as caught:
        calibrate(ccd.frame("SCIENCE", 10.0), ccd.instrument, bias=bias, flat=None, noise=noise(ccd))
    assert "NAXIS" in caught.value.keyword


def test_the_level_of_a_faint_frame_follows_its_dark_columns(ccd) -> None:
    bias = image_frame(ccd, ccd.level, **{"ESO QC DARK_LEVEL_ADU": ccd.level})
    faint = ccd.frame("SCIENCE", 20.0, drift=-7.0)
    image = calibrate(faint, ccd.instrument, bias=bias, flat=None, noise=noise(ccd))
    assert np.mean(image.data) == pytest.approx(20.0, abs=4 * ccd.gain * ccd.ron_adu / np.sqrt(6 * ccd.ny))
    bright = ccd.frame("SCIENCE", 20000.0, drift=-7.0)  # the trail of its light is not to be trusted
    image = calibrate(bright, ccd.instrument, bias=bias, flat=None, noise=noise(ccd))
    assert np.mean(image.data) == pytest.approx(20000.0 - 7 * ccd.gain, abs=3.0)


def test_without_bias_the_frame_s_own_dark_level_is_taken(ccd) -> None:
    image = calibrate(ccd.frame("SCIENCE", 50.0), ccd.instrument, bias=None, flat=None, noise=noise(ccd))
    assert np.mean(image.data) == pytest.approx(50.0, abs=1.5)


def test_a_product_is_no_raw_frame(ccd) -> None:
    with pytest.raises(DataError, match="not a raw frame"):
        raw_light(image_frame(ccd, 1.0), ccd.instrument)


def test_expected_signal_keeps_stars_and_smooths_noise() -> None:
    rng = np.random.default_rng(1)
    data = rng.normal(20, 9, (60, 60)).astype(np.float32)
    data[30, 30] = 5000
    expected = expected_signal(data, np.ones(data.shape, bool), 8.0)
    assert expected[30, 30] == 5000
    assert np.std(expected[:20]) < 2.5
    hidden = np.ones(data.shape, bool)
    hidden[30, 30] = False
    assert expected_signal(data, hidden, 8.0)[30, 31] < 60  # a masked star does not leak into its neighbours


def test_a_lost_packet_of_zeros_is_no_data(ccd) -> None:
    raw = ccd.frame("SCIENCE", 100.0)
    pixels = raw.content.copy()
    pixels[40:60] = 0
    bias = image_frame(ccd, ccd.level)
    frame = Frame(raw.tag, raw.name, raw.header, pixels)
    image = calibrate(frame, ccd.instrument, bias=bias, flat=None, noise=noise(ccd))
    lost = (image.mask & np.uint8(Flag.NO_DATA)) != 0
    assert lost.all(axis=1).sum() == lost.any(axis=1).sum() == 20
    assert not image.data[lost].any()


def test_a_frame_below_its_bias_is_refused(ccd) -> None:
    raw = ccd.frame("SCIENCE", 2000.0)
    frame = Frame(raw.tag, raw.name, raw.header, (2 * ccd.level - raw.content).astype(np.float32))
    with pytest.raises(DataError, match="below the bias") as caught:
        calibrate(frame, ccd.instrument, bias=image_frame(ccd, ccd.level), flat=None, noise=noise(ccd))
    assert (caught.value.where, "MASTER_BIAS" in caught.value.hint) == (raw.name, True)
