"""Progress on standard error."""

from __future__ import annotations

import io

import pytest

from dfs.cli.bars import Bars, Lines
from dfs.errors import Cancelled


@pytest.mark.parametrize("kind", [Bars, Lines])
def test_nested_stretches_and_cancel(kind):
    """Stretches nest, a cancel stops the next step, and closing twice does no harm."""
    stream = io.StringIO()
    progress = kind(stream)
    progress.begin("night", 2)
    progress.begin("bias")
    progress.step("row 1")
    progress.end()
    progress.step()
    progress.cancel()
    with pytest.raises(Cancelled):
        progress.step()
    progress.end()
    progress.end()
    progress.close()
    progress.close()


def test_lines_say_first_and_last():
    """A pipe sees how much there is and how it ended, not a line for each step."""
    stream = io.StringIO()
    progress = Lines(stream)
    progress.begin("headers", 1000)
    for _ in range(1000):
        progress.step("x.fits")
    progress.end()
    lines = stream.getvalue().splitlines()
    assert lines[0] == "headers: 1000 to do"
    assert lines[-1].startswith("headers: 1000/1000 in ")
    assert len(lines) < 10
