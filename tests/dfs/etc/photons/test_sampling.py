"""From fine bins to pixels: no photon is lost, lines are as wide as the resolution says."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.etc.photons.sampling import sampling_of
from dfs.instruments.optics import Choice, light_path

SLITS = [0.28, 1.0, 2.5]


@pytest.mark.parametrize("slit", SLITS)
def test_an_even_spectrum_stays_even(slit: float) -> None:
    sampling = sampling_of(light_path(Choice("FORS2", "lss", disperser="300V", slit_arcsec=slit)))
    np.testing.assert_allclose(sampling.on_pixels(np.ones(sampling.centres_nm.size)), 1.0, rtol=1e-12)


@pytest.mark.parametrize("slit", SLITS)
@pytest.mark.parametrize("grism", ["300V", "1200R", "150I"])
def test_a_line_keeps_its_light_place_and_width(slit: float, grism: str) -> None:
    light = light_path(Choice("FORS2", "lss", disperser=grism, slit_arcsec=slit))
    sampling = sampling_of(light)
    fine = np.zeros(sampling.centres_nm.size)
    bin_ = int(np.searchsorted(sampling.edges_nm, np.median(light.vacuum_nm)))
    fine[bin_] = 1.0 / (sampling.edges_nm[bin_ + 1] - sampling.edges_nm[bin_])
    seen = sampling.on_pixels(fine) * light.width_nm
    assert seen.sum() == pytest.approx(1.0, rel=2e-3)
    centre = float(np.sum(seen * light.vacuum_nm) / seen.sum())
    assert centre == pytest.approx(sampling.centres_nm[bin_], abs=0.02 * light.width_nm[0])
    above = light.vacuum_nm[seen > 0.5 * seen.max()]
    width = float(np.ptp(above)) + float(light.width_nm[0])
    resolution = float(np.interp(centre, light.vacuum_nm, light.resolution_fwhm_nm))
    assert width == pytest.approx(resolution, abs=1.6 * light.width_nm[0])


def test_bins_are_fine_and_follow_each_other() -> None:
    light = light_path(Choice("FORS2", "lss", disperser="150I"))
    sampling = sampling_of(light)
    width = np.diff(sampling.edges_nm)
    assert width.min() > 0.0
    assert width.max() < 0.12
    assert sampling.edges_nm[0] < light.vacuum_nm[0] - light.width_nm[0] / 2
    assert sampling.edges_nm[-1] > light.vacuum_nm[-1] + light.width_nm[-1] / 2


def test_an_image_adds_up_what_is_in_its_band() -> None:
    light = light_path(Choice("FORS2", "img", "v_HIGH"))
    sampling = sampling_of(light)
    line = np.zeros(sampling.centres_nm.size)
    place = int(np.searchsorted(sampling.centres_nm, 557.9))
    line[place] = 1.0
    seen = float(np.sum(sampling.on_pixels(line) * light.width_nm))
    assert seen == pytest.approx(np.diff(sampling.edges_nm)[place], rel=0.02)
