"""A served observatory with runs, for tests that make what they need in it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from ....users.phase2 import World, served


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("p2") / "observatory") as found:
        yield found


@pytest.fixture
def pi(world: World) -> Iterator[httpx.Client]:
    """The PI of most runs."""
    with world.client() as client:
        yield client


@pytest.fixture
def new_ob(world: World, pi: httpx.Client) -> int:
    """A new block in the service run."""
    made = pi.post(f"/containers/{world.root_of('service')}/items", json={"itemType": "OB", "name": "one"})
    return int(made.json()["obId"])
