"""An observatory served in process: a proprietary frame, one whose very existence is secret, a public calibration; people."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from dfs.clock import FixedClock
from dfs.observatory import Observatory
from dfs.server.app import make_app

with warnings.catch_warnings():  # it would rather have another client library
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

RUN, SECRET_RUN = "108.22F6.001", "109.2345.001"
SCIENCE, SECRET, BIAS = (f"EFOSC.2022-01-27T04:4{n}:29.093" for n in (6, 7, 8))
UNKNOWN = "EFOSC.2001-01-01T00:00:00.000"


def raw_bytes(dp_id: str, category: str, run: str, *, size: int = 10_000) -> bytes:
    start = dp_id.partition(".")[2]
    minutes = int(start[11:13]) * 60 + int(start[14:16])
    values = {
        "SIMPLE": "T",
        "BITPIX": "8",
        "NAXIS": "1",
        "NAXIS1": str(size),
        "INSTRUME": "'EFOSC   '",
        "OBJECT": "'J0636-3113'",
        "RA": "99.25",
        "DEC": "-31.2",
        "EXPTIME": "300.0",
        "DATE-OBS": f"'{start}'",
        "MJD-OBS": f"{59606 + minutes / 1440:.8f}",
        "ARCFILE": f"'{dp_id}.fits'",
        "ORIGFILE": "'EFOSC_LSS027_0001.fits'",
    }
    eso = {
        "DPR CATG": f"'{category}'",
        "DPR TYPE": "'OBJECT'" if category == "SCIENCE" else "'BIAS'",
        "DPR TECH": "'SPECTRUM'",
        "OBS PROG ID": f"'{run}'",
        "OBS ID": "200388532",
        "OBS NAME": "'a <b> & \"c\"'",
        "TPL ID": "'EFOSC_spec_obs_LSlit'",
        "TEL AIRM START": "1.01",
        "TEL AMBI FWHM START": "0.8",
    }
    cards = [f"{f'{name:<8}= {value:>20}':<80}" for name, value in values.items()]
    cards += [f"{f'HIERARCH ESO {name} = {value} / a comment':<80}" for name, value in eso.items()]
    text = "".join([*cards, f"{'HISTORY of = signs':<80}", f"{'END':<80}"])
    content = bytes(index * 7 % 256 for index in range(size))
    return text.ljust(-(-len(text) // 2880) * 2880).encode() + content.ljust(-(-size // 2880) * 2880, b"\0")


@dataclass
class World:
    """The observatory, and clients that ask as somebody."""

    observatory: Observatory
    client: TestClient
    content: dict[str, bytes]

    def ask(self, address: str, user: str | None = None, method: str = "GET", **options: object) -> httpx.Response:
        headers = dict(options.pop("headers", {}))
        if user is not None:
            headers["Authorization"] = f"Bearer {self.observatory.tokens.issue(user).text}"
        return self.client.request(method, address, headers=headers, follow_redirects=False, **options)


@contextmanager
def _made(folder: Path) -> Iterator[World]:
    clock = FixedClock(datetime(2022, 2, 1, tzinfo=UTC))
    with Observatory.open(folder / "observatory", clock=clock) as observatory:
        observatory.programmes.set(SECRET_RUN, metadata_protected=True)
        content = {}
        for dp_id, category, run in ((SCIENCE, "SCIENCE", RUN), (SECRET, "SCIENCE", SECRET_RUN), (BIAS, "CALIB", RUN)):
            content[dp_id] = raw_bytes(dp_id, category, run)
            path = folder / f"{dp_id}.fits"
            path.write_bytes(content[dp_id])
            assert observatory.archive.ingest(path).dp_id == dp_id
        for name in ("pi", "coi", "other", "night"):
            observatory.accounts.add(name, None, email=f"{name}@example.org")
        observatory.accounts.set_roles("night", ["operator"])
        for name, run in (("pi", RUN), ("coi", RUN), ("other", SECRET_RUN)):
            observatory.relations.relate(name, "coi" if name == "coi" else "pi", run)
        with closing(
            TestClient(make_app(observatory), base_url="http://testserver", raise_server_exceptions=False)
        ) as client:
            yield World(observatory, client, content)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for tests that leave it as it is."""
    with _made(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """A world to break; ``DFS_REPLICAS`` may name a second volume."""
    with _made(tmp_path) as made:
        yield made


@pytest.fixture
def with_replica(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the next world a second volume."""
    monkeypatch.setenv("DFS_REPLICAS", str(tmp_path / "replica"))
