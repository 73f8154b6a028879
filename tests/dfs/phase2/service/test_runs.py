from __future__ import annotations

import pytest

from dfs.errors import AccessError, ConflictError, NotFoundError, UsageError
from dfs.phase2.failures import StateError


def test_a_run_as_its_pi_sees_it(place, desk):
    run = desk.run(place.service)
    assert run["containerId"] == place.root(place.service)
    expected = {
        "runId": place.service,
        "progId": "110.TINY.001",
        "title": "service",
        "period": 110,
        "scheduledPeriod": 110,
        "mode": "SM",
        "instrument": "TINY",
        "telescope": "UT1",
        "ipVersion": 110.02,
        "isToO": False,
        "owned": True,
        "delegated": False,
        "itemCount": 0,
        "validFrom": "2022-10-01T16:00:00Z",
        "validTo": "2023-04-01T16:00:00Z",
        "observingConstraints": {"seeing": 0.8, "fli": "g", "skyTransparency": "Clear"},
    }
    assert {key: run[key] for key in expected} == expected
    assert isinstance(run["runId"], int)


def test_who_sees_which_runs(place):
    def names(who: str) -> list[str]:
        return [one["progId"] for one in place.desk(who).runs()]

    both = ["110.TINY.001", "110.TINY.002"]
    assert names("pi") == names("coi") == names("support") == names("operator") == names("owner") == both
    assert names("delegate") == ["110.TINY.001"]
    assert place.desk("delegate").run(place.service)["delegated"]


def test_user(desk):
    assert desk.user() == {
        "username": "pi",
        "firstName": "Some",
        "lastName": "pi",
        "emailAddress": "pi@example.org",
        "roles": [],
    }


def test_no_such_run(desk):
    with pytest.raises(NotFoundError, match="no run 99"):
        desk.run(99)


def test_making_runs(place):
    operator = place.desk("operator")
    made = operator.create_run({"progId": "117.NEW.001", "instrument": "tiny", "mode": "dVM", "period": 117})
    assert (made["mode"], made["instrument"], made["validFrom"]) == ("dVM", "TINY", "2026-05-01T16:00:00Z")
    with pytest.raises(ConflictError, match="already"):
        operator.create_run({"progId": "117.NEW.001", "instrument": "TINY"})
    assert operator.create_run({"progId": "110.NOW.001", "instrument": "TINY"})["period"] == 110
    with pytest.raises(AccessError, match="manage"):
        place.desk("pi").create_run({"progId": "110.MINE.001", "instrument": "TINY"})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"instrument": "TINY"}, "progId is missing"),
        ({"progId": "1"}, "instrument is missing"),
        ({"progId": "bad id", "instrument": "TINY"}, "'bad id' is no run identifier"),
        ({"progId": "../x", "instrument": "TINY"}, "no run identifier"),
        ({"progId": "<b>", "instrument": "TINY"}, "no run identifier"),
        ({"progId": "1", "instrument": "TINY", "mode": "XM"}, "no mode 'XM'"),
        ({"progId": "1", "instrument": "TINY", "priorityClass": "Z"}, "no class 'Z'"),
        ({"progId": "1", "instrument": "TINY", "period": 3}, "3 is no period"),
        ({"progId": "1", "instrument": "TINY", "validFrom": "soon"}, "'soon' is no time"),
        ({"progId": "1", "instrument": "TINY", "validFrom": "2022-11-02", "validTo": "2022-11-01"}, "ends before"),
        ({"progId": "x" * 61, "instrument": "TINY"}, "no run identifier"),
        ({"progId": "1", "instrument": "TINY", "allocatedTime": "long"}, "'long' is not accepted"),
        ({"progId": "1", "instrument": "TINY", "period": "soon"}, "'soon' is not accepted"),
        ({"progId": "1", "instrument": "TINY", "targets": "all"}, "'all' is not accepted"),
        ({"progId": "1", "instrument": "TINY", "pi": "me"}, "'me' is not accepted"),
        ({"progId": "1", "instrument": "TINY", "isToO": "no"}, "'no' is not accepted"),
        ({"progId": "1", "instrument": "TINY", "waivers": "all"}, "are no waivers"),
    ],
)
def test_runs_that_cannot_be(place, document, message):
    with pytest.raises(UsageError, match=message):
        place.desk("operator").create_run(document)


def test_an_instrument_without_a_package(place):
    with pytest.raises(NotFoundError, match="no instrument package"):
        place.desk("operator").create_run({"progId": "1", "instrument": "NONE"})


def test_setting_a_run(place):
    operator = place.desk("operator")
    run = operator.set_run(place.service, {"title": "new", "allocatedTime": 7200, "validTo": "2023-05-01T16:00:00Z"})
    assert (run["title"], run["allocatedTime"], run["validTo"]) == ("new", 7200, "2023-05-01T16:00:00Z")
    with pytest.raises(UsageError, match="'mode' of a run cannot be set"):
        operator.set_run(place.service, {"mode": "VM"})
    with pytest.raises(UsageError, match="end before it begins"):
        operator.set_run(place.service, {"validTo": "2000-01-01"})
    assert operator.run(place.service)["validTo"] == "2023-05-01T16:00:00Z"


