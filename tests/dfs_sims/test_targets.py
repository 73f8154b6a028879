from __future__ import annotations

import numpy as np
import pytest

from dfs.recipes.steps.standards import find_standard
from dfs_sims.photons import flux_of_ab, photons
from dfs_sims.targets import galaxy, standard, star


def test_the_standard_has_the_flux_the_recipes_expect() -> None:
    table = find_standard(standard().name)
    chosen = (table.wavelength_nm > 335) & (table.wavelength_nm < 640)
    for centre, width, expected in zip(
        table.wavelength_nm[chosen], table.width_nm[chosen], table.flux[chosen], strict=True
    ):
        inside = centre + width * ((np.arange(200) + 0.5) / 200 - 0.5)
        assert standard().flux(inside).mean() == pytest.approx(expected, rel=0.004)
    assert table.distance_arcsec(standard().ra_deg, standard().dec_deg) < 2


def test_the_standard_has_balmer_lines_at_their_laboratory_wavelengths() -> None:
    for line in (486.133, 434.047, 410.174):
        around = np.linspace(line - 1.0, line + 1.0, 401)
        assert around[np.argmin(standard().flux(around))] == pytest.approx(line, abs=0.1)


def test_emission_lines_hold_the_flux_they_claim() -> None:
    target = galaxy()
    wavelength = np.linspace(530.0, 545.0, 30001)
    continuum = flux_of_ab(np.array(18.4), np.array(500.0)) * (wavelength / 500.0) ** -0.6
    above = np.trapezoid(target.flux(wavelength) - continuum, 10 * wavelength)
    claimed = sum(one.flux or 0.0 for one in target.lines if 530 < one.wavelength_nm < 545)
    assert above == pytest.approx(claimed, rel=1e-4)
    # [OIII] 500.824 nm (vacuum) at z = 0.08 is 540.74 nm in air.
    assert max(target.lines, key=lambda one: one.flux or 0.0).wavelength_nm == pytest.approx(540.740, abs=0.005)


def test_the_star_has_its_magnitude_between_the_lines() -> None:
    assert star().flux(np.array([500.0]))[0] == pytest.approx(
        float(flux_of_ab(np.array(18.2), np.array(500.0))), rel=1e-3
    )


def test_photons_of_a_known_source() -> None:
    # AB = 0 at 555.6 nm: 3631 Jy = 3.526e-9 erg/s/cm2/A ... 986 photons s^-1 cm^-2 A^-1.
    flux = flux_of_ab(np.array(0.0), np.array(555.6))
    assert float(flux) == pytest.approx(3.526e-9, rel=2e-3)
    assert float(photons(flux, np.array(555.6))) == pytest.approx(986e5, rel=3e-3)
