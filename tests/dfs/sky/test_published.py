"""Tables of the sky: each names its source, and its rows are in order."""

import numpy as np
import pytest

from dfs.errors import NotFoundError
from dfs.sky.published import published, published_names

REMEMBERED = {"moon_days"}  # their source says so; shown to the user as assumed


@pytest.mark.parametrize("name", published_names())
def test_every_table_names_its_source(name: str) -> None:
    source = published(name).source
    assert any(char.isdigit() for char in source), "a source has a year"
    assert ("assumed" in source) == (name in REMEMBERED)


@pytest.mark.parametrize("name", published_names())
def test_wavelengths_ascend_and_values_are_numbers(name: str) -> None:
    table = published(name)
    if "wavelength_nm" in table.columns:
        assert np.all(np.diff(table["wavelength_nm"]) >= 0)
    if name != "zodiacal":  # there nan says: too near the Sun
        assert all(np.all(np.isfinite(column)) for column in table.columns.values())


def test_tables_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        published("sun")["irradiance"][0] = 1.0


def test_astropy_reads_them() -> None:
    from importlib import resources

    from astropy.table import Table

    for name in published_names():
        file = resources.files("dfs.sky").joinpath("curves", f"{name}.ecsv")
        table = Table.read(str(file), format="ascii.ecsv")
        assert table.meta["source"] == published(name).source
        assert list(table.columns) == list(published(name).columns)


def test_unknown_table_lists_the_known() -> None:
    with pytest.raises(NotFoundError) as caught:
        published("twilight")
    assert "zodiacal" in caught.value.accepted
