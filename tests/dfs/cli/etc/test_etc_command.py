"""``dfs etc`` as a user types it."""

from __future__ import annotations

import io
import json
import runpy
import shlex
import subprocess
import sys

import pytest
from astropy.table import QTable

from dfs.cli import main

SPECTRUM = ("FORS2", "--mode", "lss", "--grism", "300V", "--slit", "1.0", "--sed", "blackbody:5800", "--mag", "22")


@pytest.fixture
def call(capsys):
    """Call ``dfs etc``; gives the JSON document, and what stood on standard error."""

    def made(*words, code=0):
        found = main(["etc", *map(str, words), "--json"])
        said = capsys.readouterr()
        assert found == code, said.err
        return json.loads(said.out), said.err

    return made


def test_an_answer_fed_back_is_the_same_answer(call, tmp_path):
    first, _ = call(*SPECTRUM, "--exposure", "1800")
    assert first["schema"] == "dfs.etc/1"
    assert set(first) == {"schema", "inputs", "results", "assumed", "notes", "versions"}
    wanted = {"snr", "exposure_s", "wavelength_nm", "snr_per_pixel", "target_e", "sky_e", "throughput"}
    wanted |= {"aperture_pixels", "aperture_arcsec2", "encircled_fraction", "image_quality_arcsec", "saturation"}
    assert wanted <= set(first["results"])
    path = tmp_path / "case.json"
    path.write_text(json.dumps(first))
    assert call("--input", path)[0] == first
    path.write_text(json.dumps(first["inputs"]))
    assert call("--input", path)[0] == first
    longer, _ = call("--input", path, "--exposure", "2h")
    assert longer["results"]["exposure_s"] == 7200
    assert longer["results"]["snr"] > first["results"]["snr"]
    asked, _ = call("--input", path, "--snr", longer["results"]["snr"])
    assert asked["results"]["exposure_s"] == pytest.approx(7200, rel=1e-6)


def test_the_summary_has_units_terms_and_what_is_assumed(capsys):
    assert main(["etc", *SPECTRUM, "--exposure", "1800", "--at", "6000AA"]) == 0
    said = capsys.readouterr().out
    for word in (
        "GRIS_300V",
        "blackbody:5800",
        "600.0 nm",
        "1800 s",
        "e-",
        "arcsec2",
        "variance",
        "versions: calculator",
    ):
        assert word in said


def test_files_are_written(call, tmp_path):
    table, plot, eso = tmp_path / "a.ecsv", tmp_path / "a.html", tmp_path / "eso.json"
    document, _ = call(*SPECTRUM, "--exposure", "600", "--table", table, "--plot", plot, "--eso", eso)
    assert list(QTable.read(table)["snr"]) == pytest.approx(document["results"]["snr_per_pixel"])
    assert plot.read_text().startswith("<!DOCTYPE html>")
    again, _ = call("--input", eso)
    assert again["inputs"]["grism"] == "GRIS_300V"
    assert again["results"]["exposure_s"] == 600


def test_the_script_and_the_link_ask_the_same(call, capsys, tmp_path):
    document, _ = call(*SPECTRUM, "--exposure", "600")
    made, _ = call(*SPECTRUM, "--exposure", "600", "--python", "--link", "https://example.org")
    path = tmp_path / "made.py"
    path.write_text(made["python"])
    assert runpy.run_path(str(path))["result"].snr == document["results"]["snr"]
    assert capsys.readouterr().out.startswith("S/N ")
    assert call("--input", made["link"])[0] == document


def test_the_script_is_printed_as_it_is(capsys, tmp_path):
    assert main(["etc", *SPECTRUM, "--exposure", "600", "--python"]) == 0
    path = tmp_path / "made.py"
    path.write_text(capsys.readouterr().out)
    assert runpy.run_path(str(path))["result"].exposure_s == 600


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".ecsv", ".fits"])
def test_a_grid_goes_to_a_table(call, tmp_path, suffix):
    path = tmp_path / f"grid{suffix}"
    words = ("FORS2", "--mag", "24", "--exposure", "600", "--grid", "seeing=0.6:1.2:0.1", "airmass=1,1.5")
    document, _ = call(*words, "--table", path)
    assert document["cases"] == 14
    assert document["axes"]["seeing"] == [0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2]
    if suffix == ".parquet":
        from pyarrow import parquet

        rows, snr = parquet.read_table(path).num_rows, parquet.read_table(path)["snr"].to_pylist()
    else:
        table = QTable.read(path)
        rows, snr = len(table), list(table["snr"])
    assert rows == 14
    assert max(snr) == snr[0]
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    single, _ = call("FORS2", "--mag", "24", "--exposure", "600", "--seeing", "0.6", "--airmass", "1")
    assert snr[0] == pytest.approx(single["results"]["snr"], rel=1e-3)


