"""The list of controls, and the values there are of an instrument."""

from __future__ import annotations

import inspect

import pytest

from dfs import etc
from dfs.errors import UsageError
from dfs.etc.controls.choices import choices
from dfs.etc.controls.control import CONTROLS, GROUPS
from dfs.etc.documents.mapping import request_of
from dfs.instruments.optics import light_path, names, optics
from dfs.instruments.optics.choice import Choice


def test_each_has_a_group_a_label_and_a_sentence():
    for one in CONTROLS.values():
        assert one.group in GROUPS
        assert one.label
        assert one.help.endswith(".")
        assert one.low < one.high


def test_the_night_in_python_has_the_same_ends_and_defaults():
    signature = inspect.signature(etc.Sky).parameters
    for one in CONTROLS.values():
        if one.group != "sky":
            continue
        name = "model" if one.name == "sky_model" else one.name
        if one.name != "seeing":  # its default stands only where no other width is given
            assert signature[name].default == one.default, name
        for beyond in (one.low - 1, one.high + 1):
            if one.kind == "number":
                with pytest.raises(UsageError) as found:
                    etc.Sky(**{name: beyond})
                assert found.value.where == one.name


@pytest.mark.parametrize("name", names())
def test_whatever_is_listed_can_be_chosen(name):
    there = optics(name)
    for mode in there.modes:
        for grism in [one.value for one in choices(there, {"mode": mode})["grism"]] or [None]:
            listed = choices(there, {"mode": mode, "grism": grism})
            for control, field in (("filter", "filter"), ("slit", "slit_arcsec"), ("detector", "detector")):
                for one in [*listed[control][:1], *listed[control][-1:]]:
                    light_path(Choice(name, mode, disperser=grism, **{field: one.value}))


def test_a_part_of_a_name_narrows_the_lists():
    there = optics("FORS2")
    wide = choices(there, {"mode": "lss", "grism": "GRIS_300V"})
    assert choices(there, {"mode": "lss", "grism": "300v"}) == wide
    assert [one.value for one in wide["mode"]] == list(there.modes)
    narrow = choices(there, {"mode": "img", "read_mode": "200kHz,1x1,low"})
    assert [one.value for one in narrow["binning"]] == ["1x1"]


def test_what_is_not_known_is_passed_over():
    assert choices(optics("FORS2"), {"mode": "none", "grism": "x", "detector": "y"}) == choices(optics("FORS2"), {})


def test_a_default_is_what_an_open_control_means():
    asked = request_of({"instrument": "FORS2", "mag": 20, "exposure": 1})
    for one in CONTROLS.values():
        if one.group == "sky" and one.default is not None:
            fields = {"seeing": "seeing_arcsec", "moon_distance": "moon_distance_deg", "pwv": "pwv_mm"}
            fields |= {"solar_flux": "solar_flux_sfu", "sky_model": "model"}
            assert getattr(asked.sky, fields.get(one.name, one.name)) == one.default
