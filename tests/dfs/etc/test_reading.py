"""Questions that were kept: what is read of links and files, and how much."""

from __future__ import annotations

import os
import threading

import pytest

from dfs import etc
from dfs.cli import main
from dfs.errors import DataError, UsageError
from dfs.etc import reading
from dfs.etc.reading import parsed, read_question

LINK = "https://host/pages/etc?instrument=FORS2&exposure=5&mag=20&sed="


@pytest.fixture
def spectrum(tmp_path, monkeypatch):
    """A readable spectrum that no link may reach."""
    (tmp_path / "mine.txt").write_text("300 1\n1100 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "mine.txt"


@pytest.mark.parametrize("form", ["file:mine.txt", "FILE:mine.txt", "%20file%20:mine.txt", "file:/etc/hostname"])
def test_a_link_never_reads_a_file(spectrum, form, capsys):
    with pytest.raises(UsageError, match="a link cannot name a file"):
        read_question(LINK + form)
    with pytest.raises(UsageError, match="a link cannot name a file"):
        etc.Calculator(lambda request: request).of(LINK + form)
    assert main(["etc", "--input", LINK + form, "--connect", "http://localhost:1"]) == 2
    assert "a link cannot name a file" in capsys.readouterr().err


def test_the_user_may_name_a_file_beside_a_link(spectrum):
    found = etc.Calculator().of(LINK + "flat_nu", sed=f"file:{spectrum}")
    assert found.request.target.sed.samples is not None


def test_a_pipe_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b'{"mag": 20}',))
    writer.start()
    assert read_question(tmp_path / "pipe").inputs == {"mag": 20}
    writer.join()


def test_what_has_no_end_is_read_to_the_limit(monkeypatch):
    monkeypatch.setattr(reading, "BYTES_MOST", 5000)
    with pytest.raises(UsageError, match="too large"):
        read_question("/dev/zero")


def test_a_byte_order_mark_is_none_of_our_business(tmp_path):
    (tmp_path / "a.json").write_text('\ufeff{"mag": 20}')
    assert read_question(tmp_path / "a.json").inputs == {"mag": 20}
    assert read_question('\ufeff{"mag": 20}').inputs == {"mag": 20}


def test_a_key_twice_is_refused():
    with pytest.raises(DataError, match="it says 'mag' twice"):
        parsed(b'{"mag": 20, "mag": 21}', "a")
