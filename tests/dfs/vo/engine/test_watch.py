"""Time limits: they strike, they are lifted, and the thread that keeps them goes when there are none."""

from __future__ import annotations

import threading
import time

import pytest

from dfs.vo.engine import watch
from dfs.vo.engine.watch import Watch


def alive() -> int:
    return sum(one.name == "query limits" for one in threading.enumerate())


def test_a_limit_strikes_once_and_a_lifted_one_never() -> None:
    kept, struck, lifted = Watch(), threading.Event(), threading.Event()
    with kept.limit(30.0, lifted.set), kept.limit(0.01, struck.set):
        assert struck.wait(10)
    with kept.limit(0.2, lifted.set):
        pass
    assert not lifted.wait(0.4)


def test_the_thread_goes_and_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_IDLE_S", 0.05)
    before, kept = alive(), Watch()
    for _ in range(3):
        struck = threading.Event()
        with kept.limit(0.01, struck.set):
            assert struck.wait(10)
        end = time.monotonic() + 10
        while alive() > before and time.monotonic() < end:
            time.sleep(0.02)
        assert alive() == before
