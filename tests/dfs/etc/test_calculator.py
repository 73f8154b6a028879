"""The call, and everything that reproduces it: documents, links, scripts, files."""

from __future__ import annotations

import json
import math
import runpy

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable

import dfs
from dfs import etc
from dfs.errors import DataError, ServiceError, UsageError
from dfs.etc.documents.answers import document_of, result_of
from dfs.etc.documents.links import inputs_of_link, link
from dfs.etc.documents.scripts import script
from dfs.etc.reading import read_question
from dfs.etc.showing.plots import figures_of, write_page
from dfs.etc.showing.tables import table_of, write_table


@pytest.fixture(scope="module")
def calculator():
    return etc.Calculator()


@pytest.fixture(scope="module")
def result(calculator):
    target = etc.Point(sed="blackbody", T=5800 * u.K, mag=22, band="V")
    sky = etc.Sky(airmass=1.2, seeing=0.8 * u.arcsec, days_from_new_moon=3)
    slit = 1.0 * u.arcsec
    return calculator("FORS2", mode="lss", grism="300V", slit=slit, target=target, sky=sky, exposure=1800 * u.s)


def same(one, other):
    return document_of(one) == document_of(other)


def test_single_controls_say_the_same(calculator, result):
    said = {"sed": "blackbody:5800", "mag": 22, "seeing": 0.8, "days_from_new_moon": 3, "exposure": "0.5 h"}
    assert same(calculator("FORS2", "lss", grism="300V", slit=1, **said), result)


def test_an_exposure_object_is_taken_too(calculator):
    asked = calculator.request("FORS2", mag=22, exposure=etc.Exposure(600.0, count=3))
    assert (asked.exposure.time_s, asked.exposure.count) == (600.0, 3)


def test_nothing_is_said_twice(calculator):
    with pytest.raises(UsageError, match="mag is said of the target too"):
        calculator("FORS2", target=etc.Point(mag=22), mag=21, exposure=1)
    with pytest.raises(UsageError) as found:
        calculator("FORS2", mag=22, exposre=1)
    assert found.value.hint == "did you mean exposure?"


def test_an_observatory_has_it(tmp_path, result):
    with dfs.open(tmp_path / "obs") as observatory:
        assert same(observatory.etc.of(document_of(result)), result)
        assert observatory.etc is observatory.etc


def test_a_document_gives_the_same_answer(calculator, result):
    document = json.loads(json.dumps(document_of(result), allow_nan=False))
    assert same(calculator.of(document), result)
    assert same(calculator.of(document["inputs"]), result)
    assert same(result_of(document), result)
    assert calculator.of(document, seeing=1.4).snr < result.snr
    assert calculator.of(document, snr=result.snr).exposure_s == pytest.approx(result.exposure_s)


def test_nulls_stand_for_what_is_not_finite(result):
    from dataclasses import replace

    broken = replace(result, sky_e=np.full_like(result.sky_e, math.nan), dark_e=math.inf)
    document = document_of(broken)
    json.dumps(document, allow_nan=False)
    assert document["results"]["sky_e"][0] is None
    assert np.isnan(result_of(document).sky_e).all()


def test_half_a_document_is_no_answer(result):
    document = document_of(result)
    for lost in ("snr", "wavelength_nm", "saturation"):
        with pytest.raises(DataError):
            result_of({**document, "results": {k: v for k, v in document["results"].items() if k != lost}})


def test_a_link_gives_the_same_answer(calculator, result):
    address = link(result.request, "https://example.org/")
    assert address.startswith("https://example.org/pages/etc?instrument=FORS2&mode=lss&")
    assert same(calculator.of(address), result)
    assert same(calculator.of(address.removeprefix("https://example.org")), result)


@pytest.mark.parametrize("address", ["/pages/etc", "/pages/etc?mag=2&mag=3", "?" + "a=1&" * 200, "?a=" + "b" * 70_000])
def test_links_that_are_none(address):
    with pytest.raises(UsageError):
        inputs_of_link(address)


@pytest.mark.parametrize("base", ["ftp://x", "example.org", "javascript:alert(1)"])
def test_a_link_leads_to_a_server(result, base):
    with pytest.raises(UsageError, match="is no server"):
        result.link(base)