def test_a_small_grid_is_shown(call):
    document, _ = call("FORS2", "--mag", "24", "--snr", "10", "--grid", "binning=1x1,2x2", "seeing=0.6,0.9")
    assert len(document["rows"]) == 4
    assert document["rows"][0]["binning"] == "1x1"
    assert all(row["exposure_s"] > 0 for row in document["rows"])


def test_what_can_be_chosen(call):
    assert "FORS2" in [one["name"] for one in call("list")[0]["instruments"]]
    document, _ = call("list", "FORS2")
    assert document["schema"] == "dfs.etc.list/1"
    assert "GRIS_300V" in document["modes"]["lss"]["grisms"]
    assert "V" in call("templates")[0]["bands"]


@pytest.mark.parametrize("words", [["etc", "list"], ["etc", "list", "FORS2"], ["etc", "templates"]])
def test_lists_for_people(capsys, words):
    assert main(words) == 0
    assert len(capsys.readouterr().out.splitlines()) > 3


@pytest.mark.parametrize(
    ("words", "where", "told"),
    [
        (["FORS2"], "--mag", "magnitude"),
        (["FORS2", "--mag", "22"], "--exposure", "snr"),
        ([], "INSTRUMENT", "FORS2"),
        (["FORS3", "--mag", "2", "--exposure", "1"], "INSTRUMENT", "FORS2"),
        (["FORS2", "HAWKI"], "INSTRUMENT", "one instrument"),
        ([*SPECTRUM, "--exposure", "1", "--grism", "300X"], "--grism", "did you mean GRIS_300V?"),
        ([*SPECTRUM, "--exposure", "1", "--slit", "1.1"], "--slit", "1.31"),
        ([*SPECTRUM, "--exposure", "1,5"], "--exposure", "number"),
        ([*SPECTRUM, "--exposure", "1", "--at", "2000"], "--at", "nm"),
        ([*SPECTRUM, "--exposure", "1", "--read-mode", "3kHz"], "--read-mode", "200kHz"),
        ([*SPECTRUM, "--exposure", "1", "--band", "Q"], "--band", "V"),
        ([*SPECTRUM, "--exposure", "1", "--sed", "template:nobody"], "--sed", "quasar"),
        ([*SPECTRUM, "--exposure", "1", "--seeing", "nan"], "--seeing", "number"),
        ([*SPECTRUM, "--exposure", "1", "--seeing", "0.8deg"], "--seeing", "0.1"),
        ([*SPECTRUM, "--exposure", "1", "--snr", "3"], "--snr", "one of"),
        ([*SPECTRUM, "--exposure", "1", "--grid"], "--grid", "AXIS"),
        ([*SPECTRUM, "--exposure", "1", "--grid", "colour=1,2"], "--grid", "seeing"),
        ([*SPECTRUM, "--exposure", "1", "--grid", "seeing=0.6:1.2:-1"], "--grid seeing", "STEP"),
        ([*SPECTRUM, "--exposure", "1", "--grid", "seeing=a,b"], "--grid seeing", "0.6"),
        ([*SPECTRUM, "--exposure", "1", "--grid", "seeing=0.6:1.2:0.0001"], "--grid", "--table"),
    ],
)
def test_a_wrong_call_is_one_line_that_names_the_option(call, words, where, told):
    document, said = call(*words, code=2)
    assert document["error"]["where"] == where
    assert told in said
    assert len(said.splitlines()) == 1


def test_files_that_are_no_questions(call, tmp_path):
    call("--input", tmp_path / "nothing.json", code=2)
    path = tmp_path / "case.json"
    path.write_text("{")
    call("--input", path, code=1)
    path.write_text(json.dumps({"inputs": {"instrument": "FORS2", "mga": 3}}))
    document, _ = call("--input", path, code=2)
    assert document["error"]["hint"] == "did you mean mag?"
    call(*SPECTRUM, "--exposure", "1", "--plot", tmp_path / "plot.png", code=2)
    call(*SPECTRUM, "--exposure", "1", "--table", tmp_path / "table.xls", code=2)


