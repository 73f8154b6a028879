"""Settings: which layer wins, where each value came from, and one line for every wrong one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.config import Settings, load_settings
from dfs.errors import UsageError

WORKERS = st.one_of(st.none(), st.integers(1, 1024))


@given(user=WORKERS, root=WORKERS, environment=WORKERS, argument=WORKERS)
def test_the_strongest_layer_that_says_something_wins_and_is_named(
    user: int | None, root: int | None, environment: int | None, argument: int | None
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        user_file, root_file = folder / "user.toml", folder / "obs" / "dfs.toml"
        root_file.parent.mkdir()
        for file, value in ((user_file, user), (root_file, root)):
            if value is not None:
                file.write_text(f"workers = {value}\n")
        variables = {} if environment is None else {"DFS_WORKERS": str(environment)}
        found = load_settings(root_file.parent, environment=variables, user_file=user_file, workers=argument)

    layers = [
        (argument, "argument"),
        (environment, "environment DFS_WORKERS"),
        (root, str(root_file)),
        (user, str(user_file)),
        (Settings(root=Path("/")).workers, "default"),
    ]
    expected = next(layer for layer in layers if layer[0] is not None)
    assert (found.settings.workers, found.origins["workers"]) == expected


def load(folder: Path, text: str = "", environment: dict[str, str] | None = None, **arguments: object) -> Settings:
    """Load settings with `text` in the root's file, away from the user's own."""
    (folder / "dfs.toml").write_text(text)
    return load_settings(folder, environment=environment or {}, user_file=folder / "none.toml", **arguments).settings


def test_the_root_is_found_by_argument_then_environment_then_user_file_then_default(tmp_path: Path) -> None:
    user_file = tmp_path / "user.toml"
    user_file.write_text('root = "of-user"\n')
    variables = {"DFS_ROOT": str(tmp_path / "of-environment")}
    by_argument = load_settings(tmp_path / "given", environment=variables, user_file=user_file).settings.root
    by_environment = load_settings(environment=variables, user_file=user_file).settings.root
    by_user = load_settings(environment={}, user_file=user_file).settings.root
    by_default = load_settings(environment={}, user_file=tmp_path / "none").settings.root
    assert by_argument == tmp_path / "given"
    assert by_environment == tmp_path / "of-environment"
    assert by_user == tmp_path / "of-user"
    assert by_default == Path(os.environ["XDG_DATA_HOME"]) / "dfs"


def test_paths_become_absolute_from_the_place_that_names_them(tmp_path: Path) -> None:
    assert load(tmp_path).volume == tmp_path / "files"
    assert load(tmp_path, 'volume = "disk"\nreplicas = ["a", "../b"]').volume == tmp_path / "disk"
    assert load(tmp_path, 'replicas = ["a", "../b"]').replicas == (tmp_path / "a", tmp_path.parent / "b")
    assert load(tmp_path, environment={"DFS_REPLICAS": "/a:/b"}).replicas == (Path("/a"), Path("/b"))
    assert load(tmp_path, volume="elsewhere").volume == tmp_path / "elsewhere"


def test_the_default_database_lies_in_the_root(tmp_path: Path) -> None:
    assert load(tmp_path).url == f"sqlite:///{tmp_path}/observatory.sqlite"
    assert load(tmp_path, 'database_url = "postgresql+psycopg://h/n"').url == "postgresql+psycopg://h/n"


@pytest.mark.parametrize(
    ("text", "environment", "arguments", "words"),
    [
        ("workers = 0", {}, {}, ["workers", "0", "dfs.toml", "1 to 1024"]),
        ("workers = true", {}, {}, ["workers", "True", "dfs.toml"]),
        ("workers = 1.5", {}, {}, ["workers", "1.5", "dfs.toml"]),
        ("wrokers = 2", {}, {}, ["wrokers", "dfs.toml", "workers"]),
        ("workers = ", {}, {}, ["dfs.toml", "TOML"]),
        ('root = "/elsewhere"', {}, {}, ["root", "dfs.toml", "DFS_ROOT"]),
        ("replicas = 3", {}, {}, ["replicas", "dfs.toml"]),
        ("", {"DFS_WORKERS": "two"}, {}, ["DFS_WORKERS", "two", "1 to 1024"]),
        ("", {"DFS_ALLOW_MISSING": "perhaps"}, {}, ["DFS_ALLOW_MISSING", "perhaps", "true or false"]),
        ("", {"DFS_LOG_LEVEL": "LOUD"}, {}, ["DFS_LOG_LEVEL", "LOUD", "WARNING"]),
        ("", {}, {"workers": -1}, ["workers", "-1", "argument"]),
        ("", {}, {"colour": "blue"}, ["colour", "blue", "argument", "workers"]),
        ("", {}, {"busy_timeout_s": float("nan")}, ["busy_timeout_s", "nan"]),
    ],
)
def test_a_wrong_setting_ends_in_one_line_that_names_setting_value_and_place(
    tmp_path: Path, text: str, environment: dict[str, str], arguments: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, text, environment, **arguments)
    line = caught.value.line()
    assert "\n" not in line
    assert [word for word in words if word not in line] == []


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert load(tmp_path, "workers = 3", {"DFS_WORKERS": ""}).workers == 3


def test_a_settings_file_that_is_a_folder_or_not_text_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not a TOML file"):
        load_settings(tmp_path, environment={}, user_file=tmp_path / "binary.toml")
