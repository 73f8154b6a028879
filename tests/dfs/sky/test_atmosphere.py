"""Extinction curves: shape, physics, and the names of sites."""

import numpy as np
import pytest

from dfs.errors import NotFoundError
from dfs.sky import extinction_curve, sites


@pytest.mark.parametrize("site", ["lasilla", "paranal"])
def test_curve_falls_from_blue_to_red_and_names_its_source(site: str) -> None:
    curve = extinction_curve(site)
    assert np.all(np.diff(curve.wavelength_nm) > 0)
    assert curve.magnitude(350.0) > curve.magnitude(450.0) > curve.magnitude(800.0) > 0
    assert "19" in curve.source or "20" in curve.source


def test_magnitudes_are_those_of_a_clear_high_site() -> None:
    # Rayleigh scattering alone at 2400 m is 0.24 mag at 400 nm (Hansen & Travis 1974); aerosols add some 0.05.
    for site in ("lasilla", "paranal"):
        assert extinction_curve(site).magnitude(400.0) == pytest.approx(0.31, abs=0.04)


def test_transmission_follows_the_air_mass() -> None:
    curve = extinction_curve("lasilla")
    one, two = curve.transmission([400.0, 500.0], 1.0), curve.transmission([400.0, 500.0], 2.0)
    np.testing.assert_allclose(two, one**2)
    assert one[0] == pytest.approx(10 ** (-0.4 * 0.30))


def test_outermost_node_holds_outside() -> None:
    curve = extinction_curve("paranal")
    low, high = curve.covered_nm
    assert curve.magnitude(low - 50) == curve.magnitude(low)
    assert curve.magnitude(high + 50) == curve.magnitude(high)


def test_unknown_site_lists_the_known() -> None:
    assert sites() == ("lasilla", "paranal")
    with pytest.raises(NotFoundError) as caught:
        extinction_curve("armazones")
    assert "lasilla" in caught.value.accepted
