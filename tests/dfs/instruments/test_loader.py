"""Reading an instrument's folder strictly: a wrong entry is named with its file."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import pytest

from dfs.errors import DataError, NotFoundError
from dfs.instruments import folders, loader

INSTRUMENT = """
name = "SOFI"
header_names = ["SOFI"]
dp_prefix = "SOFI"

[telescope]
name = "ESO-NTT"
site = "lasilla"
collecting_area_m2 = 9.0
source = "assumed"

[keywords]
detector = "ESO DET CHIP1 ID"
grism = "ESO INS GRIS1 NAME"

[detector.default]
nx = 1024
ny = 1024
pixel_scale_arcsec = 0.288
saturation_adu = 65535
bad_columns = [10, 12, 500, 501]
source = { nx = "manual", others = "assumed" }

[grism.GR]
dispersion_axis = "y"
wavelength_increases = false
range_nm = [1500.0, 2500.0]
dispersion_nm = 1.0
source = "assumed"
"""
FRAMES = """
products = ["MASTER_FLAT"]

[keys]
binning = ["BINX", "BINY"]

[need.MASTER_FLAT]
made_from = ["FLAT"]
minimum = 3
rule = [
    { level = 0, keys = ["binning"], days = [-1, 1] },
    { level = 2, keys = [], days = [-30, 30], minimum = 1 },
]

[[class]]
name = "FLAT"
when = { "ESO DPR TYPE" = ["FLAT", "DOME"], EXPTIME = { above = 0.0 } }
setup = ["binning"]
recipe = "flat_image"

