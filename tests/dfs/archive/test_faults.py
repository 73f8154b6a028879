"""Disk faults at every step of an ingest: one clear line, nothing half visible, and the next try succeeds.

The steps are found, not listed: the k-th call into the operating system fails (or the process dies there), for k = 1, 2, 3 ...
until an ingest needs no more calls.
"""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dfs.errors import DfsError, ServiceError
from dfs.observatory import Observatory

CALLS = ("open", "write", "fsync", "link", "rename", "replace", "mkdir")
Visible = Callable[[Observatory], set[str]]


@contextlib.contextmanager
def failing(place: Path, at: int, act: Callable[[], None]) -> Iterator[list[int]]:
    """Make the `at`-th call that writes below `place` do `act` first; gives the number of calls seen."""
    seen = [0]
    real = {name: getattr(os, name) for name in CALLS}

    def guarded(name: str) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            if isinstance(args[0], str | Path) and not str(args[0]).startswith(str(place)):
                return real[name](*args, **options)
            seen[0] += 1
            if seen[0] == at:
                act()
            return real[name](*args, **options)

        return call

    try:
        for name in CALLS:
            setattr(os, name, guarded(name))
        yield seen
    finally:
        for name, function in real.items():
            setattr(os, name, function)


def leftovers(observatory: Observatory) -> list[Path]:
    staging = observatory.settings.volume / "staging"
    return list(staging.iterdir()) if staging.is_dir() else []


def raising(number: int) -> Callable[[], None]:
    def act() -> None:
        raise OSError(number, os.strerror(number))

    return act


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EMFILE])
def test_an_error_at_any_step_leaves_nothing_and_the_next_try_succeeds(
    observatory: Observatory, frame: Callable[..., Path], visible: Visible, number: int
) -> None:
    volume, step, failed = observatory.settings.volume, 0, 0
    while True:
        step += 1
        source = frame(step, b"pixels %d" % step)
        before = visible(observatory)
        with failing(volume, step, raising(number)) as seen:
            try:
                observatory.archive.ingest(source)
            except ServiceError as error:
                assert os.strerror(number) in error.line()  # noqa: PT017 - the k-th step fails, or there is none
                assert str(volume) in error.line()  # noqa: PT017
                assert visible(observatory) == before, f"step {step}"
                failed += 1
            else:  # all done, or it failed while staging was cleared, which the next recovery does
                assert len(visible(observatory)) == len(before) + 1, f"step {step}"
        assert len(observatory.archive.list()) == len(visible(observatory)), f"step {step}"
        observatory.archive.recover()
        assert leftovers(observatory) == []
        observatory.archive.ingest(source)
        if seen[0] < step:
            break
    assert failed > 10, "the steps were not found"
    assert observatory.archive.verify().findings == ()


@pytest.mark.parametrize("replicas", [[], ["replica"]])
def test_death_at_any_step_leaves_nothing_half_visible_and_the_next_opening_clears_it(
    tmp_path: Path,
    frame: Callable[..., Path],
    visible: Visible,
    forked: Callable[[list[Callable[[], object]]], list[object]],
    replicas: list[str],
) -> None:
    root, step = tmp_path / "observatory", 0
    root.mkdir()
    (root / "dfs.toml").write_text(f"replicas = {replicas}")
    with Observatory.open(root) as observatory:
        outcome: object = None
        while outcome is None:
            step += 1
            source = frame(step)

            def ingest(step: int = step, source: Path = source) -> str:
                with failing(root, step, lambda: os._exit(0)):
                    return observatory.archive.ingest(source).dp_id

            outcome = forked([ingest])[0]
            with Observatory.open(root) as again:
                places = {one.path.relative_to(root / "files").as_posix() for one in again.archive.list()}
                assert visible(again) == places, f"step {step}"
                assert leftovers(again) == [], f"step {step}"
                again.archive.ingest(source)
        assert step > 10 + 5 * len(replicas)
        assert isinstance(outcome, str), outcome
        assert observatory.archive.verify().findings == ()


def test_a_failed_commit_takes_the_file_back(
    observatory: Observatory, frame: Callable[..., Path], visible: Visible, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import Connection
    from sqlalchemy.exc import OperationalError

    def full(_: Connection) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "commit", full)
        with pytest.raises(ServiceError) as caught:
            observatory.archive.ingest(frame(1))
    assert "disk is full" in caught.value.line()
    assert "free space" in caught.value.line()
    observatory.archive.recover()
    assert visible(observatory) == set()
    assert observatory.archive.list() == []
    observatory.archive.ingest(frame(1))


def test_ctrl_c_in_the_middle_leaves_nothing(
    observatory: Observatory, frame: Callable[..., Path], visible: Visible
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    for step in (2, 5, 8, 11):
        with failing(observatory.settings.volume, step, interrupt), pytest.raises(KeyboardInterrupt):
            observatory.archive.ingest(frame(step))
        observatory.archive.recover()
        assert visible(observatory) == set()
        assert leftovers(observatory) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 kB."""
    place = tmp_path / "small-disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount a small file system: the full disk is tested by injected errors alone")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_really_full_disk(tmp_path: Path, small_disk: Path, frame: Callable[..., Path], visible: Visible) -> None:
    with Observatory.open(tmp_path / "observatory", volume=str(small_disk / "files")) as observatory:
        kept = []
        with pytest.raises(ServiceError) as caught:  # noqa: PT012 - one of them is too much
            for number in range(20):
                kept += [observatory.archive.ingest(frame(number, os.urandom(100_000)))]
        assert "No space left" in caught.value.line()
        assert "free space" in caught.value.line()
        assert 2 <= len(kept) <= 5
        assert observatory.archive.list() == kept
        assert len(visible(observatory)) == len(kept)
        assert observatory.archive.verify().findings == ()


def test_a_folder_that_may_not_be_written(forked: Callable[[list[Callable[[], object]]], list[dict[str, str]]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o555)

        def open_there() -> str:
            os.environ["XDG_CONFIG_HOME"] = name
            if os.getuid() == 0:
                os.setuid(65534)  # root may write everywhere
            try:
                Observatory.open(place / "observatory")
            except DfsError as error:
                return error.line()
            return "no error"

        line = forked([open_there])[0]
        place.chmod(0o755)
    assert "Permission denied" in line
    assert name in line
    assert "writable" in line
