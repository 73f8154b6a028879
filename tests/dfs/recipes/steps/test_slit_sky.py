"""The sky of drawn slits: tilted lines are met without resampling, and its error is what it says."""

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.recipes.steps.slit_sky import fit_slit_sky, middle_row_pixel


def fit(scene, image, left_out, **choices):
    u = middle_row_pixel(scene.solution().wavelength_map())
    use = np.ones(image.shape, dtype=bool)
    use[left_out] = False
    return fit_slit_sky(image.data, image.variance, use, u, **choices)


def test_middle_row_pixel_is_the_pixel_itself_in_the_middle_row(scene) -> None:
    u = middle_row_pixel(scene.solution().wavelength_map())
    np.testing.assert_allclose(u[scene.ny // 2], np.arange(scene.nx), atol=1e-9)
    # A line is bowed by 3 px and tilted: the same u lies at other x in other rows.
    assert np.abs(u[0] - u[scene.ny // 2]).max() > 1.0


def test_lines_leave_nothing_but_noise(scene_class) -> None:
    scene = scene_class(star_e=0.0)
    image = scene.draw(seed=2)
    sky = fit(scene, image, slice(60, 81))
    score = (image.data - scene.sky()) / np.sqrt(image.variance)
    own = (image.data - sky.model) / np.sqrt(image.variance)
    assert sky.reduced_chi2 == pytest.approx(1.0, abs=0.03)
    # Where the strong line stands the residuals are as quiet as with the true sky.
    line = slice(int(0.62 * scene.nx) - 6, int(0.62 * scene.nx) + 7)
    assert own[60:81, line].std() == pytest.approx(score[60:81, line].std(), rel=0.1)


def test_error_of_the_sky_under_an_aperture_is_honest(scene_class) -> None:
    scene = scene_class(star_e=0.0, ny=60, nx=200)
    weights = np.zeros((scene.ny, scene.nx))
    weights[25:36] = 1.0
    scores = []
    for seed in range(30):
        sky = fit(scene, scene.draw(seed), slice(22, 39))
        error = np.sum(weights * (sky.model - scene.sky()), axis=0)
        scores.append((error / np.sqrt(sky.aperture_variance(weights)))[2:-2])
    # Neighbouring columns share their error over about two pixels: some 3000 independent values.
    assert np.sqrt(np.mean(np.square(scores))) == pytest.approx(1.0, abs=0.06)


def test_aperture_variance_is_the_quadratic_form(scene_class) -> None:
    """Independent oracle: the covariance from a dense least-squares problem."""
    from scipy.interpolate import BSpline

    scene = scene_class(ny=14, nx=12, star_e=0.0)
    image = scene.draw()
    sky = fit(scene, image, slice(6, 8), degree=1, rounds=1)
    u = middle_row_pixel(scene.solution().wavelength_map())
    first = u.min()
    count = int(np.ceil(u.max() - first)) + 4
    knots = first + np.arange(-3, count + 1)
    splines = BSpline.design_matrix(u.ravel(), knots, 3).toarray()
    y = np.repeat(np.linspace(-1, 1, scene.ny), scene.nx)
    design = np.stack([splines, splines * y[:, None]], axis=2).reshape(len(y), -1)
    use = np.ones(image.shape, dtype=bool)
    use[6:8] = False
    flat = use.ravel()
    normal = (design[flat] / image.variance.ravel()[flat, None]).T @ design[flat]
    covariance = np.linalg.pinv(normal, rcond=1e-10)
    weights = np.zeros(image.shape)
    weights[5:9] = [[0.5], [1.0], [1.0], [0.25]]
    for column in (4, 7):
        a = (weights[:, column : column + 1] * design.reshape(*image.shape, -1)[:, column]).sum(axis=0)
        assert sky.aperture_variance(weights)[column] == pytest.approx(a @ covariance @ a, rel=1e-3)


def test_outliers_are_thrown_out(scene_class) -> None:
    scene = scene_class(star_e=0.0, ny=60, nx=150)
    image = scene.draw()
    clean = fit(scene, image, slice(28, 33)).model
    image.data[10, ::7] += 5000.0
    hit = fit(scene, image, slice(28, 33))
    assert np.all(hit.rejected[10, ::7])
    assert np.max(np.abs(hit.model - clean)) < 5.0


def test_too_little_sky_is_refused(scene) -> None:
    image = scene.draw()
    use = np.zeros(image.shape, dtype=bool)
    use[:5] = True
    with pytest.raises(DataError, match="pixels of sky") as caught:
        fit_slit_sky(
            image.data, image.variance, use, middle_row_pixel(scene.solution().wavelength_map()), where="f.fits"
        )
    assert caught.value.where == "f.fits"
