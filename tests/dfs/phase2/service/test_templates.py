from __future__ import annotations

import pytest

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.api import Upload
from dfs.phase2.failures import FileKindError, FileTooLargeError, StateError


@pytest.fixture
def ob(place, desk):
    return desk.create_item(place.root(place.service), "OB", "one").body["obId"]


def value(template, name):
    return next(one["value"] for one in template["parameters"] if one["name"] == name)


def saved(desk, ob, template, **values):
    parameters = [{"name": name.replace("_", "."), "value": one} for name, one in values.items()]
    return desk.save_template(ob, {"templateId": template["templateId"], "parameters": parameters}, "*").body


def test_new_template(desk, ob):
    made = desk.create_template(ob, "TINY_obs").body
    assert made["templateName"] == "TINY_obs"
    assert made["type"] == "science"
    assert type(made["templateId"]) is int
    assert made["parameters"][:2] == [
        {"name": "DET.WIN1.UIT1", "type": "number", "value": None},
        {"name": "SEQ.NEXPO", "type": "integer", "value": 1},
    ]
    assert desk.template(ob, made["templateId"]).body == made


def test_the_acquisition_comes_first(desk, ob):
    science = desk.create_template(ob, "TINY_obs").body
    acquisition = desk.create_template(ob, "TINY_acq").body
    calibration = desk.create_template(ob, "TINY_cal").body
    templates = desk.templates(ob)
    numbers = [one["templateId"] for one in templates.body]
    assert numbers == [one["templateId"] for one in (acquisition, science, calibration)]
    with pytest.raises(StateError, match="an acquisition template already"):
        desk.create_template(ob, "TINY_acq_fast")
    with pytest.raises(StateError, match="an acquisition template already"):
        desk.duplicate_template(ob, acquisition["templateId"])
    with pytest.raises(StateError, match="comes first"):
        desk.reorder_templates(ob, [science, acquisition, calibration], templates.version)
    with pytest.raises(UsageError, match="the same items"):
        desk.reorder_templates(ob, [acquisition, science], templates.version)
    turned = desk.reorder_templates(ob, [acquisition, calibration, science], templates.version)
    assert [one["type"] for one in turned.body] == ["acquisition", "calib", "science"]
    assert desk.templates(ob) == turned


@pytest.mark.parametrize(
    ("parameter", "given", "kept"),
    [
        ("DET_WIN1_UIT1", "0.7", 0.7),
        ("DET_WIN1_UIT1", 600, 600),
        ("SEQ_NEXPO", 3.0, 3),
        ("SEQ_NEXPO", "4", 4),
    ],
)
def test_values_are_read_leniently(desk, ob, parameter, given, kept):
    template = saved(desk, ob, desk.create_template(ob, "TINY_obs").body, **{parameter: given})
    assert value(template, parameter.replace("_", ".")) == kept


def test_a_keyword_may_be_a_number(desk, ob):
    template = saved(desk, ob, desk.create_template(ob, "TINY_acq").body, INS_SLIT_WID=1.3)
    assert value(template, "INS.SLIT.WID") == "1.3"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"DET_WIN1_UIT1": 0.1}, "TINY_obs.DET.WIN1.UIT1: .*accepted: 0.25 to 100000 s"),
        ({"SEQ_NEXPO": 1.5}, "TINY_obs.SEQ.NEXPO"),
        ({"SEQ_NEXPO": None}, "TINY_obs.SEQ.NEXPO: a value that was set cannot be unset"),
        ({"SEQ_NEXP": 1}, "TINY_obs: no parameter 'SEQ.NEXP'; accepted: DET.WIN1.UIT1"),
    ],
)
def test_bad_parameters(desk, ob, values, message):
    import re

    template = desk.create_template(ob, "TINY_obs").body
    with pytest.raises(UsageError) as caught:
        saved(desk, ob, template, **values)
    assert re.search(message, caught.value.line()), caught.value.line()
    assert desk.template(ob, template["templateId"]).body == template


