"""Quality values: nights, rows as the contract has them, filters, the trend figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs import instruments
from dfs.errors import ConflictError, DataError, NotFoundError
from dfs.model import QcValue
from dfs.observatory import Observatory
from dfs.qc import QcRow, quality_rows
from dfs.qc.night import night_of

MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)


def mjd(iso: str) -> float:
    return (datetime.fromisoformat(iso).replace(tzinfo=UTC) - MJD_ZERO) / timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "night"),
    [
        ("2022-01-26T19:02:38.210", "2022-01-26"),  # bias of the afternoon
        ("2022-01-27T04:46:29.093", "2022-01-26"),  # science after midnight UT
        ("2022-01-27T11:30:00", "2022-01-26"),  # bias of the morning
        ("2022-01-27T16:42:00", "2022-01-26"),  # local noon at La Silla is 16:42:56
        ("2022-01-27T16:44:00", "2022-01-27"),
        ("2022-01-01T03:00:00", "2021-12-31"),
    ],
)
def test_a_night_is_the_date_of_the_local_noon_before(start: str, night: str) -> None:
    assert night_of({"MJD-OBS": mjd(start), "ESO TEL GEOLON": -70.7345}, "lasilla") == night
    assert night_of({"MJD-OBS": mjd(start)}, "lasilla") == night


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), st.floats(-180, 180))  # noqa: DTZ001
def test_the_night_agrees_with_a_count_by_the_calendar(start: datetime, longitude: float) -> None:
    local = start + timedelta(hours=longitude / 15)
    expected = (local - timedelta(days=1) if local.hour < 12 else local).date().isoformat()
    noon = abs((local - timedelta(hours=12)).hour * 3600 + local.minute * 60 + local.second)
    if 0.01 < noon % 86400 < 86399.99:  # the rounding of MJD-OBS decides at noon itself
        header = {"MJD-OBS": mjd(start.isoformat()), "ESO TEL GEOLON": longitude}
        assert night_of(header, "nowhere") == expected


@pytest.mark.parametrize("header", [{}, {"MJD-OBS": "yesterday"}, {"MJD-OBS": True}])
def test_a_frame_without_time_has_no_night(header: dict[str, object]) -> None:
    with pytest.raises(DataError) as caught:
        night_of(header, "lasilla", "some.fits")
    assert caught.value.keyword == "MJD-OBS"
    assert "some.fits" in caught.value.line()


@pytest.fixture
def observatory(tmp_path: Path) -> Iterator[Observatory]:
    with Observatory.open(tmp_path / "observatory") as opened:
        yield opened


def product(observatory: Observatory, folder: Path, number: int) -> str:
    path = folder / f"{number}.html"
    path.write_text(str(number))
    first_raw = f"EFOSC.2022-01-26T12:00:00.{number:03d}"
    return observatory.archive.ingest(path, kind="report", category="REPORT", first_raw=first_raw).dp_id


HEADER = {"MJD-OBS": mjd("2022-01-26T19:02:38.210"), "ESO DET CHIP1 ID": "ccd40", "ESO TEL GEOLON": -70.7345}
VALUES = [
    QcValue("ron_e", 11.5, 0.2, "electron", "sd of the difference / sqrt 2", "ESO DET OUT1 RON", 7.8),
    QcValue("gain_e_per_adu", float("nan"), None, "electron / adu", "photon transfer", "ESO DET OUT1 CONAD", 1.1),
]


def record(observatory: Observatory, dp_id: str, values: list[QcValue] = VALUES, **setup: str) -> list[QcRow]:
    efosc2 = instruments.load("EFOSC2")
    rows = quality_rows(values, product_dp_id=dp_id, instrument=efosc2, header=HEADER, setup=setup)
    observatory.qc.record(rows)
    return rows


def test_rows_come_back_as_recorded_with_the_keys_of_the_contract(observatory: Observatory, tmp_path: Path) -> None:
    name = product(observatory, tmp_path, 1)
    rows = record(observatory, name, binning="2x2")
    assert observatory.qc.rows() == sorted(rows, key=lambda row: row.parameter)
    (row,) = observatory.qc.rows(parameter="ron_e", instrument="efosc2", night="2022-01-26", setup={"binning": "2x2"})
    assert asdict(row) == {
        "instrument": "EFOSC2",
        "night": "2022-01-26",
        "mjd_obs": pytest.approx(59605.793498, abs=1e-6),
        "setup": {"binning": "2x2"},
        "detector": "ccd40",
        "parameter": "ron_e",
        "value": 11.5,
        "error": 0.2,
        "unit": "electron",
        "estimator": "sd of the difference / sqrt 2",
        "header_keyword": "ESO DET OUT1 RON",
        "header_value": 7.8,
        "score": None,
        "product_dp_id": name,
    }
    (unmeasured,) = observatory.qc.rows(parameter="gain_e_per_adu")
    assert (unmeasured.value, unmeasured.header_value) == (None, 1.1), "never NaN"


def test_filters_leave_out_what_does_not_fit(observatory: Observatory, tmp_path: Path) -> None:
    record(observatory, product(observatory, tmp_path, 1), binning="2x2")
    for wanted in ({"instrument": "FORS2"}, {"parameter": "x"}, {"night": "2022-01-27"}, {"setup": {"binning": "1x1"}}):
        assert observatory.qc.rows(**wanted) == []


def test_recording_again_replaces(observatory: Observatory, tmp_path: Path) -> None:
    name = product(observatory, tmp_path, 1)
    record(observatory, name)
    record(observatory, name, [QcValue("ron_e", 12.0)])
    assert [(row.parameter, row.value) for row in observatory.qc.rows()] == [("gain_e_per_adu", None), ("ron_e", 12.0)]


def test_a_value_belongs_to_an_archived_product(observatory: Observatory) -> None:
    with pytest.raises(ConflictError):
        record(observatory, "EFOSC.1999-01-01T00:00:00.000_MASTER_BIAS_v1")
    assert observatory.qc.rows() == []


def test_rows_join_a_larger_transaction(observatory: Observatory, tmp_path: Path) -> None:
    name = product(observatory, tmp_path, 1)
    efosc2 = instruments.load("EFOSC2")
    rows = quality_rows(VALUES, product_dp_id=name, instrument=efosc2, header=HEADER, setup={})

    def fail() -> None:
        with observatory.database.write() as connection:
            observatory.qc.record(rows, connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert observatory.qc.rows() == []


def test_the_figure_has_one_series_for_each_setup(observatory: Observatory, tmp_path: Path) -> None:
    for number, slit in enumerate(("slit#1.0", "slit#1.5", "slit#1.0")):
        record(observatory, product(observatory, tmp_path, number), grism="Gr#3", slit=slit)
    plot = observatory.qc.figure("ron_e")
    labels = [item.label.value for item in plot.legend[0].items]
    assert labels == ["slit#1.0", "slit#1.5", "header says 7.8"], "what differs, and the claim"
    assert plot.yaxis[0].axis_label == "ron_e (electron)"
    with pytest.raises(NotFoundError, match="zeropoint") as caught:
        observatory.qc.figure("zeropoint_mag")
    assert "ron_e" in caught.value.line()
    with pytest.raises(NotFoundError):
        observatory.qc.figure("gain_e_per_adu")  # never measured
