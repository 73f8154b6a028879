"""Several processes at once, with one observatory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dfs.observatory import Observatory

Frame = Callable[..., Path]
Forked = Callable[[list[Callable[[], Any]]], list[Any]]


def ingest_in(root: Path, *sources: Path) -> Callable[[], list[str]]:
    def work() -> list[str]:
        with Observatory.open(root) as observatory:
            return [observatory.archive.ingest(source).dp_id for source in sources]

    return work


def test_of_eight_writers_of_one_name_exactly_one_wins(tmp_path: Path, frame: Frame, forked: Forked) -> None:
    root = tmp_path / "observatory"
    for number in range(5):
        sources = [frame(number, b"%d" % writer, name=f"{number}-{writer}.fits") for writer in range(8)]
        outcomes = forked([ingest_in(root, source) for source in sources])
        winners = [index for index, outcome in enumerate(outcomes) if isinstance(outcome, list)]
        errors = Counter(outcome["error"] for outcome in outcomes if isinstance(outcome, dict))
        assert len(winners) == 1, outcomes
        assert errors == {"ConflictError": 7}
        with Observatory.open(root) as observatory:
            archived = observatory.archive.find(outcomes[winners[0]][0])
            assert archived.path.read_bytes() == sources[winners[0]].read_bytes()


def test_eight_writers_of_one_content_agree(tmp_path: Path, frame: Frame, forked: Forked) -> None:
    source = frame(1)
    outcomes = forked([ingest_in(tmp_path / "observatory", source)] * 8)
    assert outcomes == [["EFOSC.2022-01-26T12:00:00.001"]] * 8


def test_eight_writers_of_their_own_files_lose_none(tmp_path: Path, frame: Frame, forked: Forked) -> None:
    root = tmp_path / "observatory"
    works = [ingest_in(root, *(frame(10 * writer + number) for number in range(10))) for writer in range(8)]
    outcomes = forked(works)
    with Observatory.open(root) as observatory:
        assert len(observatory.archive.list()) == 80 == len({name for outcome in outcomes for name in outcome})
        assert observatory.archive.verify().findings == ()
        assert observatory.audit.verify() == 81, "one row for the making, one for each file"
        assert list((root / "files" / "staging").iterdir()) == []


def test_eight_versions_of_one_product_count_up_without_gap(tmp_path: Path, frame: Frame, forked: Forked) -> None:
    root = tmp_path / "observatory"
    with Observatory.open(root) as observatory:
        raw = observatory.archive.ingest(frame(1)).dp_id

    def ingest(source: Path) -> Callable[[], int]:
        def work() -> int:
            with Observatory.open(root) as observatory:
                return observatory.archive.ingest(source, kind="product", category="MASTER", parents=[raw]).version

        return work

    outcomes = forked([ingest(frame(1, b"%d" % writer, name=f"{writer}.fits")) for writer in range(8)])
    assert sorted(outcomes) == list(range(1, 9))


def test_an_observatory_opened_before_a_fork_serves_both_sides(
    observatory: Observatory, frame: Frame, forked: Forked
) -> None:
    observatory.archive.ingest(frame(1))
    sources = [frame(number) for number in range(2, 6)]
    forked([lambda source=source: observatory.archive.ingest(source).dp_id for source in sources])
    observatory.archive.ingest(frame(6))
    assert len(observatory.archive.list()) == 6


def test_recovery_leaves_a_living_transfer_alone(observatory: Observatory, frame: Frame, forked: Forked) -> None:
    with observatory.files.staging.transfer(lambda _: None) as transfer:
        staged = transfer.stage(frame(1))

        def recover() -> list[str]:
            with Observatory.open(observatory.root) as other:
                return other.archive.recover()

        assert forked([recover] * 4) == [[]] * 4
        assert (observatory.settings.volume / "staging" / staged.token / "0").is_file()
