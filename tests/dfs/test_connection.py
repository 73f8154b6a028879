"""An observatory elsewhere: its archive and its phase 2, opened with one sign-in."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

import dfs
from dfs.errors import AccessError
from dfs.server.app import make_app
from dfs.server.process import listen, url_of

WORD = "a long password"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with dfs.open(tmp_path / "obs") as observatory, listen("127.0.0.1", 0) as socket:
        observatory.accounts.add("ada", WORD, full_name="Ada")
        observatory.relations.relate("ada", "pi", "118.ABCD")
        observatory.phase2_desk.create_run({"progId": "118.ABCD.001", "instrument": "FORS2", "period": 118})
        server = uvicorn.Server(uvicorn.Config(make_app(observatory), log_config=None, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield url_of(socket)
        server.should_exit = True
        thread.join()


def test_one_sign_in_opens_archive_and_phase_2(url: str) -> None:
    with dfs.connect(url, user="ada", password=WORD) as remote:
        assert [one.prog_id for one in remote.phase2.runs()] == ["118.ABCD.001"]
        assert len(remote.archive.query("SELECT * FROM ivoa.ObsCore")) == 0


def test_without_one_there_are_no_runs(url: str) -> None:
    with dfs.connect(url) as remote:
        with pytest.raises(AccessError):
            remote.phase2.runs()
        remote.sign_in("ada", WORD)
        assert len(remote.phase2.runs()) == 1
