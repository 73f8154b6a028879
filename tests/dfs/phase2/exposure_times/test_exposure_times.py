"""Blocks and the calculator: a block asks what its templates say, and what is answered goes back to where it came from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dfs.errors import UsageError
from dfs.etc.documents.mapping import request_of
from dfs.etc.engine.calculation import calculate
from dfs.instruments import packages
from dfs.instruments.optics import light_path
from dfs.model.phase2 import ObservationBlock, ObTemplate, Parameter
from dfs.phase2.documents import read_block, write_block
from dfs.phase2.examples import examples, new_block
from dfs.phase2.exposure_times import (
    answered,
    brightness_of,
    exposure_times,
    instruments,
    peak_of,
    question,
    questions,
    taken,
    with_taken,
    written,
)
from dfs.phase2.exposure_times.links import link_of

LINKED = ("EFOSC2", "FORS2", "HAWKI", "MUSE", "UVES", "VIMOS", "XSHOOTER")


def commented(block: ObservationBlock, line: str) -> ObservationBlock:
    return replace(block, description={**block.description, "userComments": line})


def block_of(instrument: str, template: str, **values: Any) -> ObservationBlock:
    """A block with one science template: its defaults, the first of the words where there is none, 10 s."""
    package = packages.package(instrument)
    signature = package.signatures[template]
    acquisition = _acquisition(package, template)
    filled = []
    for spec in signature.parameters.values():
        value = values.get(spec.name, spec.default)
        if value is None and spec.values:
            value = spec.values[0]
        elif value is None and spec.type in {"number", "numlist"} and spec.unit == "s":
            value = 10.0 if spec.type == "number" else [10.0]
        filled.append(Parameter(spec.name, spec.type, value))
    own = ObTemplate(2, signature.name, signature.type, tuple(filled))
    return replace(new_block(examples(instrument)[0]), templates=(acquisition, own))


def _acquisition(package: Any, template: str) -> ObTemplate:
    """The acquisition that holds what the template lacks: of the same mode."""
    words = template.split("_")
    mode = "slit" if "Spectrum" in template else words[1]
    known = [one for one in package.signatures.values() if one.type == "acquisition"]
    found = next((one for one in known if f"_{mode}_" in one.name), known[0])
    parameters = (
        Parameter(one.name, one.type, one.default if one.default is not None or not one.values else one.values[0])
        for one in found.parameters.values()
    )
    return ObTemplate(1, found.name, found.type, tuple(parameters))


def science(instrument: str) -> list[str]:
    return [one.name for one in packages.package(instrument).signatures.values() if one.type == "science"]


LINKED_TEMPLATES = [
    (name, template)
    for name in LINKED
    for template in science(name)
    if any(template.startswith(one.begins) for one in link_of(name).templates)
]
# What stands in the first place of a list where the calculator has no such thing, or not in this mode.
BETTER: dict[str, dict[str, Any]] = {
    "FORS2_mos_obs_off": {"INS.GRIS1.NAME": "GRIS_600B"},
    "VIMOS_mos_obs_Offset": {"INS.FILT.NAME": "OS_blue"},
    "EFOSC_spec_obs_Polarimetry": {"INS.GRIS1.NAME": "Gr#13"},
}


def test_every_instrument_with_optics_is_linked():
    assert instruments() == LINKED


@pytest.mark.parametrize(("instrument", "template"), LINKED_TEMPLATES)
def test_every_linked_template_is_understood_by_the_calculator(instrument, template):
    asked = questions(block_of(instrument, template, **BETTER.get(template, {})))
    assert asked
    for one in asked:
        request = request_of({**one.inputs, "mag": 20.0})
        light = light_path(request.choice)
        assert light.choice.mode == one.inputs["mode"]
        assert one.inputs["count"] >= 1
        assert one.exposure_path.startswith("templates[1].")


@pytest.mark.parametrize("instrument", LINKED)
def test_the_patterns_of_a_link_name_parameters_that_there_are(instrument):
    package = packages.package(instrument)
    known = {name for one in package.signatures.values() for name in one.parameters}
    for link in link_of(instrument).templates:
        assert [name for name in science(instrument) if name.startswith(link.begins)], link.begins
        for pattern in link.patterns.values():
            for name in pattern.replace("}", "{").split("{")[1::2]:
                assert name in known


@pytest.mark.parametrize("instrument", LINKED)
def test_words_are_words_of_the_package(instrument):
    package, link = packages.package(instrument), link_of(instrument)
    for name, words in link.words.items():
        names = {
            pattern.strip("{}")
            for one in link.templates
            for control, pattern in one.patterns.items()
            if control == name
        }
        known = {
            value
            for signature in package.signatures.values()
            for spec in signature.parameters.values()
            if spec.name in names
            for value in spec.values
        }
        assert set(words) <= known, name


def test_a_block_asks_at_the_limits_of_its_constraints():
    said = question(commented(new_block(examples("FORS2")[0]), "ETC: mag=21 band=R"), 1)
    assert said["exposure"] == 2400.0
    assert said["count"] == 3
    assert (said["airmass"], said["image_quality"], said["fli"], said["moon_distance"]) == (1.6, 0.9, 0.4, 30.0)
    assert (said["grism"], said["slit"], said["filter"]) == ("GRIS_300V", 1.0, "GG435")
    assert (said["mag"], said["band"]) == (21.0, "R")
    assert "pwv" not in said


def test_arms_are_asked_each():
    block = new_block(next(one for one in examples("XSHOOTER") if one.name == "3C273_nod"))
    assert [one.arm for one in questions(block)] == ["UVB", "VIS", "NIR"]
    assert question(block, 1, "nir")["dit"] > 0
    with pytest.raises(UsageError, match="arm"):
        question(block, 1, "blue")
    with pytest.raises(UsageError, match="knows nothing"):
        question(block, 0)


@pytest.mark.parametrize(
    ("comments", "said"),
    [
        ("", {}),
        ("Slit along the bar.", {}),
        ("Slit.\nETC: mag=21.3 band=R sed=blackbody:5800", {"mag": 21.3, "band": "R", "sed": "blackbody:5800"}),
        ("etc: mag=20, extended=on", {"mag": 20.0, "extended": True}),
        ("ETC: mag=20\nETC: mag=19", {"mag": 19.0}),
    ],
)
def test_the_line_is_read(comments, said):
    assert brightness_of(comments) == said


@pytest.mark.parametrize(
    "comments",
    ["ETC: bright", "ETC: mag=very", "ETC: colour=red", "ETC: exposure=5", "ETC: sed=file:/etc/passwd", "ETC: mag=nan"],
)
def test_a_line_that_cannot_be_is_refused(comments):
    with pytest.raises(UsageError):
        brightness_of(comments)


def test_the_line_is_written_in_place_and_read_back():
    said = {"mag": 21.25, "band": "R", "sed": "powerlaw:-1.5", "redshift": 0.02, "extended": True}
    text = written("First.\nETC: mag=3\nLast.", said)
    assert text.splitlines()[:2] == ["First.", "Last."]
    assert brightness_of(text) == said
    assert written(text, {}) == "First.\nLast."


def test_an_answer_goes_back_to_where_the_question_came_from():
    """What is taken over, asked of the new block, gives what was answered."""
    document = write_block(commented(new_block(examples("FORS2")[0]), "Slit.\nETC: mag=22 band=R"))
    asked = {**question(read_block({**document, "obId": 1, "runId": 1, "parentContainerId": 1}), 1)}
    for name in ("exposure", "count"):
        asked.pop(name)
    result = calculate(request_of({**asked, "snr": 12, "slit": 1.31, "collimator": "HR", "count": 6, "mag": 22.5}))
    document = {**document, "obId": 1, "runId": 1, "parentContainerId": 1}
    changes = taken(document, 1, answered(result))
    assert {one.path.rpartition(".")[2] for one in changes} >= {"NAME", "UIT1", "NEXPO", "userComments"}
    made = with_taken(document, changes)
    assert document["templates"][1] != made["templates"][1]
    again = exposure_times(read_block(made))[0].result
    assert again.light.slit_arcsec == 1.31
    assert again.request.exposure.count == 6
    assert again.snr == pytest.approx(12, rel=0.02)
    assert again.snr >= 11.9
    assert taken(made, 1, answered(again)) == []


@pytest.mark.parametrize(
    ("example", "arm", "change"),
    [
        (("HAWKI", 0), "", {"filter": "H", "dit": 5.0, "ndit": 12}),
        (("UVES", 0), "red", {"slit": 0.8, "exposure": 1200.0}),
        (("XSHOOTER", 0), "VIS", {"slit": 1.2, "exposure": 4000.0}),
        (("VIMOS", 0), "", {"filter": "R"}),
        (("MUSE", 0), "", {"grism": "WFM-NOAO-E"}),
        (("EFOSC2", 1), "", {"slit": 1.5, "grism": "Gr#4", "binning": "1x1"}),
    ],
)
def test_every_instrument_takes_over(example, arm, change):
    block = new_block(examples(example[0])[example[1]])
    document = {**write_block(block), "obId": 1, "runId": 1, "parentContainerId": 1}
    asked = next(one for one in questions(block) if not arm or one.arm == arm)
    changes = taken(document, asked.index, {**asked.inputs, **change}, arm)
    assert changes
    again = next(one for one in questions(read_block(with_taken(document, changes))) if one.arm == asked.arm)
    assert {name: again.inputs[name] for name in change} == change
    assert {one: value for one, value in again.inputs.items() if one not in change} == {
        one: value for one, value in asked.inputs.items() if one not in change
    }


def test_a_calculation_of_something_else_is_refused():
    block = new_block(examples("FORS2")[0])
    document = {**write_block(block), "obId": 1, "runId": 1, "parentContainerId": 1}
    for answer in ({"instrument": "HAWKI"}, {"mode": "img"}, {"slit": 1.17}):
        with pytest.raises(UsageError):
            taken(document, 1, answer)


def test_the_fullest_pixel_is_that_of_the_engine():
    block = commented(new_block(examples("FORS2")[0]), "ETC: mag=14 band=V sed=blackbody:5800")
    (asked,) = questions(block)
    found = peak_of(asked)
    inputs = {**asked.inputs, "airmass": 1.0, "seeing": 0.5, "mag": 14.0}
    inputs.pop("image_quality")
    engine = calculate(request_of(inputs)).saturation
    assert found.electrons == pytest.approx(engine.peak_e, rel=1e-9)
    assert found.longest_safe_s == pytest.approx(engine.longest_safe_s, rel=1e-9)
    assert found.is_saturated
    assert not found.is_sky


def test_without_a_brightness_the_sky_alone_counts():
    (asked,) = questions(new_block(examples("HAWKI")[1]))
    found = peak_of(asked)
    assert 0 < found.electrons < found.full_well_e
    (longer,) = questions(block_of("HAWKI", "HAWKI_img_obs_AutoJitter", **{"INS.FILT.NAME": "Ks", "DET.DIT": 120.0}))
    assert peak_of(longer).is_sky
    assert peak_of(longer).is_saturated


def test_what_is_not_filled_in_or_not_known_has_a_reason():
    block = new_block(examples("FORS2")[0])
    empty = replace(
        block.templates[1], parameters=tuple(replace(one, value=None) for one in block.templates[1].parameters)
    )
    found = exposure_times(replace(block, templates=(block.templates[0], empty)))
    assert "not filled in" in found[0].problem
    assert "brightness" in exposure_times(block)[0].problem
    assert len(exposure_times(new_block(examples("FEROS")[0]))) == 0
    wrong = commented(block, "ETC: mag=20 sed=template:nothing")
    with pytest.raises(UsageError):
        exposure_times(commented(block, "ETC: mag="))
    assert exposure_times(wrong)[0].problem


# What lets most of the sky onto one pixel, of each kind of template.
BRIGHT_SKY: dict[str, dict[str, Any]] = {
    "FORS2_img_obs_crsplit": {"INS.FILT1.NAME": "FREE", "DET.READ.CLKIND": "100kHz,2x2,high"},
    "FORS2_lss_obs_slit_fast": {"INS.GRIS1.NAME": "GRIS_150I", "INS.SLIT.NAME": "lSlit2_5"},
    "FORS2_mos_obs_off": {"INS.GRIS1.NAME": "GRIS_150I"},
    "FORS2_ipol_obs_lin": {"INS.FILT1.NAME": "R_SPECIAL", "DET.READ.CLKIND": "100kHz,2x2,high"},
    "FORS2_pmos_obs_lin": {"INS.GRIS1.NAME": "GRIS_300V"},
    "EFOSC_img_obs_Image": {"INS.FILT1.NAME": "Free"},
    "EFOSC_spec_obs_Spectrum": {"INS.GRIS1.NAME": "Gr#1", "INS.SLIT1.NAME": "slit#10.0"},
    "EFOSC_img_obs_Polarimetry": {"INS.FILT1.NAME": "R#642"},
    "HAWKI_img_obs_AutoJitter": {"INS.FILT.NAME": "Ks"},
    "VIMOS_img_obs_Offset": {"INS.FILT.NAME": "R"},
    "VIMOS_mos_obs_Offset": {"INS.GRIS.NAME": "LR_blue", "INS.FILT.NAME": "OS_blue"},
    "UVES_red_obs_exp": {"INS.REDEXP.MODE": "860", "DET2.READ.SPEED": "50kHz,2x2,high", "INS.SLIT3.WID": 10.0},
    "XSHOOTER_slt_obs_Stare": {"INS.OPTI3.NAME": "5.0x11", "INS.OPTI4.NAME": "5.0x11", "INS.OPTI5.NAME": "5.0x11"},
    "MUSE_wfm-noao_obs_genericoffset": {},
}


@pytest.mark.parametrize("template", BRIGHT_SKY)
def test_no_sky_fills_the_detector_in_the_times_that_are_called_safe(template):
    instrument = next(name for name, one in LINKED_TEMPLATES if one == template)
    block = block_of(instrument, template, **BRIGHT_SKY[template])
    worst = {**block.constraints.values, "fli": 1.0, "moonDistance": 10, "airmass": 2.5}
    block = replace(block, constraints=replace(block.constraints, values=worst))
    acquisition = block.templates[0]
    widest = tuple(replace(one, value=BRIGHT_SKY[template].get(one.name, one.value)) for one in acquisition.parameters)
    asked = questions(replace(block, templates=(replace(acquisition, parameters=widest), block.templates[1])))
    for one in asked:
        assert 0 < one.link.sky_safe_s < peak_of(one).longest_safe_s
