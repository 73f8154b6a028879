from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.phase2.failures import StateError
from dfs.phase2.service.fields import target

# what AEONlib's strict models require of an OB, beside what ESO's own replies hold
KEYS = {
    "obId",
    "itemType",
    "obStatus",
    "name",
    "exposureTime",
    "executionTime",
    "runId",
    "instrument",
    "ipVersion",
    "migrate",
    "grade",
    "userPriority",
    "parentContainerId",
    "obsDescription",
    "target",
    "constraints",
}


def test_new_ob(place, desk):
    ob = desk.create_item(place.root(place.service), "OB", "one").body
    assert set(ob) == KEYS
    assert ob["target"] == {
        "name": "No name",
        "ra": "00:00:00.000",
        "dec": "00:00:00.000",
        "equinox": "J2000",
        "epoch": 2000.0,
        "properMotionRa": 0.0,
        "properMotionDec": 0.0,
        "differentialRa": 0.0,
        "differentialDec": 0.0,
    }
    limits = {"name": "No Name", "airmass": 2.0, "seeing": 0.8, "fli": 0.7, "skyTransparency": "Clear"}
    assert ob["constraints"] == limits
    assert ob["obsDescription"] == {"name": "", "userComments": "", "instrumentComments": ""}
    assert (ob["obStatus"], ob["grade"], ob["userPriority"], ob["migrate"]) == ("P", "?", 1, False)
    assert all(type(ob[key]) is int for key in ("obId", "runId", "exposureTime", "executionTime"))


def test_new_cb_has_no_target(place, desk):
    cb = desk.create_item(place.root(place.service), "CB", "dark")
    assert set(cb.body) == KEYS - {"target"}
    with pytest.raises(UsageError, match="calibration block has no target"):
        desk.save_ob({**cb.body, "target": {"name": "x"}}, cb.version)
    desk.save_ob({**cb.body, "target": None, "name": "bias"}, cb.version)


def test_saving_the_whole_document(place, desk):
    ob = desk.create_item(place.root(place.service), "OB", "one")
    body = ob.body | {"name": "two", "userPriority": "2", "instrument": "OTHER", "obStatus": "+", "executionTime": 5}
    body["target"] |= {"name": "NGC 1365", "ra": "3:33:36.4", "dec": "-36:8:25", "properMotionRa": "0.5"}
    body["constraints"] |= {"name": "good", "seeing": "0.6", "fli": 0}
    body["obsDescription"] |= {"name": "deep", "userComments": None}
    saved = desk.save_ob(body, ob.version).body
    assert (saved["name"], saved["userPriority"], saved["instrument"]) == ("two", 2, "TINY")
    assert (saved["obStatus"], saved["executionTime"]) == ("P", 0)
    assert (saved["target"]["ra"], saved["target"]["dec"]) == ("03:33:36.400", "-36:08:25.000")
    assert saved["target"]["properMotionRa"] == 0.5
    assert saved["constraints"]["seeing"] == 0.6
    assert saved["obsDescription"]["userComments"] == ""
    assert desk.items(place.root(place.service)).body[0]["name"] == "two"


def test_fields_left_out_stay(desk, new_ob):
    number = new_ob()
    before = desk.ob(number).body
    after = desk.save_ob({"obId": number, "target": {"name": "M 42"}}, "*").body
    assert after["target"] == {**before["target"], "name": "M 42"}
    assert after["constraints"] == before["constraints"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"target": {"ra": "24:00:00"}},
            "target.ra: '24:00:00' is no coordinate; accepted: HH:MM:SS.sss, with|HH:MM:SS",
        ),
        ({"target": {"dec": "-91:00:00"}}, r"target.dec: '-91:00:00' is no coordinate; accepted: \[\+\|-\]DD:MM:SS"),
        ({"target": {"ra": 12.5}}, "target.ra: 12.5 is no coordinate"),
        ({"target": {"equinox": "J1900"}}, "target.equinox: .* accepted: J2000, B1950"),
        ({"target": {"epoch": "now"}}, "target.epoch: 'now' is no number"),
        ({"target": {"properMotionRa": float("inf")}}, "properMotionRa: inf is no number"),
        ({"target": {"colour": "red"}}, "target: no field 'colour'; accepted: name, ra"),
        ({"target": "NGC 1365"}, "target: 'NGC 1365' is no object"),
        ({"target": {"name": ""}}, "target.name: '' is no name"),
        ({"constraints": {"airmass": 0.9}}, "constraints.airmass: .*accepted: 1 to 5"),
        ({"constraints": {"airmass": "low"}}, "constraints.airmass"),
        ({"constraints": {"skyTransparency": "Cloudy"}}, "accepted: Photometric, Clear"),
        ({"constraints": {"humidity": 3}}, "constraints: no field 'humidity'; accepted: name, airmass"),
        ({"obsDescription": {"userComments": 7}}, "obsDescription.userComments: 7 is no text"),
        ({"userPriority": "high"}, "userPriority: 'high' is no number"),
        ({"userPriority": 1.5}, "userPriority: 1.5 is no priority"),
        ({"userPriority": True}, "userPriority"),
        ({"name": ""}, "name: '' is no name"),
        ({"templates": []}, "no field 'templates'; accepted: name, userPriority"),
        ({"obId": "7"}, "obId is missing"),
    ],
    ids=str,
)
def test_bad_values(desk, new_ob, change, message):
    number = new_ob()
    before = desk.ob(number)
    with pytest.raises(UsageError) as caught:
        desk.save_ob({"obId": number, **change}, before.version)
    assert re.search(message, caught.value.line()), caught.value.line()
    assert "\n" not in caught.value.line()
    assert desk.ob(number) == before


