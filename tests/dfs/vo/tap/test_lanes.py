from __future__ import annotations

import threading
from concurrent.futures import wait

import pytest

from dfs.vo.tap.lanes import Busy, Lanes


def test_users_are_served_in_turn() -> None:
    lanes = Lanes(1, running_each=1, waiting_each=100, name="t")
    gate, served = threading.Event(), []
    lanes.submit("first", gate.wait)
    futures = [lanes.submit("greedy", lambda n=n: served.append(f"greedy {n}")) for n in range(5)]
    futures += [lanes.submit("modest", lambda: served.append("modest"))]
    gate.set()
    wait(futures, 20)
    assert served.index("modest") <= 1
    assert [one for one in served if one != "modest"] == [f"greedy {n}" for n in range(5)]
    lanes.close(1)


def test_one_user_runs_so_many_at_once_and_others_pass() -> None:
    lanes = Lanes(4, running_each=2, waiting_each=100, name="t")
    gate, begun = threading.Event(), threading.Semaphore(0)

    def hold() -> None:
        begun.release()
        gate.wait()

    held = [lanes.submit("greedy", hold) for _ in range(5)]
    assert all(begun.acquire(timeout=20) for _ in range(2))
    assert lanes.submit("other", lambda: "served").result(20) == "served"
    assert not begun.acquire(blocking=False)
    gate.set()
    wait(held, 20)
    lanes.close(1)


def test_pieces_that_come_together_run_together() -> None:
    for _ in range(20):
        lanes = Lanes(4, running_each=2, waiting_each=100, name="t")
        lanes.submit("first", lambda: None).result(20)  # its thread is idle now, or will be
        met = threading.Event()
        held = lanes.submit("first", lambda met=met: met.wait(5))
        lanes.submit("second", met.set)
        assert held.result(20), "the second waited for the first, though threads were free"
        lanes.close(1)


def test_who_waits_for_a_slow_reader_keeps_nobody_waiting() -> None:
    lanes = Lanes(2, running_each=1, waiting_each=100, name="t")
    gate, waiting = threading.Event(), threading.Semaphore(0)

    def slow() -> None:
        with lanes.aside():
            waiting.release()
            gate.wait()

    held = [lanes.submit(f"slow {number}", slow) for number in range(10)]
    assert all(waiting.acquire(timeout=20) for _ in range(10))
    assert lanes.submit("other", lambda: "served").result(20) == "served"
    gate.set()
    wait(held, 20)
    begun, hold = threading.Semaphore(0), threading.Event()

    def work() -> None:
        begun.release()
        hold.wait()

    held = [lanes.submit(f"user {number}", work) for number in range(6)]
    assert all(begun.acquire(timeout=20) for _ in range(2))
    assert not begun.acquire(timeout=0.2)  # they are two again
    hold.set()
    wait(held, 20)
    lanes.close(1)


def test_a_full_line_is_refused_and_errors_come_back() -> None:
    lanes = Lanes(1, running_each=1, waiting_each=1, name="t")
    gate, began = threading.Event(), threading.Event()

    def hold() -> None:
        began.set()
        gate.wait()

    lanes.submit("a", hold)
    began.wait(20)
    failing = lanes.submit("a", lambda: 1 / 0)
    with pytest.raises(Busy):
        lanes.submit("a", lambda: None)
    gate.set()
    with pytest.raises(ZeroDivisionError):
        failing.result(20)
    lanes.close(1)
    with pytest.raises(Busy, match="closes"):
        lanes.submit("a", lambda: None)