def test_bad_templates(desk, ob):
    with pytest.raises(UsageError, match="no template 'FORS2_img_acq'") as caught:
        desk.create_template(ob, "FORS2_img_acq")
    assert "TINY_acq" in caught.value.accepted
    made = desk.create_template(ob, "TINY_obs").body
    with pytest.raises(NotFoundError, match="has no template 99"):
        desk.template(ob, 99)
    with pytest.raises(UsageError, match="no field 'colour'"):
        desk.save_template(ob, {**made, "colour": 1}, "*")
    with pytest.raises(UsageError, match="parameters are missing"):
        desk.save_template(ob, {**made, "parameters": [1]}, "*")


def test_parameters_left_out_stay(desk, ob):
    template = saved(desk, ob, desk.create_template(ob, "TINY_obs").body, SEQ_NEXPO=5)
    template = saved(desk, ob, template, DET_WIN1_UIT1=10)
    assert value(template, "SEQ.NEXPO") == 5


def test_deleting_a_template(desk, ob):
    made = desk.create_template(ob, "TINY_obs")
    templates = desk.templates(ob).version
    desk.delete_template(ob, made.body["templateId"], made.version)
    assert desk.templates(ob).body == []
    assert desk.templates(ob).version != templates


def test_duplicating_a_template(place, desk, ob):
    science = saved(desk, ob, desk.create_template(ob, "TINY_obs").body, SEQ_NEXPO=5)
    desk.save_file_parameter(ob, science["templateId"], "INS.MASK", Upload("m.fits", b"mask"), "*")
    other = desk.create_item(place.root(place.visitor), "OB", "two").body["obId"]
    for destination in (None, other):
        copied = desk.duplicate_template(ob, science["templateId"], destination).body
        assert copied["templateId"] != science["templateId"]
        assert value(copied, "SEQ.NEXPO") == 5
        assert value(copied, "INS.MASK") == "m.fits"
        kept = desk.file_parameter(destination or ob, copied["templateId"], "INS.MASK")
        assert kept.body == Upload("m.fits", b"mask")
    assert [one["templateName"] for one in desk.templates(ob).body] == ["TINY_obs", "TINY_obs"]


def test_completely_filled_in(desk, ob, new_ob):
    assert not desk.completely_filled_in(ob)
    desk.create_template(ob, "TINY_acq")
    assert desk.completely_filled_in(ob)
    science = desk.create_template(ob, "TINY_obs").body
    assert not desk.completely_filled_in(ob)
    saved(desk, ob, science, DET_WIN1_UIT1=10)
    assert desk.completely_filled_in(ob)


def test_files_of_parameters(desk, ob):
    number = desk.create_template(ob, "TINY_obs").body["templateId"]
    empty = desk.file_parameter(ob, number, "INS.MASK")
    assert empty.body == Upload("", b"")
    assert empty.version
    template = desk.template(ob, number).version
    paf = b'PAF.HDR.START\nPAF.NAME "mask one"\nPAF.HDR.END\n'
    version = desk.save_file_parameter(ob, number, "INS.MASK", Upload("/tmp/a/../m.paf", paf), empty.version)  # noqa: S108
    assert desk.file_parameter(ob, number, "INS.MASK").body == Upload("m.paf", paf)
    shown = desk.template(ob, number)
    assert shown.version == template
    assert value(shown.body, "INS.MASK") == "mask one"
    desk.save_template(ob, shown.body, shown.version)
    desk.save_file_parameter(ob, number, "INS.MASK", Upload("plain.txt", b"x"), version)
    assert value(desk.template(ob, number).body, "INS.MASK") == "plain.txt"
    with pytest.raises(NotFoundError, match="has no file"):
        desk.file_parameter(ob, number, "SEQ.NEXPO")
    with pytest.raises(FileKindError, match="no text"):
        desk.save_file_parameter(ob, number, "INS.MASK", Upload("x", b"\xff\x00"), "*")
    with pytest.raises(FileTooLargeError):
        desk.save_file_parameter(ob, number, "INS.MASK", Upload("x", b"x" * (2**22 + 1)), "*")
