"""An embedded observatory with a FORS2 run, real packages and rules, and its PI's `Phase2`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dfs.observatory import Observatory
from dfs.phase2.client import Phase2


class Standing:
    """A clock that stands."""

    def now(self):
        return datetime(2022, 11, 15, 18, tzinfo=UTC)


@pytest.fixture
def observatory(tmp_path):
    with Observatory.open(tmp_path / "obs", clock=Standing()) as found:
        yield found


@pytest.fixture
def phase2(observatory):
    client = Phase2(observatory.phase2_desk)
    client.add_run(
        "110.23XY.001",
        "FORS2",
        title="Barred spirals",
        period=110,
        allocatedTime=36_000,
        pi={"firstName": "Ada", "lastName": "Byron", "emailAddress": "ada@example.org"},
        observingConstraints={"fli": "g", "seeing": 0.8},
        targets=[{"name": "Field A", "ra": "03:32:28.000", "dec": "-27:48:30.000"}],
    )
    client.add_run("110.23XY.002", "HAWKI", period=110)
    return client


@pytest.fixture
def run(phase2):
    return phase2.run("110.23XY.001")


@pytest.fixture
def ob(run):
    made = (
        run.folder("deep field")
        .create_ob("NGC 1365 300V")
        .target("NGC 1365")
        .constraints(airmass=1.6, seeing=0.9, fli=0.4)
    )
    made.acquire("FORS2_lss_acq_slit", slit=1.0, exposure=10)
    return made.observe("FORS2_lss_obs_off_fast", exposure=1200, count=2, grism="300V")
