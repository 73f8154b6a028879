"""The browser's half: every bundle is one module that can be read, and says each of its names once."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("anywidget")

from anywidget import AnyWidget

from dfs_widgets import parts as archive
from dfs_widgets.etc import parts as etc
from dfs_widgets.p2 import parts as p2

WIDGETS = {
    f"{module.__name__.removeprefix('dfs_widgets.')}.{name}": made
    for module in (archive, p2, etc)
    for name, made in vars(module).items()
    if isinstance(made, type) and issubclass(made, AnyWidget) and made.__module__ == module.__name__
}
TOP_LEVEL = re.compile(r"^(?:async )?(?:function\*?|class|const|let|var) +([\w$]+|[\[{][^=]*[\]}])", re.MULTILINE)


def names_of(module: str) -> list[str]:
    """Names at the top of a module: whatever is declared at the beginning of a line."""
    return [name for found in TOP_LEVEL.findall(module) for name in re.findall(r"[\w$]+", found)]


def test_names_are_found():
    text = "const A = 1;\nasync function b() {\n  const A = 2;\n}\nclass C {}\nlet [d, e] = [1, 2];\n"
    assert names_of(text) == ["A", "b", "C", "d", "e"]


@pytest.mark.parametrize("name", WIDGETS)
def test_no_name_is_declared_twice_in_a_bundle(name):
    counted = Counter(names_of(str(WIDGETS[name]._esm)))
    assert counted["make"] == 1
    assert [one for one, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("name", WIDGETS)
def test_a_bundle_can_be_read(name, tmp_path: Path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node: the pages' own tests read the bundles in a browser")
    path = tmp_path / "bundle.mjs"
    path.write_text(str(WIDGETS[name]._esm), encoding="utf-8")
    done = subprocess.run([node, "--check", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_bundle_ends_in_what_anywidget_takes():
    assert {one.partition(".")[0] for one in WIDGETS} == {"parts", "p2", "etc"}
    assert all(str(made._esm).count("export default { render }") == 1 for made in WIDGETS.values())
