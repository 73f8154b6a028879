"""Sources along drawn slits."""

import numpy as np
import pytest

from dfs.recipes.steps.slit_sources import find_sources, occupied_rows, slit_profile


def drawn(scene, seed=3):
    image = scene.draw(seed)
    return image.data - scene.sky(), image


def test_star_is_found_where_it_was_drawn(scene) -> None:
    data, image = drawn(scene)
    (star,) = find_sources(slit_profile(data, image.good()), (0, scene.ny))
    assert star.position == pytest.approx(np.mean(scene.trace()), abs=0.5)
    assert not star.is_defect
    assert star.first < star.position < star.last


def test_faint_star_is_found_and_plain_sky_holds_none(scene_class) -> None:
    faint = scene_class(star_e=40.0, bend=0.0)
    data, image = drawn(faint)
    (star,) = find_sources(slit_profile(data, image.good()), (0, faint.ny))
    assert star.position == pytest.approx(70.3, abs=1.0)
    for seed in range(5):
        data, image = drawn(scene_class(star_e=0.0), seed)
        assert find_sources(slit_profile(data, image.good()), (0, 140)) == ()


def test_cosmic_rays_do_not_make_sources(scene_class) -> None:
    scene = scene_class(star_e=0.0)
    data, image = drawn(scene)
    rng = np.random.default_rng(8)
    data[rng.integers(0, scene.ny, 300), rng.integers(0, scene.nx, 300)] += 20000.0
    assert find_sources(slit_profile(data, image.good()), (0, scene.ny)) == ()


def test_hot_row_is_a_defect(scene_class) -> None:
    scene = scene_class(star_e=0.0)
    data, image = drawn(scene)
    data[40] += 60.0
    (defect,) = find_sources(slit_profile(data, image.good()), (0, scene.ny))
    assert defect.is_defect
    assert defect.position == pytest.approx(40, abs=0.5)
    assert occupied_rows((defect,), scene.ny, 10.0).sum() < occupied_rows((), scene.ny, 10.0).size


def test_dark_row_is_a_defect_too(scene) -> None:
    data, image = drawn(scene)
    data[20:22] -= 60.0
    star, defect = find_sources(slit_profile(data, image.good()), (0, scene.ny))
    assert not star.is_defect
    assert defect.is_defect
    assert 17 <= defect.first <= 20
    assert 21 <= defect.last <= 24
    assert occupied_rows((defect,), scene.ny, 10.0)[20:22].all()


def test_two_stars_come_brightest_first(scene_class) -> None:
    one, two = scene_class(star_row=40.0, star_e=300.0), scene_class(star_row=100.0, star_e=900.0)
    image = one.draw()
    data = image.data - one.sky() + two.star()
    found = find_sources(slit_profile(data, image.good()), (0, one.ny))
    assert [round(star.position / 10) for star in found] == [10, 4]
    rows = occupied_rows(found, one.ny, 3.0)
    assert rows[[40, 100]].all()
    assert not rows[70]


def test_row_without_good_pixels_is_left_out(scene) -> None:
    data, image = drawn(scene)
    good = image.good()
    good[5] = False
    profile = slit_profile(data, good)
    assert np.isnan(profile[5])
    assert np.isfinite(profile[6])
    assert len(find_sources(profile, (0, scene.ny))) == 1
