"""Comments, the user's library, instrument packages, triggers, exports, visibility."""

from __future__ import annotations

import pytest

from dfs.access import AuditTrail
from dfs.access.standings import Standings
from dfs.errors import AccessError, NotFoundError, ServiceError, UsageError
from dfs.phase2.api import Upload
from dfs.phase2.failures import StateError
from dfs.phase2.service import EmbeddedPhase2
from tests.dfs.phase2.conftest import TinyRules
from tests.dfs.phase2.service.test_attachments import JPEG


def test_comments(place, desk, new_ob):
    number, revision = new_ob(), desk.revision(place.service)
    made = desk.comment(place.service, " is the slit wide enough? ", number, "templates[0].INS.SLIT.WID")
    assert made == {
        "commentId": 1,
        "runId": place.service,
        "itemId": number,
        "path": "templates[0].INS.SLIT.WID",
        "text": "is the slit wide enough?",
        "at": "2022-11-01T00:00:00.000Z",
        "who": "pi",
        "resolved": None,
    }
    assert [one["action"] for one in desk.changes_since(place.service, revision)] == ["comment"]
    answer = place.desk("support").comment(place.service, "yes")
    assert place.desk("coi").comments(place.service) == [made, answer]
    place.desk("support").resolve_comment(place.service, 1)
    assert desk.comments(place.service)[0]["resolved"] == "2022-11-01T00:00:00.000Z"
    desk.resolve_comment(place.service, 1)
    with pytest.raises(NotFoundError, match="no comment 9"):
        desk.resolve_comment(place.service, 9)
    with pytest.raises(UsageError, match="has no text"):
        desk.comment(place.service, "  ")
    with pytest.raises(AccessError, match="may not comment"):
        place.desk("coi").comment(place.service, "me too")
    with pytest.raises(NotFoundError, match="in another run"):
        desk.comment(place.visitor, "x", number)


def test_library(place, desk):
    kept = desk.keep("target", " M 1 ", {"ra": "05:34:31.94", "dec": "+22:00:52.2"})
    assert desk.library("target") == [kept]
    assert kept["name"] == "M 1"
    again = desk.keep("target", "M 1", {"ra": "05:34:32"})
    assert desk.library("target") == [again]
    assert desk.library("constraints") == []
    assert place.desk("delegate").library("target") == []
    desk.forget("target", "M 1")
    assert desk.library("target") == []
    with pytest.raises(NotFoundError, match="you keep no target"):
        desk.forget("target", "M 1")
    with pytest.raises(UsageError, match="no kind 'colour'"):
        desk.library("colour")
    with pytest.raises(UsageError, match="no name"):
        desk.keep("target", "", {})


def test_packages(desk):
    assert desk.package_versions("TINY") == ["110.01", "110.02"]
    (airmass, *_) = desk.instrument_constraints("TINY", "110.02")["observingConstraints"]
    assert airmass == {
        "name": "airmass",
        "type": "number",
        "default": 2.0,
        "allowedValues": {"ranges": [{"min": 1.0, "max": 5.0}]},
    }
    assert {"templateName": "TINY_obs", "type": "science"} in desk.signatures("TINY", "110.02")
    assert desk.signature("TINY", "110.02", "TINY_acq")["parameters"][0]["name"] == "INS.SLIT.WID"
    with pytest.raises(UsageError, match="no phase"):
        desk.signatures("TINY", "110.02", "phase3")
    with pytest.raises(NotFoundError, match="no template"):
        desk.signature("TINY", "110.02", "x")


