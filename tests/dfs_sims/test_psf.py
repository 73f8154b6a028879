"""Against brute force on a fine grid."""

from __future__ import annotations

import numpy as np
import pytest

from dfs_sims.psf import moffat_radius, slit_image


@pytest.mark.parametrize(("width", "centring"), [(4.98, 0.0), (4.98, 0.7), (20.8, 1.5)])
def test_slit_passes_what_a_grid_sum_says(width: float, centring: float) -> None:
    alpha, beta, step = moffat_radius(4.5, 4.5), 4.5, 0.05
    axis = np.arange(-60 + step / 2, 60, step)
    density = (beta - 1) / (np.pi * alpha**2) * (1 + (axis[:, None] ** 2 + axis**2) / alpha**2) ** -beta * step**2
    inside = np.abs(axis + centring) < width / 2  # axis 1 lies across the slit, whose middle is at -centring
    image = slit_image(4.5, beta, width, centring)
    assert image.transmission == pytest.approx(density[:, inside].sum(), abs=3e-3)
    assert image.across.sum() / 16 == pytest.approx(image.transmission, abs=1e-3)
    along = density[:, inside].sum(axis=1)
    pixel = along[np.abs(axis - 2.0) < 0.5].sum() / along.sum()
    sampled = np.interp(2.0, image.offset_px, image.along)
    assert sampled == pytest.approx(pixel, rel=5e-3)
    assert image.along[::16].sum() == pytest.approx(1.0, abs=1e-4)


def test_half_width_is_half_the_fwhm() -> None:
    alpha = moffat_radius(5.0, 2.5)
    assert (1 + (2.5 / alpha) ** 2) ** -2.5 == pytest.approx(0.5)
