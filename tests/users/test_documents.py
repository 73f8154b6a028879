"""Every example of the archive's documentation, run as it stands against a served observatory."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from itertools import takewhile
from pathlib import Path

import httpx
import pytest
from astroquery.eso import EsoClass, conf

from dfs.cli import main
from dfs.cli.archive import archive

DOCS = Path(__file__).resolve().parents[2] / "docs"
WRITTEN = "http://127.0.0.1:8000"  # address in the documents
FENCED = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^    ((?:DFS_\w+=\S+ )?(?:dfs|stilts) .*)$", re.MULTILINE)

pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture
def here(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the observatory as ``demo`` and an empty ``out``."""
    (tmp_path / "demo").symlink_to(root)
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    for one, names in (
        (conf, ("tap_obs_url", "tap_cat_url")),
        (EsoClass, ("AUTH_URL", "DOWNLOAD_URL", "CALSELECTOR_URL")),
    ):
        for name in names:
            monkeypatch.setattr(one, name, getattr(one, name))
    return tmp_path


@pytest.mark.parametrize("name", ["archive.md", "tap.md"])
def test_python_examples_run(name: str, here: Path, url: str) -> None:
    """In their order, as one session."""
    found = FENCED.findall((DOCS / name).read_text(encoding="utf-8"))
    assert len(found) >= 2
    names: dict[str, object] = {}
    try:
        for block in found:
            exec(compile(block.replace(WRITTEN, url), f"{name}:{block[:40]!r}", "exec"), names)  # noqa: S102 - our own examples
    finally:
        if "obs" in names:
            names["obs"].close()


@pytest.mark.parametrize("name", ["archive.md", "tap.md"])
def test_commands_run(
    name: str, here: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ours in this process, with what stands before them in its environment; STILTS where it is installed."""
    monkeypatch.setenv("DFS_ROOT", "demo")
    person = {"grant_type": "password", "username": "52052", "password": "tutorial"}
    monkeypatch.setenv("DFS_TOKEN", httpx.post(f"{url}/auth/token", data=person).json()["access_token"])
    commands = [one for one in COMMAND.findall((DOCS / name).read_text(encoding="utf-8")) if "taplint" not in one]
    assert len(commands) >= 5
    for command in commands:
        words = shlex.split(command.replace(WRITTEN, url), comments=True)
        if words[0] == "stilts":
            code = subprocess.run(words, check=False).returncode if shutil.which("stilts") else 0
        else:
            before = list(takewhile(lambda word: word != "dfs", words))
            for setting in before:
                monkeypatch.setenv(*setting.split("=", 1))
            code = main(words[len(before) + 1 :])
        out, err = capsys.readouterr()
        assert code == 0, f"{command}\n{out}{err}"
        assert out.strip() or words[0] == "stilts" or "-o" in words, command


def test_every_command_of_the_archive_is_documented() -> None:
    told = "".join((DOCS / name).read_text(encoding="utf-8") for name in ("archive.md", "observatory.md"))
    assert [name for name in archive.commands if f"dfs archive {name}" not in told] == []
