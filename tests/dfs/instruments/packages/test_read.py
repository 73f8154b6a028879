"""Reading ``templates.toml`` strictly: a wrong entry is named with its file."""

from __future__ import annotations

import pytest

from dfs.errors import DataError, NotFoundError
from dfs.instruments import packages
from dfs.instruments.packages.read import read_package

GOOD = """
[package]
name = "XYZ"
telescope = "UT1"
versions = ["110.02", "116.05"]
constraints = ["airmass", "seeing"]
source = "manual"

[constraint.seeing]
default = 0.8
source = "assumed"

[constraint.phase]
type = "number"
default = 0.0
range = [0.0, 1.0]
label = "Orbital phase"
source = "assumed"
since = "116.05"

[values]
filters = ["V", "R"]

[parameters]
exposure = [{ name = "DET.UIT", type = "number", range = [0.1, 100.0], unit = "s", label = "Exposure", alias = "exposure" }]
filter = [{ name = "INS.FILT", type = "keyword", values = "filters", label = "Filter" }]
both = ["exposure", "filter"]

[overhead.readout]
label = "read-out"
by = "INS.FILT"
seconds = 10
table = { V = 20 }
source = "manual"

[time.images]
model = "exposures"
exposure = "DET.UIT"
count = [2]
readout = "readout"

[template.XYZ_img_obs]
type = "science"
label = "Images"
parameters = ["both", "position_angle"]
time = "images"

[template.XYZ_img_acq]
type = "acquisition"
label = "Acquisition"
parameters = [{ use = "exposure", default = 5.0 }, { name = "SEQ.NEW", type = "boolean", default = true, label = "New", since = "116.05" }]
time = { model = "acquisition" }
"""


def package_of(tmp_path, text, version=None):
    path = tmp_path / "templates.toml"
    path.write_text(text)
    return read_package(path, version)


def test_a_package_takes_over_what_is_shared(tmp_path):
    package = package_of(tmp_path, GOOD)
    assert package.version == "116.05"
    assert package.telescope.preset_s == 360
    assert package.constraints["seeing"].default == 0.8
    assert package.constraints["seeing"].ranges == ((0.2, 5.0),)
    science = package.signature("XYZ_img_obs")
    assert list(science.parameters) == ["DET.UIT", "INS.FILT", "TEL.ROT.OFFANGLE"]
    assert science.parameters["INS.FILT"].values == ("V", "R")
    assert science.parameters["DET.UIT"].required
    assert science.source == "manual"
    acquisition = package.signature("XYZ_img_acq")
    assert acquisition.parameters["DET.UIT"].default == 5.0
    assert acquisition.aliased("exposure").name == "DET.UIT"
    assert list(package.signatures) == ["XYZ_img_acq", "XYZ_img_obs"]


def test_an_older_version_lacks_what_came_later(tmp_path):
    package = package_of(tmp_path, GOOD, 110.02)
    assert "phase" not in package.constraints
    assert "SEQ.NEW" not in package.signature("XYZ_img_acq").parameters


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('telescope = "UT1"', 'telescope = "UT9"', "'UT9' is not known"),
        ('versions = ["110.02", "116.05"]', "versions = []", "there is no version"),
        ('constraints = ["airmass", "seeing"]', 'constraints = ["airmas"]', "'airmas' is not known"),
        ("default = 0.8", "default = 80", "seeing = 80 is not accepted"),
        ('type = "number"\ndefault', 'type = "real"\ndefault', "'real' is not accepted"),
        ('values = "filters"', 'values = "filter"', "there is no list 'filter'"),
        ('"both", "pos', '"bth", "pos', "there is no group 'bth'"),
        ('{ use = "exposure"', '{ use = "both"', "has 2 parameters"),
        ('"both", "position_angle"', '"both", "filter"', "stands there twice"),
        ("range = [0.1, 100.0]", "range = [100.0, 0.1]", "is not accepted"),
        ('model = "exposures"', 'model = "sum"', "'sum' is not accepted"),
        ('time = "images"', 'time = "imgs"', "there is no time 'imgs'"),
        ('exposure = "DET.UIT"', 'exposure = "DET.DIT"', "its time depends on DET.DIT"),
        ('by = "INS.FILT"', 'by = "INS.MODE"', "its time depends on INS.MODE"),
        ('readout = "readout"', 'readout = "read"', "there is no overhead 'read'"),
        ('source = "manual"\n\n[time', "\n[time", "the entry is missing"),
        ("seconds = 10", "seconds = -10", "is not accepted"),
        ("V = 20", 'V = "20"', "is not accepted"),
        ('by = "INS.FILT"\n', "", "belong together"),
        ('type = "science"', 'type = "scienec"', "'scienec' is not accepted"),
        ('label = "Images"', 'label = "Images"\nlable = 3', "the entry is not known"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_wrong_entry_is_named(tmp_path, old, new, told):
    assert GOOD.count(old) >= 1
    with pytest.raises(DataError) as caught:
        package_of(tmp_path, GOOD.replace(old, new, 1))
    assert told in caught.value.message
    assert "templates.toml" in caught.value.where


def test_unknown_names_list_what_there_is():
    with pytest.raises(NotFoundError, match="no instrument package") as caught:
        packages.package("FORS3")
    assert "FORS2" in caught.value.accepted
    with pytest.raises(NotFoundError, match=r"no version 1") as caught:
        packages.package("FORS2", "1.0")
    assert caught.value.accepted == ", ".join(packages.versions("fors2"))
    with pytest.raises(NotFoundError, match="no template") as caught:
        packages.package("FORS2").signature("FORS2_lss_obs")
    assert "FORS2_lss_obs_off_fast" in caught.value.accepted


def test_versions_compare_as_numbers():
    version = packages.versions("FORS2")[-1]
    assert packages.package("fors2", float(version)) is packages.package("FORS2", version)


def test_documents():
    package = packages.package("FORS2")
    names = packages.signatures_document(package)
    assert names[0]["type"] == "acquisition"
    document = packages.signature_document(package.signature("FORS2_img_acq"))
    angle = next(one for one in document["parameters"] if one["name"] == "TEL.ROT.OFFANGLE")
    assert angle["allowedValues"] == {"ranges": [{"min": -180.0, "max": 180.0}, {"min": 9999.0, "max": 9999.0}]}
    new = packages.new_template(package.signature("FORS2_img_obs_crsplit"))
    assert new["templateName"] == "FORS2_img_obs_crsplit"
    assert {one["name"]: one["value"] for one in new["parameters"]}["SEQ.NEXPO"] == 1
    assert {one["name"]: one["value"] for one in new["parameters"]}["DET.WIN1.UIT1"] is None
    new["parameters"][5]["value"].append(1.0)  # a new template shares nothing with the next
    assert packages.new_template(package.signature("FORS2_img_obs_crsplit"))["parameters"][5]["value"] == [0.0]
    assert packages.default_constraints(package)["moonDistance"] == 30
