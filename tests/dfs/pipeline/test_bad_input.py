"""Bad input at the command line: one line for each fault, the rest of the night reduced, nothing half-written, the next run goes on."""

from __future__ import annotations

import gzip
import json
import os

import numpy as np
import pytest
from astropy.io import fits

from dfs.cli import main

START = "TINY.2024-03-01T22:00:00.000.fits"  # NGC 1
ALL_DONE = {"BIAS": "done", "FLAT": "done", "NGC 1": "done", "NGC 2": "done"}


@pytest.fixture
def reduce(capsys, tmp_path):
    """Return a function that runs ``dfs reduce FOLDER --json``: exit code, document, what was said; fails on a traceback."""

    def run(folder, *more):
        root = tmp_path / "root"
        code = main(["--root", str(root), "reduce", str(folder), "--workers", "0", "--json", *more])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "unexpected" not in out + err
        assert list((root / "work").glob("run-*")) == []
        assert [path for path in root.rglob("*") if path.name.endswith(".part")] == []
        return code, json.loads(out, parse_constant=pytest.fail), err

    return run


def states(document):
    return {one["target"]: one["state"] for one in document["jobs"]}


def change(path, pixels=None, without=(), **cards):
    """Write the frame `path` anew with other pixels, without some keywords, with other cards."""
    with fits.open(path) as hdus:
        header, data = hdus[0].header, hdus[0].data
    data = data if pixels is None else pixels(data)
    for keyword in without:
        del header[keyword]
    for keyword in ("BZERO", "BSCALE", "BITPIX"):
        header.remove(keyword, ignore_missing=True)
    header.update(cards)
    fits.PrimaryHDU(data, header).writeto(path, overwrite=True)


IMPOSSIBLE = (
    ("EXPTIME", None),
    ("EXPTIME", -1.0),
    ("EXPTIME", "long"),
    ("MJD-OBS", None),
    ("MJD-OBS", "yesterday"),
    ("MJD-OBS", 1e99),
    ("INSTRUME", None),
    ("ESO DPR CATG", None),
    ("ARCFILE", "../../../tmp/evil.fits"),
    ("ARCFILE", "TINY.2024-03-01T22:00:00.000/../x.fits"),
)


def test_headers_that_cannot_be(reduce, night, draw):
    """Each frame at fault is named with its keyword and a remedy, and left out; nobody else suffers."""
    expected = {}
    for minutes, (keyword, value) in enumerate(IMPOSSIBLE, start=130):
        bad = draw(minutes, "OBJECT", "odd")
        change(bad, without=[keyword] if value is None else (), **({} if value is None else {keyword: value}))
        expected[str(bad)] = keyword
    code, document, err = reduce(night)
    assert code == 1
    assert {one["path"]: one["keyword"] for one in document["failures"]} == expected
    for failure in document["failures"]:
        assert failure["hint"]
        assert f"{failure['path']} ({failure['keyword']}): " in err
    assert states(document) == ALL_DONE


def test_without_a_keyword_of_its_setup(reduce, night):
    """No calibration can be chosen then: the line names the keyword, and it is no news about calibrations."""
    targets = {START: "ESO DET WIN1 BINX", START.replace("T22", "T23"): "ESO INS FILT1 NAME"}
    for name, keyword in targets.items():
        change(night / name, without=[keyword])
    code, document, _ = reduce(night)
    assert code == 1
    assert {one["path"]: one["keyword"] for one in document["failures"]} == {
        str(night / name): keyword for name, keyword in targets.items()
    }
    assert all(f"keyword {one['keyword']} is missing" in one["message"] for one in document["failures"])
    assert states(document) == ALL_DONE | {"NGC 1": "blocked", "NGC 2": "blocked"}


def test_a_bias_of_unknown_binning(reduce, night, draw):
    """It belongs to no group; the other two make the master."""
    bad = draw(2, "BIAS")
    change(bad, without=["ESO DET WIN1 BINY"])
    code, document, _ = reduce(night)
    (failure,) = document["failures"]
    assert (code, failure["path"], failure["keyword"]) == (1, str(bad), "ESO DET WIN1 BINY")
    assert states({"jobs": [one for one in document["jobs"] if one["state"] != "blocked"]}) == ALL_DONE


