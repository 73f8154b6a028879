"""What an error says, and how long it is."""

from __future__ import annotations

import copy

from dfs.errors import DataError, UsageError


def test_a_message_without_end_is_shortened():
    error = UsageError(f"{'a' * 100_000} is no coordinate", where="b" * 100_000, accepted="HH:MM:SS")
    assert len(error.message) == 600
    assert len(error.where) == 400
    assert error.line().startswith("bbb")
    assert error.line().endswith("aaa is no coordinate; accepted: HH:MM:SS")
    assert copy.copy(error).line() == error.line()


def test_a_message_of_usual_length_stays():
    error = DataError("x" * 600, where="night/EFOSC.fits", keyword="DATE-OBS")
    assert error.line() == f"night/EFOSC.fits: {'x' * 600}"