ESO = {
    "target": {"brightness": {"brightnesstype": "mag", "mag": 20, "magband": "V", "magsys": "vega"}},
    "instrument": {"ins_configuration": "img_nopol", "INS.FILT1.NAME": "v_HIGH"},
    "timesnr": {"DET.WIN1.UIT1": 100, "SEQ.NEXPO": 1},
}


def test_the_instrument_of_a_document_of_eso_may_stand_on_the_line(call, tmp_path):
    path = tmp_path / "eso.json"
    path.write_text(json.dumps(ESO))
    assert call("FORS2", "--input", path)[0]["inputs"]["filter"] == "v_HIGH"
    assert call("--input", path, code=2)[0]["error"]["message"] == "which instrument?"


def test_a_question_comes_from_standard_input(call, monkeypatch):
    asked = {"instrument": "FORS2", "mag": 22, "exposure": 60}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(asked).encode())))
    assert call("--input", "-", "--exposure", "30")[0]["results"]["exposure_s"] == 30


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (("--connect", ""), "--connect"),
        (("--connect", "host:80"), "--connect"),
        (("--link", ""), "--link"),
        (("--link", "ftp://x"), "--link"),
        (("--link", "https://"), "--link"),
        (("--input", ""), "--input"),
        (("--grid", "seeing=1", "seeing=2"), "--grid"),
        (("--band", "VV"), "--band"),
        (("--exposure", "0"), "--exposure"),
        (("--snr", "1", "--exposure", "5"), "--snr"),
        (("--fli", "0.5", "--moon-distance", "120", "--moon-altitude", "80"), "--moon-altitude"),
    ],
)
def test_what_is_wrong_is_named_by_its_option(call, words, where):
    document, said = call("FORS2", "--mag", "22", "--exposure", "60", *words, code=2)
    assert document["error"]["where"] == where
    assert said.startswith(f"dfs: {where}: ")


def test_an_instrument_that_is_none_to_list(capsys):
    assert main(["etc", "list", "NOPE"]) == 2
    assert capsys.readouterr().err.startswith("dfs: INSTRUMENT: no exposure times for 'NOPE'; accepted: EFOSC2, ")


def test_equal_values_of_an_axis_are_computed_once(call):
    document, said = call("FORS2", "--mag", "22", "--exposure", "60", "--grid", "seeing=1,0.8,1.0")
    assert document["axes"] == {"seeing": [1.0, 0.8]}
    assert said == "dfs: --grid seeing: 1 of 3 values are there twice, left out\n"


def test_a_file_that_is_written_over_is_told_of(call, tmp_path):
    paths = {"--table": tmp_path / "a.csv", "--plot": tmp_path / "a.html", "--eso": tmp_path / "a.json"}
    words = ("FORS2", "--mag", "22", "--exposure", "60", *(word for pair in paths.items() for word in pair))
    assert call(*words)[1] == ""
    said = call(*words)[1]
    assert sorted(said.splitlines()) == sorted(f"dfs: replaced {path}" for path in paths.values())


def test_the_longest_of_the_infrared_is_a_dit(capsys):
    assert main(["etc", "HAWKI", "--filter", "J", "--mag", "15", "--exposure", "60"]) == 0
    assert "longest safe DIT" in capsys.readouterr().out


def test_a_wrong_option_points_to_the_help_without_a_gap(capsys):
    assert main(["etc", "FORS2", "--nope"]) == 2
    assert "see: dfs etc --help" in capsys.readouterr().err


def test_a_reader_who_leaves_ends_it_quietly():
    line = shlex.join([sys.executable, "-m", "dfs", "etc", "FORS2", "--mag", "22", "--exposure", "60"])
    done = subprocess.run(["/bin/sh", "-c", f"{line} | true"], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_how_faint(call):
    faint, _ = call("FORS2", "--filter", "v_HIGH", "--exposure", "3600", "--limit", "5")
    assert faint["results"]["snr"] == pytest.approx(5.0, rel=1e-6)
    assert 26.0 < faint["inputs"]["mag"] < 28.0
    line, _ = call("MUSE", "--sed", "line:656.3", "--exposure", "3600", "--limit", "5")
    assert line["results"]["snr"] == pytest.approx(5.0, rel=1e-6)
    assert call("FORS2", "--snr", "10", "--limit", "5", code=2)[0]["error"]["where"] == "--snr"
    assert call("FORS2", "--exposure", "10", "--limit", "deep", code=2)[0]["error"]["where"] == "--limit"