def test_an_own_spectrum_is_in_document_and_script_but_in_no_link(calculator, tmp_path):
    target = etc.Point(([300.0, 500.0, 1100.0] * u.nm, [1.0, 2.0, 0.5] * u.Unit("1e-17 erg s-1 cm-2 AA-1")))
    one = calculator("FORS2", mode="lss", grism="300V", target=target, exposure=600)
    assert same(calculator.of(json.loads(json.dumps(document_of(one)))), one)
    with pytest.raises(UsageError, match="own"):
        link(one.request)
    assert same(ran(one, tmp_path), one)


@pytest.mark.parametrize(
    "said",
    [
        {"mag": 22, "exposure": 600},
        {"mag": 26, "extended": True, "diameter": 4, "snr": 12, "fli": 0.5},
        {
            "sed": "line:656.3:0.5",
            "line_flux": 1e-16,
            "exposure": 600,
            "mode": "lss",
            "grism": "300V",
            "filter": "GG435",
        },
        {"sed": "template:quasar", "redshift": 1.5, "mag": 20, "system": "ab", "exposure": 60, "image_quality": 0.7},
        {"mag": 22, "exposure": 600, "sky_model": "classic", "days_from_new_moon": 7, "extraction": "as-reduced"},
    ],
)
def test_the_script_gives_the_same_answer(calculator, tmp_path, said):
    one = calculator("FORS2", **said)
    assert same(ran(one, tmp_path), one)


def ran(result, folder):
    path = folder / "made.py"
    path.write_text(script(result.request), encoding="utf-8")
    return runpy.run_path(str(path))["result"]


def test_a_script_may_ask_a_server(result):
    assert 'connect("https://example.org").etc' in script(result.request, "https://example.org")


def test_a_file_of_another_version_is_told(calculator, result, tmp_path):
    document = document_of(result)
    path = tmp_path / "case.json"
    path.write_text(json.dumps({**document, "versions": {"calculator": "0.1", "FORS2": "1999-01-01"}}))
    notes = calculator.of(path).notes
    assert any("calculator 0.1" in note for note in notes)
    assert any("FORS2 1999-01-01" in note for note in notes)


