"""A small world drawn at random: frames and products really archived, people really related; and the same as plain data for the oracle."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dfs.access import Anonymous, CurrentUser, Member
from dfs.observatory import Observatory

RUNS = ("108.22F6.001", "108.22F6.002", "108.22F7.001", "095.A-0123(A)", "095.A-0123(B)", "60.A-9022(C)", "")
SCOPES = (*(run for run in RUNS if run), "108.22F6", "095.A-0123", "EFOSC2", "FORS2")
RELATIONS = ("pi", "coi", "data-delegate", "phase2-delegate", "phase3-delegate", "instrument-team")
CATEGORIES = ("SCIENCE", "SCIENCE", "SCIENCE", "CALIB", "ACQUISITION", "TEST")
STAFF = {"night": {"operator"}, "vault": {"archive"}, "boss": {"owner"}, "helper": {"support"}}
PEOPLE = ("ana", "ben", "cho", "dee", "eli", "fay", "gus", "ivo")
BEGINNING = datetime(2022, 1, 26, 12, tzinfo=UTC)


@dataclass
class World:
    """An observatory with its content, and `facts` for the oracle."""

    observatory: Observatory
    facts: dict[str, Any] = field(
        default_factory=lambda: {
            "frames": {},
            "days": {},
            "hidden": {},
            "relations": [],
            "roles": dict(STAFF),
            "closed": set(),
        }
    )

    @property
    def users(self) -> tuple[str | None, ...]:
        return (None, *PEOPLE, *STAFF)

    @property
    def files(self) -> list[str]:
        return list(self.facts["frames"])

    def user(self, name: str | None) -> CurrentUser:
        return Anonymous() if name is None else Member(name)


def fits_bytes(instrument: str, run: str, category: str, start: datetime, content: bytes) -> bytes:
    when = start.replace(tzinfo=None).isoformat(timespec="milliseconds")
    prefix = {"EFOSC": "EFOSC", "FORS2": "FORS2"}[instrument]
    cards = {
        "SIMPLE": "T",
        "BITPIX": "8",
        "NAXIS": "1",
        "NAXIS1": str(len(content)),
        "INSTRUME": f"'{instrument:<8}'",
        "DATE-OBS": f"'{when}'",
        "MJD-OBS": f"{59605.5 + (start - BEGINNING).total_seconds() / 86400:.9f}",
        "HIERARCH ESO DPR CATG": f"'{category:<8}'",
        "HIERARCH ESO OBS PROG ID": f"'{run}'" if run else "",
        "ARCFILE": f"'{prefix}.{when}.fits'",
    }
    header = "".join(f"{f'{name:<8}= {value:>20}':<80}" for name, value in cards.items() if value) + f"{'END':<80}"
    return header.ljust(-(-len(header) // 2880) * 2880).encode() + content.ljust(2880, b"\0")


@contextmanager
def drawn_world(folder: Path, seed: int, frames: int = 36, products: int = 24) -> Iterator[World]:
    """Draw a world: files come in over a year, programmes change their rules in between, people come and go."""
    dice = random.Random(seed)
    with Observatory.open(folder / "observatory", test_instance=True) as observatory:
        world = World(observatory)
        _people(world, dice)
        for number in range(frames + products):
            if number in {frames // 3, frames, frames + products // 2}:
                _rules(world, dice)
            observatory.set_clock(BEGINNING + timedelta(days=3 * number, milliseconds=dice.randrange(10**8)))
            _file(world, dice, folder, number, is_product=number >= frames)
        _rules(world, dice)
        yield world


def _people(world: World, dice: random.Random) -> None:
    for name in PEOPLE:
        world.observatory.accounts.add(name, None, email=f"{name}@example.org")
    for name, roles in STAFF.items():
        world.observatory.accounts.add(name, None, roles=roles)
    for name in (*PEOPLE, "helper"):
        for relation, scope in {(dice.choice(RELATIONS), dice.choice(SCOPES)) for _ in range(dice.randrange(5))}:
            world.observatory.relations.relate(name, relation, scope)
            if dice.random() < 0.25:
                world.observatory.relations.unrelate(name, relation, scope)
            else:
                world.facts["relations"].append((name, relation, scope))
    closed = dice.choice(PEOPLE)
    world.observatory.accounts.deactivate(closed)
    world.facts["closed"].add(closed)


def _rules(world: World, dice: random.Random) -> None:
    programme = dice.choice([*(run for run in RUNS if run), "108.22F6", "095.A-0123"])
    days, hidden = dice.choice([0, 1, 30, 180, 365, 700, None]), dice.random() < 0.6
    world.observatory.programmes.set(programme, proprietary_days=days, metadata_protected=hidden)
    world.facts["days"][programme], world.facts["hidden"][programme] = days, hidden


def _file(world: World, dice: random.Random, folder: Path, number: int, *, is_product: bool) -> None:
    known = world.files
    parents = dice.sample(known, dice.randint(1, 4)) if is_product and dice.random() < 0.95 else []
    instrument, run, category = dice.choice(["EFOSC", "FORS2"]), dice.choice(RUNS), dice.choice(CATEGORIES)
    path = folder / f"file{number}.fits"
    path.write_bytes(fits_bytes(instrument, run, category, BEGINNING + timedelta(seconds=number), b"%d" % number))
    given: dict[str, Any] = {"kind": "raw"}
    if is_product:
        first = known[0]
        given = {"kind": "product", "category": f"PRODUCT_{number}", "parents": parents, "first_raw": first}
    entry = world.observatory.archive.ingest(path, **given)
    world.facts["frames"][entry.dp_id] = {
        "archived": datetime.fromisoformat(entry.archived).replace(tzinfo=UTC),
        "catg": category,
        "run": run,
        "instrument": {"EFOSC": "EFOSC2"}.get(instrument, instrument),
        "parents": parents,
    }
