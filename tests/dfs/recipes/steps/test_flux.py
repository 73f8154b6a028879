"""From electrons to flux, and responses as tables."""

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.model import Column, Table
from dfs.recipes.steps.flux import ResponseCurve, flux_density, intervals, pixel_edges_nm


def table(response=(2.0, 4.0, 8.0)) -> Table:
    return Table(
        (
            Column("wavelength_nm", np.array([400.0, 500.0, 600.0])),
            Column("response", np.array(response)),
            Column("response_error", 0.01 * np.abs(np.array(response))),
            Column("extrapolated", np.array([True, False, False])),
        )
    )


def test_response_is_interpolated_in_the_logarithm() -> None:
    curve = ResponseCurve.from_table(table())
    value, error, outside = curve.at(np.array([450.0, 550.0, 650.0]))
    np.testing.assert_allclose(value[:2], [2 * np.sqrt(2), 4 * np.sqrt(2)])
    np.testing.assert_allclose(error[:2], 0.01)
    assert np.isnan(value[2])
    assert outside.tolist() == [True, False, True]


@pytest.mark.parametrize("name", ["wavelength_nm", "response", "response_error", "extrapolated"])
def test_missing_columns_are_named(name: str) -> None:
    whole = table()
    cut = Table(tuple(column for column in whole.columns if column.name != name))
    with pytest.raises(DataError, match=name) as caught:
        ResponseCurve.from_table(cut, "response.fits")
    assert caught.value.where == "response.fits"


def test_impossible_response_is_refused() -> None:
    with pytest.raises(DataError, match="positive"):
        ResponseCurve.from_table(table((2.0, 0.0, 8.0)))


def test_flux_density_inverts_the_detection() -> None:
    wavelength, width = np.array([450.0, 500.0]), np.array([0.3, 0.31])
    curve = ResponseCurve.from_table(table((2e15, 4e15, 8e15)))
    flux = np.array([3e-16, 5e-16])
    seen = flux * curve.at(wavelength)[0] * 0.8 * 10 * width * 600.0
    density = flux_density(seen, 0.04 * seen**2, 2 * seen, wavelength, width, 600.0, np.full(2, 0.8), curve)
    np.testing.assert_allclose(density.flux, flux)
    np.testing.assert_allclose(density.error, 0.2 * flux)
    np.testing.assert_allclose(density.background, 2 * flux)


def test_edges_lie_half_a_pixel_out(scene) -> None:
    row = scene.trace()
    edges = pixel_edges_nm(scene.solution(), row)
    assert len(edges) == scene.nx + 1
    middle = scene.solution().wavelength_nm(np.arange(scene.nx), row)
    np.testing.assert_allclose(0.5 * (edges[1:] + edges[:-1]), middle, atol=0.02 * scene.step_nm)


def test_intervals_of_flagged_pixels() -> None:
    edges = np.arange(7.0)
    assert intervals(edges, np.array([1, 1, 0, 0, 1, 0], bool)) == ((0.0, 2.0), (4.0, 5.0))
    assert intervals(edges, np.zeros(6, bool)) == ()
    assert intervals(edges, np.ones(6, bool)) == ((0.0, 6.0),)