@given(st.integers(0, 86_399_999_999), st.integers(-324_000_000_000, 324_000_000_000))
def test_coordinates_keep_their_digits(ra, dec):
    """Microseconds of time and micro-arcseconds in, the same out; canonical text is not changed."""
    sign, dec = "-" if dec < 0 else "", abs(dec)
    given_ra = f"{ra // 3_600_000_000}:{ra // 60_000_000 % 60}:{ra // 1_000_000 % 60}.{ra % 1_000_000:06d}"
    given_dec = f"{sign}{dec // 3_600_000_000}:{dec // 60_000_000 % 60}:{dec // 1_000_000 % 60}.{dec % 1_000_000:06d}"
    read = target({"ra": given_ra, "dec": given_dec}, {})
    assert [float(one) for one in read["ra"].split(":")] == [float(one) for one in given_ra.split(":")]
    assert [abs(float(one)) for one in read["dec"].split(":")] == [abs(float(one)) for one in given_dec.split(":")]
    assert target(read, {}) == read


def test_deleting(place, desk, new_ob):
    number = new_ob()
    desk.delete_ob(number, desk.ob(number).version)
    assert desk.items(place.root(place.service)).body == []
    again = new_ob()
    assert again > number


def test_an_accepted_block_is_closed(place, desk, new_ob):
    """Service mode: nothing but its absolute time windows."""
    number = new_ob()
    desk.verify_ob(number, submit=True)
    with pytest.raises(StateError, match="cannot be changed in status D") as caught:
        desk.save_ob({"obId": number, "userPriority": 2}, "*")
    assert caught.value.hint == "revise it first"
    support = place.desk("support")
    support.review(number, "take")
    with pytest.raises(StateError, match="cannot be changed in status R"):
        desk.delete_ob(number, "*")
    support.review(number, "accept")
    template = desk.templates(number).body[0]
    for call in (
        lambda: desk.save_ob({"obId": number, "userPriority": 2}, "*"),
        lambda: desk.create_template(number, "TINY_cal"),
        lambda: desk.save_template(number, template, "*"),
        lambda: desk.delete_template(number, template["templateId"], "*"),
        lambda: desk.save_sidereal(number, [], "*"),
        lambda: desk.delete_ephemeris(number, "*"),
        lambda: desk.delete_chart(number, 1),
        lambda: desk.save_schedule(number, {}, "*"),
        lambda: desk.delete_ob(number, "*"),
    ):
        with pytest.raises(StateError, match=r"cannot be changed in status \+"):
            call()
    desk.save_absolute(number, [{"from": "2022-12-01T00:00", "to": "2022-12-02T00:00"}], "*")


def test_a_visitor_edits_in_any_status(place, desk, new_ob):
    number = new_ob(container=place.root(place.visitor))
    desk.verify_ob(number, submit=True)
    assert desk.ob(number).body["obStatus"] == "+"
    desk.save_ob({"obId": number, "userPriority": 2}, "*")
    desk.create_template(number, "TINY_cal")
    place.desk("operator").execute(number, "start")
    place.desk("operator").execute(number, "end")
    desk.save_ob({"obId": number, "userPriority": 3}, "*")
    with pytest.raises(StateError, match="was executed and cannot be deleted"):
        desk.delete_ob(number, "*")