def test_another_binning(reduce, night):
    """A calibration of another setup is not used: the keyword that differs and both values are said."""
    change(night / START, **{"HIERARCH ESO DET WIN1 BINY": 2})
    _, document, _ = reduce(night)
    (failure,) = document["failures"]
    assert failure["keyword"] == "ESO DET WIN1 BINY"
    assert "1x1" in failure["message"]
    assert "1x2" in failure["message"]


def test_dead_biases_among_others(reduce, night, draw):
    """They are left out and named; the others make the master, and the night is reduced."""
    dead = {
        "every pixel is 0": np.zeros_like,
        "every pixel is 65535": lambda data: np.full_like(data, 65535),
        "no pixel of the frame is a number": lambda data: np.full(data.shape, np.nan, np.float32),
    }
    for minutes, pixels in enumerate(dead.values(), start=2):
        change(draw(minutes, "BIAS"), pixels)
    code, document, _ = reduce(night)
    assert code == 1
    for words, failure in zip(dead, document["failures"], strict=True):
        assert words in failure["message"]
    assert states(document) == ALL_DONE


def test_changed_pixels_under_an_old_checksum(reduce, night, draw):
    """One bias whose DATASUM disagrees is left out before it takes the others along."""
    bad = draw(2, "BIAS")
    with fits.open(bad) as hdus:
        hdus.writeto(bad, overwrite=True, checksum=True)
    content = bytearray(bad.read_bytes())
    content[-2880] ^= 1
    bad.write_bytes(content)
    code, document, _ = reduce(night)
    (failure,) = document["failures"]
    assert (code, failure["path"], failure["keyword"]) == (1, str(bad), "DATASUM")
    assert states(document) == ALL_DONE


def test_damaged_inside_the_gzip(reduce, night, tmp_path):
    """Header whole, body damaged: it does not get into the archive, where it would bar the whole copy of the frame."""
    good = night / START
    raw = good.read_bytes()
    pixels = np.random.default_rng(7).integers(0, 255, 200_000, dtype=np.uint8).tobytes()  # so that deflate has to work
    packed = bytearray(gzip.compress(raw + pixels))
    packed[-100_000:-99_900] = b"\xff" * 100
    bad = night / f"{START}.gz"
    bad.write_bytes(packed)
    good.rename(tmp_path / START)
    code, document, _ = reduce(night)
    (failure,) = document["failures"]
    assert (code, failure["path"]) == (1, str(bad))
    bad.unlink()
    (tmp_path / START).rename(good)
    code, document, _ = reduce(night)
    assert (code, document["failures"]) == (0, [])
    assert states(document)["NGC 1"] == "done"


def test_one_name_two_contents(reduce, night):
    """Two different files of one DP ID: one is taken, the other named together with it."""
    other = night / "Z.fits"
    other.write_bytes((night / START).read_bytes())
    change(other, lambda data: data + np.uint16(1))
    code, document, _ = reduce(night)
    (failure,) = document["failures"]
    assert (code, failure["path"], failure["keyword"]) == (1, str(other), "ARCFILE")
    assert START in failure["message"]
    assert states(document) == ALL_DONE


def test_a_pipe_among_the_files(reduce, night):
    """A pipe called .fits is not waited for."""
    os.mkfifo(night / "pipe.fits")
    code, document, _ = reduce(night)
    (failure,) = document["failures"]
    assert (code, failure["path"]) == (1, str(night / "pipe.fits"))
    assert states(document) == ALL_DONE


def test_names_are_not_markup(capsys, tmp_path, night, draw):
    """What stands in OBJECT and in a file's name is printed as it is, and escaped in the summary."""
    target = "[/bold] :star: <img src=x onerror=alert(1)>"
    path = draw(150, "OBJECT", target)
    path.rename(path.with_name(f"<img src=y onerror=alert(2)> [red] 'q' {path.name}"))
    code = main(["--root", str(tmp_path / "root"), "reduce", str(night), "--workers", "0"])
    out, err = capsys.readouterr()
    assert (code, "unexpected" in err) == (0, False)
    assert target in out
    for page in (tmp_path / "root").rglob("*.html"):
        text = page.read_text()
        assert "<img src=x" not in text
        assert "<img src=y" not in text
    assert main(["frames", "list", str(night)]) == 0
    assert target in capsys.readouterr().out


def test_times_beyond_the_calendar_are_listed(capsys, night):
    """``frames list`` shows every file, whatever its header says."""
    change(night / START, **{"MJD-OBS": 1e99})
    assert main(["frames", "list", str(night)]) == 0
    assert "MJD 1e+99" in capsys.readouterr().out


