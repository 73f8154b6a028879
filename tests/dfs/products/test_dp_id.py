"""DP IDs: as ESO's archive makes them for raw frames, our own for products."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import DataError
from dfs.products.dp_id import product_dp_id, raw_dp_id, version_of


def test_arcfile_wins_over_the_date() -> None:
    header = {"ARCFILE": "EFOSC.2022-01-27T04:46:29.093.fits", "DATE-OBS": "2022-01-27T04:46:29.092"}
    assert raw_dp_id(header, "EFOSC") == "EFOSC.2022-01-27T04:46:29.093"


@pytest.mark.parametrize("arcfile", [None, "", "r.EFOSC.2022_0000.fits", "../../x.fits", "EFOSC.2022-01-27"])
def test_without_a_usable_arcfile_the_start_names_the_frame(arcfile: str | None) -> None:
    header = {"ARCFILE": arcfile, "DATE-OBS": "2022-01-27T04:46:29.0926", "MJD-OBS": 1.0}
    assert raw_dp_id(header, "EFOSC") == "EFOSC.2022-01-27T04:46:29.093"


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001
def test_a_modified_julian_date_names_the_millisecond(start: datetime) -> None:
    start = start.replace(microsecond=start.microsecond // 1000 * 1000)
    mjd = (start - datetime(1858, 11, 17)) / timedelta(days=1)  # noqa: DTZ001
    assert raw_dp_id({"MJD-OBS": mjd}, "FORS2") == f"FORS2.{start.isoformat(timespec='milliseconds')}"


@pytest.mark.parametrize(
    ("header", "prefix"),
    [
        ({}, "EFOSC"),
        ({"DATE-OBS": "yesterday"}, "EFOSC"),
        ({"MJD-OBS": "x"}, "EFOSC"),
        ({"DATE-OBS": "2022-01-27T04:46:29"}, ""),
    ],
)
def test_a_header_that_does_not_tell_is_refused(header: dict[str, object], prefix: str) -> None:
    with pytest.raises(DataError) as caught:
        raw_dp_id(header, prefix, "some.fits")
    assert "some.fits" in caught.value.line()


def test_products_are_named_by_first_raw_category_and_version() -> None:
    name = product_dp_id("EFOSC.2022-01-26T19:02:38.210", "MASTER_BIAS", 12)
    assert name == "EFOSC.2022-01-26T19:02:38.210_MASTER_BIAS_v12"
    assert version_of(name) == 12
    assert version_of("EFOSC.2022-01-26T19:02:38.210") == 1
    with pytest.raises(DataError):
        product_dp_id("EFOSC.2022-01-26T19:02:38.210", "Master Bias", 1)
