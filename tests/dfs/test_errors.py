"""What an error says, and how long it is."""

from __future__ import annotations

import copy
import traceback

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


def test_python_prints_what_is_accepted_below_the_message():
    error = UsageError("there is no filter 'Rx'", where="filter", accepted="R_SPECIAL, I_BESS", hint="ask the list")
    shown = "".join(traceback.format_exception_only(error))
    assert shown.splitlines()[-3:] == [
        "dfs.errors.UsageError: there is no filter 'Rx'",
        "accepted: R_SPECIAL, I_BESS",
        "hint: ask the list",
    ]
    assert copy.deepcopy(error).__notes__ == error.__notes__