def test_waivers_are_given_by_support_and_operators_alone(place):
    operator, support, pi = (place.desk(one) for one in ("operator", "support", "pi"))
    operator.set_run(place.service, {"observingConstraints": {"seeing": 0.8}})
    given = support.set_run(place.service, {"waivers": ["block-too-long"]})
    assert given["observingConstraints"] == {"seeing": 0.8, "waivers": ["block-too-long"]}
    kept = operator.set_run(place.service, {"observingConstraints": {"seeing": 1.0}})
    assert kept["observingConstraints"] == {"seeing": 1.0, "waivers": ["block-too-long"]}
    with pytest.raises(AccessError):
        support.set_run(place.service, {"waivers": [], "title": "mine"})
    with pytest.raises(AccessError, match="review"):
        pi.set_run(place.service, {"waivers": ["allocation"]})
    assert operator.set_run(place.service, {"waivers": []})["observingConstraints"] == {"seeing": 1.0}


def test_a_new_block_has_phase_1_limits_in_phase_2s_words(place, desk):
    limits = {"skyTransparency": "CLR", "fli": "d", "seeing": None}
    place.desk("operator").set_run(place.service, {"observingConstraints": limits})
    made = desk.create_item(place.root(place.service), "OB", "one").body["constraints"]
    assert (made["skyTransparency"], made["fli"]) == ("Clear", 0.4)
    assert made["seeing"] is not None


def test_phase1(place):
    targets = [{"name": "NGC 1365", "ra": "03:33:36.400", "dec": "-36:08:25.000"}]
    blocked = [{"from": "2022-12-01T00:00:00Z", "to": "2022-12-05T00:00:00Z"}]
    place.desk("operator").set_run(place.service, {"targets": targets, "blockedTimes": blocked})
    assert place.desk("pi").phase1_targets(place.service) == targets
    assert place.desk("pi").blocked_times(place.service) == blocked


def test_readme(place, desk):
    names = [one["name"] for one in desk.readme_schema(place.service)["fields"]]
    readme = desk.readme(place.service)
    assert list(readme.body) == names
    saved = desk.save_readme(place.service, {**readme.body, "summary": "deep field"}, readme.version)
    assert desk.readme(place.service) == saved
    assert saved.version != readme.version
    with pytest.raises(UsageError, match="no field 'colour'"):
        desk.save_readme(place.service, {"colour": "blue"}, saved.version)
    with pytest.raises(UsageError, match="not accepted"):
        desk.save_readme(place.service, {"realTime": "yes"}, saved.version)


def test_notify_eso(place, desk, new_ob):
    number = new_ob()
    with pytest.raises(StateError, match="README is not filled in"):
        desk.submit_run(place.service)
    desk.save_readme(place.service, {"summary": "deep field"}, "*")
    with pytest.raises(StateError, match="waits for review"):
        desk.submit_run(place.service)
    desk.verify_ob(number, submit=True)
    desk.submit_run(place.service)
    assert desk.run(place.service)["state"] == "notified"
    for call in (
        lambda: desk.create_item(place.root(place.service), "OB", "late"),
        lambda: desk.revise_ob(number),
        lambda: desk.delete_ob(number, "*"),
        lambda: desk.save_readme(place.service, {"summary": "x"}, "*"),
        lambda: desk.submit_run(place.service),
    ):
        with pytest.raises(StateError, match="with ESO for review"):
            call()
    desk.save_absolute(number, [{"from": "2022-11-01T00:00", "to": "2022-11-02T00:00"}], "*")
    assert place.desk("support").open_run(place.service)["state"] == "open"
    desk.revise_ob(number)


def test_a_run_that_takes_more_than_its_allocation_is_not_notified(place, desk, new_ob):
    number = new_ob()
    desk.verify_ob(number, submit=True)
    desk.save_readme(place.service, {"summary": "deep field"}, "*")
    place.desk("operator").set_run(place.service, {"allocatedTime": 60})
    assert [one["code"] for one in desk.findings(place.root(place.service))] == ["allocation"]
    with pytest.raises(StateError, match="takes too long"):
        desk.submit_run(place.service)
    place.desk("operator").set_run(place.service, {"allocatedTime": 3600})
    desk.submit_run(place.service)


def test_a_visitor_goes_on_after_the_notification(place, desk, new_ob):
    number = new_ob(container=place.root(place.visitor))
    desk.verify_ob(number, submit=True)
    desk.submit_run(place.visitor)
    desk.save_ob({"obId": number, "userPriority": 2}, "*")
