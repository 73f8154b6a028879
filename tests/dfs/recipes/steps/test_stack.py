"""The clipped mean against numpy, astropy and what was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.stats import sigma_clip

from dfs.errors import Cancelled
from dfs.progress import Recorder, Silent
from dfs.recipes.steps import stack
from dfs.recipes.steps.stack import Clip, combine, median_stack


def noise(n: int, shape=(37, 53), seed: int = 1, sigma: float = 5.0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(200, sigma, shape) for _ in range(n)]


def with_hits(frames: list[np.ndarray], count: int = 40) -> list[np.ndarray]:
    rng = np.random.default_rng(9)
    for frame in frames:
        frame.ravel()[rng.integers(0, frame.size, count)] += rng.uniform(100, 5000, count)
    return frames


@pytest.fixture(params=[2_000, 10_000_000])
def bands(request, monkeypatch) -> None:
    """Many bands, and one."""
    monkeypatch.setattr(stack, "BAND_BYTES", request.param)


@pytest.mark.usefixtures("bands")
@pytest.mark.parametrize("n", [1, 2, 3, 10, 30])
def test_without_clip_it_is_numpys_mean_and_variance(n: int) -> None:
    frames = noise(n)
    result = combine(frames)
    np.testing.assert_allclose(result.mean, np.mean(frames, axis=0), rtol=1e-6)
    if n > 1:
        np.testing.assert_allclose(result.variance, np.var(frames, axis=0, ddof=1) / n, rtol=2e-4, atol=1e-4)
    else:
        assert np.isnan(result.variance).all()
    assert (result.count == n).all()
    assert result.rejected == (0,) * n


@pytest.mark.usefixtures("bands")
@pytest.mark.parametrize("centre", ["mean", "median"])
@pytest.mark.parametrize("iterations", [1, 5])
def test_std_clip_is_astropys(centre, iterations) -> None:
    frames = with_hits(noise(10))
    result = combine(frames, clip=Clip(2.2, iterations, centre, "std"))
    oracle = sigma_clip(
        np.array(frames, dtype=np.float32).astype(float),
        sigma=2.2,
        maxiters=iterations,
        cenfunc=centre,
        stdfunc="std",
        axis=0,
        masked=True,
    )
    assert oracle.mask.sum() > 300
    np.testing.assert_array_equal(result.count, oracle.count(axis=0))
    np.testing.assert_allclose(result.mean, oracle.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(result.variance, oracle.var(axis=0, ddof=1) / oracle.count(axis=0), rtol=2e-4)
    assert sum(result.rejected) == oracle.mask.sum()


@pytest.mark.usefixtures("bands")
def test_noise_clip_takes_out_cosmic_rays_even_of_three_frames() -> None:
    clean = noise(3)
    frames = [frame.copy() for frame in clean]
    frames[1][4, 7] += 60.0  # 12 sigma: the standard deviation of three values never finds it
    result = combine(frames, clip=Clip(5.0, ron_adu=5.0))
    assert result.rejected == (0, 1, 0)
    assert result.count[4, 7] == 2
    np.testing.assert_allclose(result.mean[4, 7], (clean[0][4, 7] + clean[2][4, 7]) / 2, rtol=1e-6)
    np.testing.assert_allclose(
        np.delete(result.mean.ravel(), 4 * 53 + 7), np.delete(np.mean(clean, 0).ravel(), 4 * 53 + 7), rtol=1e-6
    )


def test_noise_clip_equals_its_definition() -> None:
    """A slow loop written from the module's description."""
    rng = np.random.default_rng(4)
    scales = [1.0, 1.3, 0.8, 1.1, 0.9]
    frames = [rng.normal(500 / scale, 15, (9, 11)) for scale in scales]
    for frame in frames:
        frame.ravel()[rng.integers(0, 99, 12)] += rng.uniform(20, 300, 12)
    frames[2][3, 3] = np.nan
    clip = Clip(3.0, 5, "median", "noise", ron_adu=8.0, gain_e_per_adu=2.0)
    result = combine(frames, clip=clip, scales=scales)
    for y in range(9):
        for x in range(11):
            values = {i: np.float64(np.float32(frames[i][y, x]) * np.float32(scales[i])) for i in range(5)}
            kept = {i: value for i, value in values.items() if np.isfinite(value)}
            for _ in range(5):
                centre = np.median(list(kept.values()))
                sigma = {i: np.sqrt((scales[i] * 8.0) ** 2 + scales[i] * max(centre, 0) / 2.0) for i in kept}
                inside = {i: value for i, value in kept.items() if abs(value - centre) <= 3 * sigma[i]}
                if len(inside) == len(kept) or len(kept) < 2:
                    break
                kept = inside or dict([min(kept.items(), key=lambda item: item[1])])
            assert result.count[y, x] == len(kept)
            assert result.mean[y, x] == pytest.approx(np.mean(list(kept.values())), rel=1e-5)
    assert sum(result.rejected) > 20


