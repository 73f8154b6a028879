"""What a person at the page is told of an error."""

from __future__ import annotations

import pytest

pytest.importorskip("anywidget")

from dfs.errors import AccessError, ServiceError
from dfs_widgets.archive.working import one_line


def test_who_should_sign_in_is_told_of_no_call_in_python() -> None:
    error = AccessError(
        "X is proprietary until 2027", where="127.0.0.1:8000", hint="sign in: dfs.connect(..., user=NAME)"
    )
    assert one_line(error) == "X is proprietary until 2027; sign in"


def test_other_errors_keep_where_they_come_from() -> None:
    assert one_line(ServiceError("cannot be reached", where="desk:8000")) == "desk:8000: cannot be reached"


def test_the_unforeseen_shows_no_traceback() -> None:
    assert "ZeroDivisionError" in one_line(ZeroDivisionError("secret"))
    assert "secret" not in one_line(ZeroDivisionError("secret"))
