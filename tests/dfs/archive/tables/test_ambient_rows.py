"""The air above the sites, as headers have it."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from astropy.coordinates import AltAz, EarthLocation, get_sun
from astropy.time import Time
from sqlalchemy import Connection

from dfs.archive.tables import ambient
from dfs.archive.tables.site import sun_altitude

from .conftest import truth_of

FRAME = {"TELESCOP": "ESO-VLT-U1", "MJD-OBS": 53838.25, "EXPTIME": 864.0}


def rows(*headers: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for name, batch in ambient.rows(cast("Connection", None), truth_of(*headers)):
        found.setdefault(name, []).extend(batch.to_pylist())
    return found


def test_seeing_has_a_row_at_the_start_and_one_at_the_end() -> None:
    found = rows({**FRAME, "ESO TEL AMBI FWHM START": 0.8, "ESO TEL AMBI FWHM END": 1.1, "ESO TEL AIRM START": 1.2})
    first, last = found["asm.dimm_paranal"]
    assert (first["fwhm"], first["airmass"], first["start_date"]) == (0.8, 1.2, "2006-04-13T06:00:00.000Z")
    assert (last["fwhm"], last["midpoint_date"]) == (1.1, "2006-04-13T06:14:24.000Z")
    assert first["dp_id"] == first["_file"] == "TEST.0000"
    assert found.keys() == {"asm.dimm_paranal"}


@pytest.mark.parametrize(("telescope", "table"), [
    ("ESO-VLT-U4", "asm.dimm_paranal"),
    ("ESO-VISTA", "asm.dimm_paranal"),
    ("ESO-NTT", "asm.ambient_lasilla"),
    ("MPI-2.2", "asm.ambient_lasilla"),
    ("KECK", None),
])  # fmt: skip
def test_the_telescope_tells_the_site(telescope: str, table: str | None) -> None:
    found = rows({**FRAME, "TELESCOP": telescope, "ESO TEL AMBI FWHM START": 0.8})
    assert set(found) == ({table} if table else set())


def test_what_was_not_measured_has_no_row() -> None:
    found = rows(
        {**FRAME, "ESO TEL AMBI FWHM START": -1.0, "ESO TEL AIRM START": 1.0},
        {**FRAME, "MJD-OBS": "never", "ESO TEL AMBI FWHM START": 0.8},
        {**FRAME, "ESO TEL AMBI TEMP": 12.0, "ESO TEL AMBI RHUM": 400.0},
    )
    assert found.keys() == {"asm.meteo_paranal"}
    assert {row["dp_id"] for row in found["asm.meteo_paranal"]} == {"TEST.0002"}
    assert {row["rhum_2m"] for row in found["asm.meteo_paranal"]} == {None}


def test_the_suns_altitude_is_astropys() -> None:
    times = np.linspace(55000.0, 60000.0, 41)
    place = EarthLocation.from_geodetic(-70.7345, -29.2584)
    truth = (
        get_sun(Time(times, format="mjd"))
        .transform_to(AltAz(obstime=Time(times, format="mjd"), location=place))
        .alt.deg
    )
    assert np.abs(sun_altitude(times, np.array(-29.2584), np.array(-70.7345)) - truth).max() < 0.1
