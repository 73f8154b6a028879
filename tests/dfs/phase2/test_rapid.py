"""Triggers of rapid response: what they must say, and who may send them."""

from __future__ import annotations

import pytest

from dfs.access import AuditTrail, EmbeddedUser
from dfs.errors import AccessError, NotFoundError, UsageError
from dfs.phase2.api import Upload
from dfs.phase2.failures import FileKindError, StateError
from dfs.phase2.rapid import RapidResponse

POSITION = {"TI_RA": "03:33:36.400", "TI_DEC": "-36:08:25.000"}
CHART = Upload("chart.jpg", b"\xff\xd8\xff\xe0 jpeg")


@pytest.fixture
def rapid(place):
    def of(who="pi"):
        database = place.observatory.database
        return RapidResponse(place.desk(who), database, AuditTrail(database, place.clock, EmbeddedUser()), place.clock)

    return of


@pytest.fixture
def accepted(place, desk, new_ob):
    place.desk("operator").set_run(place.service, {"isToO": True})
    number = new_ob()
    desk.verify_ob(number, submit=True)
    for verdict in ("take", "accept"):
        place.desk("support").review(number, verdict)
    return number


def test_a_trigger_and_its_chart(place, rapid, accepted, new_ob):
    told = rapid().trigger(accepted, POSITION)
    ticket = told["trigger_ticket"]["id"]
    assert told["rrm_trigger_status"] == "upload_success"
    assert rapid().add_chart(accepted, ticket, CHART)["file"] == "chart.jpg"
    with pytest.raises(FileKindError):
        rapid().add_chart(accepted, ticket, Upload("chart.jpg", b"\x89PNG"))
    with pytest.raises(NotFoundError, match="no trigger"):
        rapid().add_chart(new_ob("another"), ticket, CHART)
    with pytest.raises(AccessError):
        rapid("coi").add_chart(accepted, ticket, CHART)


@pytest.mark.parametrize(
    ("request_", "where"),
    [
        ({}, "TI_RA"),
        ({"TI_RA": POSITION["TI_RA"]}, "TI_DEC"),
        ({**POSITION, "TI_RA": "25:00:00"}, "TI_RA"),
        ({**POSITION, "TI_DEC": "north"}, "TI_DEC"),
        ({**POSITION, "OBname": "another"}, "OBname"),
    ],
)
def test_triggers_that_cannot_be(rapid, accepted, request_, where):
    with pytest.raises(UsageError) as caught:
        rapid().trigger(accepted, request_)
    assert caught.value.where == where
    assert caught.value.accepted


def test_what_is_not_accepted_is_not_triggered_but_may_be_tried(place, rapid, new_ob):
    number = new_ob()
    with pytest.raises(StateError, match="not for targets of opportunity"):
        rapid().trigger(number, POSITION)
    assert rapid().trigger(number, {**POSITION, "dryRun": "true"})["rrm_trigger_status"] == "dry_run"
    place.desk("operator").set_run(place.service, {"isToO": True})
    with pytest.raises(StateError, match="status P"):
        rapid().trigger(number, POSITION)
    with pytest.raises(AccessError):
        rapid("other").trigger(number, POSITION)
