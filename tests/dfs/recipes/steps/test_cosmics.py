"""Cosmic rays on drawn slits."""

import numpy as np

from dfs.recipes.steps.cosmics import cosmic_rays


def test_hits_are_found_and_lines_and_star_spared(scene) -> None:
    image = scene.draw(seed=6)
    data = image.data.astype(float)
    rng = np.random.default_rng(7)
    y, x = rng.integers(5, scene.ny - 5, 60), rng.integers(5, scene.nx - 5, 60)
    data[y, x] += rng.uniform(800, 8000, 60)
    y, x = np.append(y, [0, 20, 40, scene.ny - 1]), np.append(x, [50, 0, scene.nx - 1, 90])  # at the edges too
    data[y[-4:], x[-4:]] += 3000.0
    model = scene.sky() + scene.star()
    bad = np.zeros(data.shape, dtype=bool)
    hits = cosmic_rays(data, model, image.variance.astype(float), bad, scene.ron_e)
    assert hits[y, x].mean() > 0.95
    assert hits[y[-4:], x[-4:]].all()
    clean = cosmic_rays(image.data.astype(float), model, image.variance.astype(float), bad, scene.ron_e)
    assert clean.mean() < 2e-4