def test_triggers(place, desk, new_ob):
    root, request = place.root(place.service), {"phone": "+1", "executeWithin": "OneNight", "notify": ["a@b.org"]}
    with pytest.raises(StateError, match="not for targets of opportunity"):
        desk.trigger_too(root, request)
    place.desk("operator").set_run(place.service, {"isToO": True})
    number = new_ob()
    with pytest.raises(StateError, match="no block in"):
        desk.trigger_too(root, request)
    desk.verify_ob(number, submit=True)
    told = desk.trigger_too(root, request)
    expected = {"executeWithin": "OneNight", "calibrations": [], "comments": "", "containerId": root, "who": "pi"}
    assert {key: told[key] for key in expected} == expected
    for wrong, message in (
        ({"executeWithin": "soon"}, "accepted: OneNight"),
        ({"colour": 1}, "no field"),
        ({"executeWithin": "OneNight", "notify": "a@b.org"}, "notify"),
        ([], "is an object"),
    ):
        with pytest.raises(UsageError) as caught:
            desk.trigger_too(root, wrong)
        assert message in caught.value.line()
    with pytest.raises(StateError, match="is not undone"):
        desk.undo(place.service, desk.history(place.service)[0]["operation"])


def equipped(place):
    """The PI's desk with parts that tell what they were given."""
    database, user = place.observatory.database, place.desk()._user
    return EmbeddedPhase2(
        database,
        AuditTrail(database, place.clock, user),
        place.clock,
        lambda: Standings(database).of(user),
        user,
        rules=TinyRules(),
        packages=place.packages,
        night_curves=lambda night, blocks: {"night": night, "names": [block.name for _, block in blocks]},
        export=lambda run, item, files: Upload(run["progId"], repr((item["name"], files)).encode()),
    )


def test_exports(place, desk, new_ob):
    number = new_ob()
    desk.add_chart(number, Upload("fc.jpg", JPEG))
    science = desk.templates(number).body[1]["templateId"]
    desk.save_file_parameter(number, science, "INS.MASK", Upload("m", b"mask"), "*")
    files = {f"{number}/charts/1": JPEG, f"{number}/templates/{science}/INS.MASK": b"mask"}
    assert equipped(place).export_ob(number) == Upload("110.TINY.001", repr(("one", files)).encode())
    whole = equipped(place).export_container(place.root(place.service))
    assert whole == Upload("110.TINY.001", repr(("110.TINY.001", files)).encode())
    with pytest.raises(ServiceError, match="without that part"):
        desk.export_ob(number)


def test_visibility(place, desk, new_ob):
    assert equipped(place).visibility("2022-11-01", [new_ob("a"), new_ob("b")]) == {
        "night": "2022-11-01",
        "names": ["a", "b"],
    }


def test_an_exported_block_is_read_back_with_its_files(tmp_path):
    import dfs
    from dfs.phase2.formats import read_zip

    with dfs.open(tmp_path / "o") as observatory:
        desk = observatory.phase2_desk
        run = desk.create_run({"progId": "118.23XY.001", "instrument": "FORS2", "period": 118})
        number = desk.create_item(run["containerId"], "OB", "one").body["obId"]
        desk.create_template(number, "FORS2_lss_acq_slit")
        desk.add_chart(number, Upload("first chart.jpg", JPEG))
        desk.add_chart(number, Upload("second.jpg", JPEG))
        for exported in (desk.export_ob(number), desk.export_container(run["containerId"])):
            read = read_zip(exported.content)
            (block,) = read.blocks()
            assert block.charts == ("first chart.jpg", "second.jpg")
            assert read.files_of(block.ob_id).charts == (JPEG, JPEG)


def test_the_whole_observatory(tmp_path):
    """The desk that an observatory gives, with the real packages and rules."""
    import dfs

    with dfs.open(tmp_path / "o") as observatory:
        desk = observatory.phase2_desk
        run = desk.create_run({"progId": "110.23XY.001", "instrument": "FORS2", "period": 110})
        ob = desk.create_item(run["containerId"], "OB", "one").body
        desk.create_template(ob["obId"], "FORS2_lss_acq_slit")
        assert desk.verify_ob(ob["obId"])["observable"] is False
        assert desk.execution_time(ob["obId"])["executionTime"] > 300
        assert desk.export_ob(ob["obId"]).content.startswith(b"PK")
        target = {"ra": "03:33:36.4", "dec": "-36:08:25"}
        desk.save_ob({"obId": ob["obId"], "target": target}, "*")
        assert desk.visibility("2022-11-01", [ob["obId"]])["data"]
