"""Tutorial blocks: each is valid for its instrument package, fits in an hour, and points where its target is."""

from __future__ import annotations

import math

import pytest

from dfs.errors import NotFoundError
from dfs.instruments import packages
from dfs.instruments.packages import coerce
from dfs.model.phase2 import Target
from dfs.phase2.documents import read_block
from dfs.phase2.examples import Example, document, example, examples, instruments, new_block
from dfs.phase2.execution import execution_time

EVERY = [pytest.param(one, id=f"{name}-{one.name}") for name in instruments() for one in examples(name)]


def test_every_instrument_package_has_an_example():
    assert set(instruments()) == set(packages.names())


def test_names_are_found_in_any_case_and_told_when_wrong():
    assert example("fors2", "NGC1365_300V").instrument == "FORS2"
    assert examples("no such instrument") == ()
    with pytest.raises(NotFoundError, match="NGC1365"):
        example("FORS2", "NGC1365")


@pytest.mark.parametrize("name", instruments())
def test_no_two_of_an_instrument_have_one_name(name: str):
    names = [one.name for one in examples(name)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("one", EVERY)
def test_it_is_as_its_signatures_say(one: Example):
    package = packages.package(one.instrument)
    block = new_block(one)
    assert [template.type for template in block.templates].count("acquisition") == 1
    assert block.templates[0].type == "acquisition"
    assert any(template.type != "acquisition" for template in block.templates)
    for step, template in zip(one.steps, block.templates, strict=True):
        assert set(step.values) <= {parameter.name for parameter in template.parameters}
        specs = package.signature(template.name).parameters
        values = {parameter.name: parameter.value for parameter in template.parameters}
        assert list(values) == list(specs)
        assert {name: coerce(specs[name], value) for name, value in values.items()} == values


@pytest.mark.parametrize("one", EVERY)
def test_only_what_a_user_alone_can_give_is_left_open(one: Example):
    package = packages.package(one.instrument)
    unset = [
        parameter.name
        for template in new_block(one).templates
        for parameter in template.parameters
        if parameter.value is None and package.signature(template.name).parameters[parameter.name].required
    ]
    assert tuple(unset) == one.left_open


@pytest.mark.parametrize("one", EVERY)
def test_its_constraints_are_those_of_the_instrument(one: Example):
    specs = packages.package(one.instrument).constraints
    values = new_block(one).constraints.values
    assert set(one.constraints) <= {"name", *specs}
    assert list(values) == list(specs)
    assert {name: coerce(specs[name], value) for name, value in values.items()} == values


@pytest.mark.parametrize("one", EVERY)
def test_it_fits_in_the_hour_of_service_mode(one: Example):
    time = execution_time(new_block(one), packages.package(one.instrument))
    assert 0 < time.exposure_s < time.execution_s < 3600


@pytest.mark.parametrize("one", EVERY)
def test_its_document_is_a_whole_block(one: Example):
    written = document(one)
    assert read_block(written) == new_block(one)
    assert written["obStatus"] == "P"
    assert [template["templateId"] for template in written["templates"]] == list(range(1, len(one.steps) + 1))


@pytest.mark.parametrize("one", EVERY)
def test_it_can_be_seen_from_chile_and_says_where_its_position_is_from(one: Example):
    """Highest at a zenith distance of latitude (29 S at La Silla, 25 S at Paranal) minus declination: within the airmass asked for."""
    target = one.target
    assert 0 <= target.ra_deg < 360
    latitude = -29.26 if packages.package(one.instrument).telescope.site == "lasilla" else -24.63
    best = 1 / math.cos(math.radians(abs(target.dec_deg - latitude)))
    assert best < one.constraints["airmass"]
    assert one.source


@pytest.mark.parametrize("one", [one for one in EVERY if one.values[0].source == "OpenNGC"])
def test_galaxies_and_clusters_stand_where_the_catalogue_has_them(one: Example):
    ongc = pytest.importorskip("pyongc.ongc")
    ra, dec = (math.degrees(angle) for angle in ongc.get(one.target.name).rad_coords)
    assert _separation_arcsec(one.target, ra, dec) < 2


def _separation_arcsec(target: Target, ra_deg: float, dec_deg: float) -> float:
    across = (target.ra_deg - ra_deg) * math.cos(math.radians(dec_deg))
    return 3600 * math.hypot(across, target.dec_deg - dec_deg)