def test_a_failed_calibration_has_a_substitute(reduce, night, draw):
    """The nearest flat fails: the one of the hour before serves, and the failure is told."""
    draw(125, "FLAT", "FAIL")
    code, document, _ = reduce(night)
    assert code == 1
    assert [(one["target"], one["message"]) for one in document["failures"]] == [("FLAT", "every pixel is saturated")]
    science = {one["target"]: one["inputs"] for one in document["products"] if one["pro_catg"] == "SCIENCE_IMAGE"}
    assert sorted(science) == ["NGC 1", "NGC 2"]
    assert all("TINY.2024-03-01T21:00:00.000_MASTER_FLAT_IMG_v1" in inputs for inputs in science.values())
    code, document, _ = reduce(night)
    assert states({"jobs": [one for one in document["jobs"] if one["state"] != "failed"]}) == dict.fromkeys(
        ALL_DONE, "cached"
    )


def test_an_archived_master_is_a_substitute(reduce, night, draw):
    """A night whose own flat fails takes the archived one of the night before."""
    reduce(night)
    draw(60 * 24, "FLAT", "FAIL", folder="other")
    other = draw(60 * 24 + 10, "OBJECT", "NGC 5", folder="other").parent
    _, document, _ = reduce(other)
    assert states(document) == {"FLAT": "failed", "NGC 5": "done"}
    (product,) = document["products"]
    assert "TINY.2024-03-01T21:00:00.000_MASTER_FLAT_IMG_v1" in product["inputs"]


def test_a_damaged_master_is_no_substitute(reduce, night, draw):
    """An archived calibration that somebody changed is not planned with: the frame says what it misses."""
    _, document, _ = reduce(night)
    flat = next(one["path"] for one in document["products"] if one["pro_catg"] == "MASTER_FLAT_IMG")
    os.chmod(flat, 0o644)  # noqa: PTH101
    with open(flat, "r+b") as stream:  # noqa: PTH123
        stream.seek(-2880, os.SEEK_END)
        stream.write(b"\x7f")
    other = draw(60 * 24 + 10, "OBJECT", "NGC 5", folder="other").parent
    code, document, _ = reduce(other)
    assert (code, states(document)) == (1, {"NGC 5": "blocked"})
    assert "MASTER_FLAT_IMG is missing" in document["failures"][0]["message"]


def test_a_product_changed_behind_our_back(reduce, night):
    """It is not taken for what was made: the job is done again, and what serves is whole."""
    _, document, _ = reduce(night)
    science = next(one for one in document["products"] if one["target"] == "NGC 1")
    path = science["path"]
    os.chmod(path, 0o644)  # noqa: PTH101
    with open(path, "r+b") as stream:  # noqa: PTH123
        stream.seek(-2880, os.SEEK_END)
        stream.write(b"\x7f")
    code, document, _ = reduce(night)
    assert (code, states(document)) == (0, dict.fromkeys(ALL_DONE, "cached") | {"NGC 1": "done"})
    again = next(one for one in document["products"] if one["target"] == "NGC 1")
    assert again["datasum"] == science["datasum"]
    with fits.open(again["path"], checksum=True) as hdus:
        assert [hdu.verify_datasum() for hdu in hdus] == [1] * len(hdus)


def test_a_file_stands_where_the_observatory_should_be(capsys, tmp_path, night):
    """One line that names it and says what to do."""
    place = tmp_path / "file"
    place.write_text("mine")
    assert main(["--root", str(place), "reduce", str(night), "--json"]) == 1
    out, _ = capsys.readouterr()
    error = json.loads(out)["error"]
    assert (error["where"], error["hint"]) == (str(place), "name another by --root")
    assert place.read_text() == "mine"


def test_a_damaged_database(capsys, tmp_path, night):
    """Every command says that the database is damaged, and that there are backups."""
    root = tmp_path / "root"
    main(["--root", str(root), "archive", "list"])
    for path in root.glob("observatory.sqlite*"):
        path.write_bytes(b"not a database " * 600)
    for command in (["reduce", str(night)], ["archive", "list"], ["qc", "show"], ["backup", str(tmp_path / "copy")]):
        capsys.readouterr()
        assert main(["--root", str(root), *command, "--json"]) == 1
        error = json.loads(capsys.readouterr().out)["error"]
        assert "dfs restore" in error["hint"]
        assert "unexpected" not in error["message"]
    assert not (tmp_path / "copy").exists()
