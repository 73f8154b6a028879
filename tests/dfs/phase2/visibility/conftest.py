"""A run of five months at Paranal, and blocks in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from dfs.model.phase2 import Constraints, ObservationBlock, ObservingRun, Target


@pytest.fixture
def run() -> ObservingRun:
    return ObservingRun(
        run_id=1,
        prog_id="118.23XY.001",
        title="Galaxies",
        instrument="FORS2",
        telescope="UT1",
        ip_version="118.0",
        period=118,
        mode="SM",
        container_id=1,
        valid_from=datetime(2026, 11, 1, 16, tzinfo=UTC),
        valid_to=datetime(2027, 4, 1, 16, tzinfo=UTC),
    )


@pytest.fixture
def block() -> Callable[..., ObservationBlock]:
    """A block of 50 minutes on a target: ``block(ra, dec, airmass=..., **other attributes of the block)``."""

    def made(
        ra: str = "03:33:36.4", dec: str = "-36:08:25", *, target: dict | None = None, **given
    ) -> ObservationBlock:
        names = {"airmass", "fli", "moonDistance", "twilight"}
        values = {name: given.pop(name) for name in names & set(given)}
        settings = {"ob_id": 7, "execution_s": 3000.0} | given
        return ObservationBlock(
            run_id=1,
            container_id=1,
            name="galaxy",
            instrument="FORS2",
            ip_version="118.0",
            target=Target("galaxy", ra, dec, **(target or {})),
            constraints=Constraints("set", values),
            **settings,
        )

    return made
