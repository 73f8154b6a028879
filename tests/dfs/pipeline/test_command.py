"""``dfs reduce`` and ``dfs demo`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dfs.cli import main
from dfs.cli.demo import draw_night
from dfs.errors import NotFoundError
from dfs.progress import Silent


def run(capsys, *arguments):
    code = main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_document(capsys, tmp_path, night, draw):
    """The keys that scripts rely on, for a night that is partly failed: the same document, exit 1."""
    draw(150, "OBJECT", "FAIL")
    code, out, err = run(capsys, "--root", tmp_path / "r", "reduce", night, "--workers", 0, "--json")
    assert code == 1
    document = json.loads(out, parse_constant=pytest.fail)
    assert document["schema"] == "dfs.reduce/1"
    assert next(iter(document)) == "schema"
    assert set(document["inputs"][0]) == {"path", "dp_id", "class", "mode", "setup", "status", "reason"}
    for product in document["products"]:
        assert set(product) >= {"path", "dp_id", "pro_catg", "recipe", "inputs", "datasum", "extrapolated_nm", "qc"}
        assert Path(product["path"]).is_absolute()
        assert Path(product["path"]).is_file()
    bias = next(one for one in document["products"] if one["pro_catg"] == "MASTER_BIAS")
    (value,) = bias["qc"]
    assert set(value) >= {"name", "value", "error", "unit", "estimator", "header_value"}
    assert value["error"] is None
    for job in document["jobs"]:
        assert set(job) >= {"id", "recipe", "state", "seconds", "report"}
        assert job["state"] in {"done", "cached", "failed", "blocked"}
        assert Path(job["report"]).is_file()
    (failure,) = document["failures"]
    assert set(failure) == {"target", "path", "keyword", "message", "hint"}
    assert Path(document["summary"]).is_file()
    assert f"dfs: not reduced: FAIL: {failure['path']} (EXPTIME): every pixel is saturated" in err


def test_for_people(capsys, tmp_path, night):
    """A table, the summary's place; and at the second call the word that there was nothing to do."""
    code, out, err = run(capsys, "reduce", night, "--workers", 0, "--root", tmp_path / "r")
    assert code == 0
    assert "TINY.2024-03-01T22:00:00.000_SCIENCE_IMAGE_v1.fits" in out
    summary = Path(out.splitlines()[-1].removeprefix("summary: "))
    assert summary == tmp_path / "r" / "reports" / "2024-03-01_night" / "index.html"
    assert "reduce: 4/4" in err
    code, out, _ = run(capsys, "reduce", night, "--workers", 0, "--root", tmp_path / "r")
    assert code == 0
    assert "nothing to do" in out


def test_the_summary(capsys, tmp_path, night, draw):
    """Pictures, quality with the header's claim, links that lead somewhere, and what failed."""
    draw(150, "OBJECT", "FAIL")
    run(capsys, "reduce", night, "--workers", 0, "--root", tmp_path / "r")
    path = tmp_path / "r" / "reports" / "2024-03-01_night" / "index.html"
    text = path.read_text()
    assert text.count("data:image/png;base64,") == 4
    assert '<abbr title="ESO DET BIAS">100</abbr>' in text
    assert "every pixel is saturated" in text
    links = [part.split('"')[0] for part in text.split('<a href="')[1:]]
    assert len(links) == 8
    assert all((path.parent / link).resolve().is_file() for link in links)


def test_a_plan(capsys, tmp_path, night):
    """A tree for people, jobs with keys and levels for scripts; nothing is archived."""
    code, out, _ = run(capsys, "--root", tmp_path / "r", "reduce", night, "--plan")
    assert code == 0
    assert "tiny_bias  BIAS  1x1  (to do)" in out
    code, out, _ = run(capsys, "--root", tmp_path / "r", "reduce", night, "--plan", "--json", "-p", "tiny_flat.scale=2")
    document = json.loads(out)
    assert code == 0
    assert [job["recipe"] for job in document["jobs"]] == ["tiny_bias", "tiny_flat", "tiny_science", "tiny_science"]
    assert not list((tmp_path / "r" / "files").rglob("*.fits"))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["-p", "tiny_bias"], 2, "is not a parameter"),
        (["-p", "tiny_bias.kappa=3"], 2, "parameter kappa"),
        (["-p", "tiny_bais.scale=3"], 1, "did you mean tiny_bias?"),
        (["--workers", "-1"], 2, "--workers"),
        (["--engine", "steam"], 2, "--engine"),
    ],
)
def test_wrong_calls(capsys, tmp_path, night, arguments, code, words):
    """One line, exit 2 for a wrong call; with --json the error document."""
    found, out, err = run(capsys, "--root", tmp_path / "r", "reduce", night, "--json", *arguments)
    assert found == code
    assert words in err
    assert json.loads(out)["schema"] == "dfs.reduce/1"


def test_a_folder_that_is_not_there(capsys, tmp_path):
    """One line that names it."""
    code, _, err = run(capsys, "--root", tmp_path / "r", "reduce", tmp_path / "nowhere")
    assert code == 1
    assert str(tmp_path / "nowhere") in err
    assert err.count("\n") == 1


def test_no_simulator_is_one_line(tmp_path):
    """The demo asks for a simulator by entry point and says which there are."""
    with pytest.raises(NotFoundError, match="no simulator of HAL") as raised:
        draw_night("HAL", tmp_path / "night", 1, Silent())
    assert "EFOSC2" in raised.value.accepted