@pytest.mark.parametrize(("text", "error"), [("{", DataError), ("[1]", DataError), ('{"a": NaN}', DataError)])
def test_files_that_hold_no_question(tmp_path, text, error):
    path = tmp_path / "case.json"
    path.write_text(text)
    with pytest.raises(error):
        read_question(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_question(tmp_path / "nothing.json")
    with pytest.raises(UsageError):
        read_question({"inputs": 3})


def test_a_grid_has_the_controls_that_have_several_values(calculator):
    found = calculator.grid("FORS2", mag=24, exposure=[300, 600], seeing=[0.6, 0.9] * u.arcsec)
    assert found.snr().shape == (2, 2)
    one = calculator("FORS2", mag=24, exposure=600, seeing=0.9)
    table = found.table()
    last = table[(table["exposure"] == 600 * u.s) & (table["seeing"] == 0.9 * u.arcsec)]
    assert last["snr"][0] == pytest.approx(one.snr, rel=1e-3)
    with pytest.raises(UsageError, match="several values"):
        calculator.grid("FORS2", mag=24, exposure=300)
    with pytest.raises(UsageError, match="server"):
        etc.Calculator(lambda request: request).grid("FORS2", mag=[24], exposure=300)


def test_the_moon_of_a_grid_has_the_name_that_it_is_given(calculator):
    ages = calculator.grid("FORS2", mag=24, exposure=300, days_from_new_moon=[0, 14], seeing=0.8)
    assert ages.axes == {"moon": (0.0, 14.0)}
    fixed = calculator.grid("FORS2", mag=24, exposure=300, moon=14, seeing=[0.8], binning="2x2")
    assert fixed.request.sky.days_from_new_moon == 14.0
    assert fixed.snr()[0] == pytest.approx(ages.snr()[1], rel=1e-5)


@pytest.mark.parametrize("suffix", [".ecsv", ".fits", ".csv", ".parquet"])
def test_tables_are_written(result, tmp_path, suffix):
    path = tmp_path / f"spectrum{suffix}"
    write_table(table_of(result), path)
    if suffix == ".parquet":
        from pyarrow import parquet

        snr = parquet.read_table(path)["snr"].to_numpy()
    else:
        snr = np.asarray(QTable.read(path)["snr"])
    assert snr == pytest.approx(result.snr_per_pixel)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_table_in_ecsv_keeps_units_and_question(calculator, result, tmp_path):
    path = tmp_path / "spectrum.ecsv"
    write_table(table_of(result), path)
    table = QTable.read(path)
    assert table["wavelength"].unit == u.nm
    assert same(calculator.of(dict(table.meta["inputs"])), result)


def test_tables_and_plots_that_cannot_be_written(result, tmp_path):
    with pytest.raises(UsageError, match="no format"):
        write_table(table_of(result), tmp_path / "spectrum.xls")
    with pytest.raises(ServiceError):
        write_table(table_of(result), tmp_path / "nowhere" / "spectrum.csv")
    with pytest.raises(UsageError, match="no plot"):
        write_page(result, tmp_path / "plot.png")
    with pytest.raises(ServiceError):
        write_page(result, tmp_path / "nowhere" / "plot.html")


def test_the_plots_are_those_of_the_classic_page_and_need_no_network(calculator, result, tmp_path):
    assert len(figures_of(result)) >= 5
    assert figures_of(calculator("FORS2", mag=22, exposure=60))
    path = tmp_path / "plot.html"
    write_page(result, path)
    text = path.read_text(encoding="utf-8")
    assert "Signal-to-noise" in text
    assert "<script src=" not in text
    assert '<script type="text/javascript" src=' not in text


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"target": "star"}, "target"),
        ({"target": {"mag": 22}}, "target"),
        ({"target": etc.Sky()}, "target"),
        ({"mag": 22, "sky": "dark"}, "sky"),
        ({"mag": 22, "sky": {"fli": 1}}, "sky"),
        ({"mag": 22, "exposure": np.array([1.0, 2.0])}, "exposure"),
        ({"mag": np.array([]), "exposure": 1}, "mag"),
        ({"mag": 10**5000}, "mag"),
    ],
)
def test_arguments_of_another_kind_are_named(calculator, said, where):
    with pytest.raises(UsageError) as found:
        calculator("FORS2", **{"exposure": 10, **said})
    assert found.value.where == where


@pytest.mark.parametrize("question", [None, 5, "", b"x", []])
def test_what_is_no_question(calculator, question):
    with pytest.raises(UsageError, match="is no question"):
        calculator.of(question)


@pytest.mark.parametrize("schema", ["dfs.etc/99", "dfs.etc", "dfs.reduce/1", "dfs.etc.grid/1", 5, None])
def test_documents_of_another_kind_or_version_are_refused(calculator, result, schema):
    with pytest.raises(UsageError) as found:
        calculator.of({**document_of(result), "schema": schema})
    assert (found.value.where, found.value.accepted) == ("schema", "dfs.etc/1")


def test_documents_of_this_version_are_read(calculator, result):
    kept = document_of(result)
    for schema in ("dfs.etc/1", "dfs.etc/1.2"):
        assert same(calculator.of({**kept, "schema": schema}), result)
        assert same(calculator.of({**kept["inputs"], "schema": schema}), result)


def test_a_document_of_eso_may_lack_the_instrument(calculator):
    kept = {
        "target": {"brightness": {"brightnesstype": "mag", "mag": 20, "magband": "V", "magsys": "vega"}},
        "instrument": {"ins_configuration": "img_nopol", "INS.FILT1.NAME": "v_HIGH"},
        "timesnr": {"DET.WIN1.UIT1": 100, "SEQ.NEXPO": 1},
    }
    assert same(calculator.of(kept, instrument="FORS2"), calculator.of({**kept, "instrumentName": "fors"}))
    for said in ({}, {"instrument": 5}):
        with pytest.raises(UsageError):
            calculator.of(kept, **said)


def test_an_answer_is_not_changed_by_hand(result):
    for values in (result.target_e, result.flux, result.variance["sky"], result_of(document_of(result)).sky_e):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0
