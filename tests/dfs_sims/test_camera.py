from __future__ import annotations

import warnings

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS, FITSFixedWarning
from numpy.typing import NDArray

from dfs_sims.camera import Source, TangentPlane, field_illumination, image_electrons
from dfs_sims.throughput import zero_point
from dfs_sims.truth import NightTruth


def test_stars_move_with_the_pointing_as_on_the_real_frames() -> None:
    # Run 108.22F6.001: RA 152.565583 -> 152.568360, DEC -1.010586 -> -1.009194; the stars moved by (-41.5, -20.7) +- 0.3 pixels.
    at = (np.array([152.5656]), np.array([-1.0106]))
    before = TangentPlane(152.565583, -1.010586).pixel(*at)
    after = TangentPlane(152.568360, -1.009194).pixel(*at)
    assert after[0][0] - before[0][0] == pytest.approx(-41.5, abs=0.3)
    assert after[1][0] - before[1][0] == pytest.approx(-20.7, abs=0.4)


def test_matrix_is_that_of_the_real_headers() -> None:
    # ADA POSANG 123.845 and -178.312: CD matrices of EG21 and of J063602-311312.
    (cd11, cd12), (cd21, cd22) = TangentPlane(0.0, 0.0, 123.845).cd()
    assert (cd11, cd12, cd21, cd22) == pytest.approx(
        (-3.725364e-05, 5.555439e-05, -5.555439e-05, -3.725364e-05), rel=2e-4
    )
    (cd11, cd12), (cd21, cd22) = TangentPlane(0.0, 0.0, -178.312).cd()
    assert (cd11, cd12, cd21, cd22) == pytest.approx(
        (-6.685986e-05, -1.970339e-06, 1.970339e-06, -6.685986e-05), rel=2e-4
    )


def test_sources_stand_where_the_header_puts_them(night: NightTruth, master_bias: NDArray[np.float64]) -> None:
    image = night.of("image")[1]
    frame = fits.getdata(image.path) - master_bias
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FITSFixedWarning)  # RADECSYS, as the real headers have it
        world = WCS(fits.getheader(image.path))
    found_any = 0
    for source in [one for one in night.sources if not one.size_arcsec][:25]:
        x, y = world.wcs_world2pix(source.ra_deg, source.dec_deg, 0)
        alone = all(
            np.hypot(o.ra_deg - source.ra_deg, o.dec_deg - source.dec_deg) * 3600 > 8
            for o in night.sources
            if o != source
        )
        if not (30 < x < 990 and 30 < y < 980 and alone) or source.g_ab > 20:
            continue
        i, j = round(float(y)), round(float(x))
        stamp = frame[i - 8 : i + 9, j - 8 : j + 9] - np.median(frame[i - 20 : i + 21, j - 20 : j + 21])
        if stamp.max() > 60000:
            continue
        weight = np.clip(stamp - 0.1 * stamp.max(), 0, None)
        rows, columns = np.mgrid[-8:9, -8:9]
        # 0.05 arcsec of pointing error are 0.2 pixels.
        assert (weight * columns).sum() / weight.sum() + j == pytest.approx(float(x), abs=1.0)
        assert (weight * rows).sum() / weight.sum() + i == pytest.approx(float(y), abs=1.0)
        found_any += 1
    assert found_any >= 5


@pytest.mark.parametrize("size", [0.0, 1.5])
def test_all_light_of_a_source_is_drawn(size: float) -> None:
    plane = TangentPlane(150.0, -1.0)
    source = Source("one", 150.0, -1.0, 17.0, size, 0.7 if size else 1.0, 30.0)
    light = image_electrons([source], plane, 0.9, 1.2, "g#782") - image_electrons([], plane, 0.9, 1.2, "g#782")
    expected = 10 ** (-0.4 * (17.0 - zero_point(1.2)))
    # The lit field is within 1 % of even here; the wings of the galaxy's profile reach beyond the stamp.
    assert light.sum() == pytest.approx(expected, rel=0.01 if size == 0 else 0.025)


def test_aperture_photometry_recovers_magnitudes(night: NightTruth, master_bias: NDArray[np.float64]) -> None:
    image = night.of("image")[0]
    # The lamp's and the sky's evenness are not tested here: the drawn unevenness is divided out.
    frame = (fits.getdata(image.path) - master_bias) * night.detector.gain_e_per_adu / field_illumination()
    assert image.pointing_deg is not None
    plane = TangentPlane(*image.pointing_deg)
    rows, columns = np.mgrid[:1030, :1030]
    errors = []
    for source in night.sources:
        if source.size_arcsec or not 15.9 < source.g_ab < 19.5:
            continue
        x, y = (float(one[0]) for one in plane.pixel(np.array([source.ra_deg]), np.array([source.dec_deg])))
        others = [
            plane.pixel(np.array([o.ra_deg]), np.array([o.dec_deg]))
            for o in night.sources
            if o != source and o.g_ab < 21.0
        ]
        if not (60 < x < 960 and 60 < y < 960) or any(np.hypot(a[0] - x, b[0] - y) < 28 for a, b in others):
            continue
        distance = np.hypot(columns - x, rows - y)
        sky = np.median(frame[(distance > 25) & (distance < 35)])
        electrons = (frame[distance < 18] - sky).sum()
        magnitude = -2.5 * np.log10(electrons / image.exposure_s) + (image.zero_point_ab or 0.0)
        errors.append(magnitude - source.g_ab)
    assert len(errors) >= 3
    # Sky noise in so large an aperture is 0.01 mag at g = 19.
    assert np.median(np.abs(errors)) < 0.02
