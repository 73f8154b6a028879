"""Every example of docs/phase2.md, run as it stands and in its order, from a new folder."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from dfs.cli import main

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "phase2.md"
EXAMPLES = re.compile(r"^```python\n(.*?)^```$|^    (dfs [^\n]*)$", re.MULTILINE | re.DOTALL)


def test_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Python as one session, commands in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DFS_ROOT", "myobs")
    names: dict[str, object] = {}
    found = list(EXAMPLES.finditer(DOCUMENT.read_text(encoding="utf-8")))
    assert len(found) >= 20
    try:
        for one in found:
            if one[1]:
                exec(compile(one[1], f"phase2.md:{one[1][:40]!r}", "exec"), names)  # noqa: S102 - our own examples
                continue
            code = main(shlex.split(one[2], comments=True)[1:])
            out, err = capsys.readouterr()
            assert code == 0, f"{one[2]}\n{out}{err}"
            assert out.strip(), one[2]
    finally:
        if "obs" in names:
            names["obs"].close()
    assert {"run.pdf", "run.html", "run.zip", "block.obx"} <= {one.name for one in tmp_path.iterdir()}