[[class]]
name = "SCIENCE"
when = { "ESO DPR TYPE" = "OBJECT" }
needs = ["MASTER_FLAT"]
"""
QC = """
[parameter.ron_e]
unit = "electron"
description = "Read-out noise"
estimator = "scatter of the difference of two biases over sqrt(2)"
"""


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "sofi"
    place.mkdir()
    (place / "__init__.py").write_text("")
    for name, text in (("instrument", INSTRUMENT), ("frames", FRAMES), ("qc", QC)):
        (place / f"{name}.toml").write_text(text)
    return place


def test_reads_all(folder):
    sofi = loader.read_folder(folder)
    assert sofi.detectors["default"].bad_columns == ((10, 12), (500, 501))
    assert sofi.detectors["default"].gain_keyword == "ESO DET OUT1 CONAD"
    assert sofi.sources["detector.default.nx"] == "manual"
    assert sofi.sources["detector.default.ny"] == "assumed"
    assert not sofi.grisms["GR"].wavelength_increases
    science = sofi.rules.find("SCIENCE")
    assert [(rule.level, rule.minimum) for rule in science.needs[0].rules] == [(0, 3), (2, 1)]
    assert sofi.rules.find("MASTER_FLAT").is_product
    assert sofi.rules.keywords() == {"BINX", "BINY", "ESO DPR TYPE", "EXPTIME", "ESO PRO CATG"}
    assert sofi.parameter("ron_e").unit == "electron"
    with pytest.raises(NotFoundError, match="no quality parameter"):
        sofi.parameter("none")
    assert dict(sofi.lines) == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "message"),
    [
        ("instrument", 'dp_prefix = "SOFI"', "", "dp_prefix", "missing"),
        ("instrument", 'dp_prefix = "SOFI"', "dp_prefix = 3", "dp_prefix", "3 is not accepted"),
        ("instrument", "nx = 1024", 'nx = "1024"', "detector.default.nx", "not accepted"),
        ("instrument", "nx = 1024", "nx = true", "detector.default.nx", "not accepted"),
        ("instrument", "nx = 1024", "nx = 1024\nnz = 3", "detector.default.nz", "not known"),
        ("instrument", "bad_columns = [10, 12, 500, 501]", "bad_columns = [12, 10]", "bad_columns", "not accepted"),
        ("instrument", 'source = { nx = "manual", others = "assumed" }', "", "detector.default.nx", "no source"),
        (
            "instrument",
            'source = { nx = "manual", others = "assumed" }',
            'source = { nx = "manual" }',
            "detector.default.ny",
            "no source",
        ),
        (
            "instrument",
            'source = { nx = "manual"',
            'source = { mx = "manual"',
            "detector.default.source",
            "no figure here",
        ),
        ("instrument", "[detector.default]", "[detector.other]", "detector", "no default detector"),
        ("instrument", 'dispersion_axis = "y"', 'dispersion_axis = "z"', "dispersion_axis", "not accepted"),
        ("instrument", "range_nm = [1500.0, 2500.0]", "range_nm = [2500.0, 1500.0]", "range_nm", "not accepted"),
        ("instrument", "[telescope]", "[telescope", "instrument.toml", "not valid TOML"),
        ("frames", 'setup = ["binning"]', 'setup = ["bining"]', "class.FLAT.setup", "not in \\[keys\\]"),
        ("frames", "above = 0.0", "above = 'zero'", "when.EXPTIME", "not accepted"),
        ("frames", "above = 0.0", "over = 0.0", "when.EXPTIME", "not known"),
        ("frames", 'when = { "ESO DPR TYPE" = "OBJECT" }', "when = {}", "class.SCIENCE.when", "every frame"),
        ("frames", 'needs = ["MASTER_FLAT"]', 'needs = ["MASTER_BIAS"]', "class.SCIENCE.needs", "not among the needs"),
        ("frames", "level = 2", "level = -1", "need.MASTER_FLAT.rule", "wrong or missing"),
        ("frames", "days = [-1, 1]", "days = [1, -1]", "days", "not accepted"),
        ("frames", 'made_from = ["FLAT"]', 'made_from = ["FLATT"]', "class", "not all of them classes"),
        ("frames", 'products = ["MASTER_FLAT"]', "products = []", "class", "no product here"),
        (
            "qc",
            'estimator = "scatter of the difference of two biases over sqrt(2)"',
            'estimator = " "',
            "estimator",
            "not written out",
        ),
        ("qc", 'unit = "electron"', "", "unit", "missing"),
    ],
)
def test_wrong_entries_are_named(folder, file, old, new, where, message):
    path = folder / f"{file}.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(DataError, match=message) as caught:
        loader.read_folder(folder)
    assert str(path) in caught.value.where
    assert where in caught.value.where


def test_missing_file(folder):
    (folder / "qc.toml").unlink()
    with pytest.raises(DataError, match="missing") as caught:
        loader.read_folder(folder)
    assert "qc.toml" in caught.value.where


@pytest.fixture
def fresh():
    def clear():
        folders._folders.cache_clear()
        loader._by_header_name.cache_clear()

    clear()
    yield
    clear()


def with_entry_point(monkeypatch, value):
    monkeypatch.setattr(folders, "entry_points", lambda group: [EntryPoint("SOFI", value, group)])


def test_folder_of_others_by_entry_point(folder, monkeypatch, fresh):
    monkeypatch.syspath_prepend(str(folder.parent))
    with_entry_point(monkeypatch, "sofi")
    try:
        assert folders.names() == ("EFOSC2", "FORS2", "SOFI")
        assert loader.load("sofi").telescope == "ESO-NTT"
        assert loader.of({"INSTRUME": "SOFI "}).name == "SOFI"
    finally:
        sys.modules.pop("sofi", None)


@pytest.mark.parametrize(
    ("value", "message"), [("no_such_module_xyz", "cannot be loaded"), ("json", "no instrument.toml")]
)
def test_wrong_entry_point(monkeypatch, fresh, value, message):
    with_entry_point(monkeypatch, value)
    with pytest.raises(DataError, match=message) as caught:
        folders.names()
    assert "SOFI" in caught.value.where


def test_two_instruments_of_one_header_name(folder, monkeypatch, fresh):
    path = folder / "instrument.toml"
    path.write_text(path.read_text().replace('header_names = ["SOFI"]', 'header_names = ["EFOSC"]'))
    monkeypatch.syspath_prepend(str(folder.parent))
    with_entry_point(monkeypatch, "sofi")
    try:
        with pytest.raises(DataError, match="means both"):
            loader.of({"INSTRUME": "EFOSC"})
    finally:
        sys.modules.pop("sofi", None)


def test_unknown_instrument():
    with pytest.raises(NotFoundError, match="WFPC2") as caught:
        loader.load("WFPC2")
    assert "EFOSC2" in caught.value.accepted


def test_line_lists_are_checked(folder):
    lines = folder / "lines"
    lines.mkdir()
    good = "# %ECSV 1.0\n# ---\n# datatype:\n" + "".join(
        f"# - {{name: {name}, datatype: {kind}}}\n"
        for name, kind in (("wavelength_nm", "float64"), ("ion", "string"), ("intensity", "float64"), ("blend", "bool"))
    )
    rows = "# schema: astropy-2.0\nwavelength_nm ion intensity blend\n{} A 1 False\n{} B 2 True\n"
    source = "# meta: {source: somebody}\n"
    (lines / "Good.ecsv").write_text(good + source + rows.format(1, 2))
    (lines / "Unsorted.ecsv").write_text(good + source + rows.format(2, 1))
    (lines / "Nameless.ecsv").write_text(good + rows.format(1, 2))
    (lines / "Text.ecsv").write_text("no table at all")
    lists = loader.read_folder(folder).lines
    assert list(lists["Good"]["ion"]) == ["A", "B"]
    for name, message in (("Unsorted", "do not increase"), ("Nameless", "no source"), ("Text", "not an ECSV")):
        with pytest.raises(DataError, match=message) as caught:
            lists[name]
        assert name in caught.value.where
