"""``dfs user``, ``dfs programme``, ``dfs clock``: accounts by hand, and never a password where it can be seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dfs.cli import main
from dfs.observatory import Observatory

PASSWORD = "seven small stones"  # noqa: S105 - of test accounts
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "observatory"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.txt"
    file.write_text(f"{PASSWORD}\nsecond line\n")
    return file


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``dfs`` with ``--json``; return its document with its exit code."""

    def act(*arguments: object) -> dict[str, Any]:
        code = main(["--root", str(root), *map(str, arguments), "--json"])
        said = capsys.readouterr()
        assert PASSWORD not in said.out + said.err
        document: dict[str, Any] = json.loads(said.out)
        return {**document, "exit": code, "said": said.err}

    return act


def test_an_account_from_a_file_and_its_relations(run: Run, root: Path, secret: Path) -> None:
    made = run("user", "add", "astro", "--password-file", secret, "--email", "Astro@example.org")
    assert (made["exit"], made["schema"], made["user"]["email"]) == (0, "dfs.user.add/1", "astro@example.org")
    assert run("user", "relate", "astro", "pi", "108.22F6")["relation"]["scope"] == "108.22F6"
    listed = run("user", "list")
    assert {one["name"]: one["roles"] for one in listed["users"]}["astro"] == []
    assert [(one["user"], one["role"]) for one in listed["relations"]] == [("astro", "pi")]
    assert listed["relations"][0]["granted"].endswith("Z")
    with Observatory.open(root) as observatory:
        assert observatory.sign_in.with_password("astro", PASSWORD).member.name == "astro"
        assert observatory.audit.verify() > 2
    assert run("user", "unrelate", "astro", "pi", "108.22F6")["exit"] == 0
    assert run("user", "unrelate", "astro", "pi", "108.22F6")["error"]["type"] == "NotFoundError"
    assert run("user", "set-roles", "astro", "operator")["roles"] == ["operator"]
    assert run("user", "deactivate", "astro")["exit"] == 0
    assert {one["name"]: one["active"] for one in run("user", "list")["users"]}["astro"] is False


def test_a_new_password(run: Run, root: Path, secret: Path) -> None:
    run("user", "add", "astro")
    assert run("user", "set-password", "astro", "--password-file", secret)["exit"] == 0
    with Observatory.open(root) as observatory:
        assert observatory.sign_in.with_password("astro", PASSWORD)
    assert run("user", "set-password", "astro")["error"]["accepted"] == "--password-file FILE"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("add", "a b"), 2, "cannot be an account's name"),
        (("add", "astro", "--role", "king"), 2, "no role"),
        (("add", "astro", "--password-file", "/no/such/file"), 2, "No such file"),
        (("add", "astro", "--password", "x"), 2, "--password"),
        (("add", "astro", "--email", "x"), 2, "e-mail"),
        (("set-roles", "nobody", "operator"), 1, "no active account"),
        (("relate", "nobody", "pi", "108.22F6"), 1, "no active account"),
        (("relate", "nobody", "king", "108.22F6"), 2, "no relation"),
        (("deactivate", "nobody"), 1, "no active account"),
    ],
)
def test_what_is_refused(run: Run, arguments: tuple[str, ...], code: int, words: str) -> None:
    failed = run("user", *arguments)
    assert failed["exit"] == code
    assert words in failed["error"]["message"]
    assert failed["said"].count("\n") == 1


def test_an_empty_or_odd_password_file(run: Run, tmp_path: Path) -> None:
    for content in (b"", b"\n", b"short\n", b"\xff\xfe\xff\xfe long enough"):
        (tmp_path / "odd").write_bytes(content)
        assert run("user", "add", "astro", "--password-file", tmp_path / "odd")["exit"] == 2


def test_keys_are_rotated(run: Run) -> None:
    first, second = run("user", "rotate-keys"), run("user", "rotate-keys", "--at-once")
    assert first["key"] != second["key"]
    assert first["algorithm"] == "EdDSA"


def test_programmes(run: Run) -> None:
    made = run(
        "programme", "set", "108.22F6", "--title", "Nebulae", "--days", 10, "--type", "Large", "--protect-metadata"
    )
    assert made["files_changed"] == 0
    assert made["programme"] | {"abstract": None, "pi_coi": None} == made["programme"]
    run("programme", "set", "108.22F6.001", "--pi-coi", "Doe/ Roe", "--days-by-type")
    (whole, one) = run("programme", "list")["programmes"]
    assert (whole["proprietary_days"], whole["metadata_protected"], one["proprietary_days"]) == (10, True, None)
    assert run("programme", "set", "108.22F6", "--days", -1)["exit"] == 2
    assert run("programme", "set", "108.22F6", "--type", "Huge")["exit"] == 2
    assert run("programme", "set", "108.22F6", "--no-protect-metadata")["programme"]["metadata_protected"] is False


def test_the_clock_of_a_test_instance(run: Run, root: Path) -> None:
    refused = run("clock", "--at", "2023-01-01T00:00:00")
    assert (refused["exit"], "test instance" in refused["error"]["message"]) == (2, True)
    (root / "dfs.toml").write_text("test_instance = true\n")
    with Observatory.open(root) as served:  # as a server that runs all the time
        for at, now in (
            ("2023-01-01T00:00:00.123", "2023-01-01T00:00:00.123Z"),
            ("2024-01-01T01:00:00+01:00", "2024-01-01T00:00:00.000Z"),
        ):
            assert run("clock", "--at", at)["now"] == now
            assert f"{served.clock.now().replace(tzinfo=None).isoformat(timespec='milliseconds')}Z" == now
        token = served.tokens.issue(_member(served))
        assert abs((token.issued - datetime.now(UTC)).total_seconds()) < 60  # sign-ins go by real time
        assert run("clock", "--run")["exit"] == 0
        assert abs((served.clock.now() - datetime.now(UTC)).total_seconds()) < 60
        assert [one.action for one in served.audit.entries()].count("clock") == 3
    assert run("clock", "--at", "noon")["exit"] == 2
    assert run("clock", "--at", "2023-01-01", "--run")["exit"] == 2


def _member(observatory: Observatory) -> str:
    return observatory.accounts.add("astro", None).name