def test_of_two_values_that_contradict_the_lower_stays() -> None:
    result = combine([np.full((2, 2), 100.0), np.full((2, 2), 400.0)], clip=Clip(5.0, ron_adu=5.0))
    np.testing.assert_allclose(result.mean, 100.0)
    assert (result.count == 1).all()
    assert np.isnan(result.variance).all()
    assert result.rejected == (0, 4)


def test_nan_is_no_value() -> None:
    frames = noise(4)
    frames[0][0, 0] = np.nan
    for frame in frames:
        frame[1, 1] = np.nan
    result = combine(frames)
    np.testing.assert_allclose(result.mean[0, 0], np.mean([frame[0, 0] for frame in frames[1:]]), rtol=1e-6)
    assert result.count[0, 0] == 3
    assert result.count[1, 1] == 0
    assert np.isnan(result.mean[1, 1])
    assert np.isfinite(np.delete(result.mean.ravel(), 54)).all()


def test_area_offsets_byte_order_and_memory_maps(tmp_path) -> None:
    rng = np.random.default_rng(2)
    frames = [rng.integers(0, 65536, (30, 40)).astype(">u2") for _ in range(3)]
    area = (slice(3, 29), slice(5, 33))
    paths = [tmp_path / f"{i}.bin" for i in range(3)]
    for path, frame in zip(paths, frames, strict=True):
        frame.tofile(path)
    mapped = [np.memmap(path, dtype=">u2", mode="r", shape=(30, 40)) for path in paths]
    result = combine(mapped, area, offsets=[10.0, -5.0, 0.5])
    expected = np.mean(
        [frame[area].astype(float) - o for frame, o in zip(frames, (10.0, -5.0, 0.5), strict=True)], axis=0
    )
    np.testing.assert_allclose(result.mean, expected, atol=0.01)
    np.testing.assert_array_equal(median_stack(mapped, area), np.median([frame[area] for frame in frames], axis=0))


@pytest.mark.usefixtures("bands")
@pytest.mark.parametrize("n", [1, 2, 5, 6, 30])
def test_median_is_numpys(n: int) -> None:
    frames = noise(n)
    np.testing.assert_allclose(median_stack(frames), np.median(frames, axis=0), rtol=1e-6)
    frames[0][2, 3] = np.nan
    np.testing.assert_allclose(median_stack(frames)[4:], np.median(frames, axis=0)[4:], rtol=1e-6)
    if n > 1:
        np.testing.assert_allclose(median_stack(frames)[2, 3], np.median([f[2, 3] for f in frames[1:]]), rtol=1e-6)


def test_the_schedule_of_the_threads_does_not_show(monkeypatch) -> None:
    frames = with_hits(noise(7, (200, 31)))
    clip = Clip(4.0, ron_adu=5.0)
    first = combine(frames, clip=clip)
    for size in (3_000, 50_000):
        monkeypatch.setattr(stack, "BAND_BYTES", size)
        again = combine(frames, clip=clip)
        assert again.rejected == first.rejected
        np.testing.assert_allclose(again.mean, first.mean, rtol=2e-7)
    once, twice = combine(frames, clip=clip), combine(frames, clip=clip)
    assert once.mean.tobytes() == twice.mean.tobytes()
    assert once.variance.tobytes() == twice.variance.tobytes()


def test_progress_and_cancel(monkeypatch) -> None:
    monkeypatch.setattr(stack, "BAND_BYTES", 1000)
    recorder = Recorder()
    combine(noise(3), progress=recorder)
    assert recorder.events[0][0] == "begin"
    assert sum(event[0] == "step" for event in recorder.events) == recorder.events[0][2]
    stopped = Silent()
    stopped.cancel()
    with pytest.raises(Cancelled):
        combine(noise(3), progress=stopped)
