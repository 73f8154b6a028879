"""Statuses as calls change them: submit, revise, review, execution, expiry, the end of a run."""

from __future__ import annotations

import pytest

from dfs.errors import UsageError
from dfs.phase2.failures import StateError


@pytest.fixture
def status(desk):
    def of(number: int) -> str:
        return desk.ob(number).body["obStatus"]

    return of


def accept(place, *numbers):
    """Bring submitted blocks to +."""
    for number in numbers:
        place.desk("support").review(number, "take")
        place.desk("support").review(number, "accept")


def submitted(desk, *numbers):
    for number in numbers:
        assert desk.verify_ob(number, submit=True)["observable"]


def test_verify_tells_what_is_wrong(place, desk, status):
    number = desk.create_item(place.root(place.service), "OB", "one").body["obId"]
    version = desk.ob(number).version
    verdict = desk.verify_ob(number, submit=True)
    assert verdict["observable"] is False
    assert verdict["messages"] == ["ERROR: templates: no acquisition", "WARNING: target.ra: no target"]
    assert [one["code"] for one in verdict["findings"]] == ["no-acquisition", "no-target"]
    assert (status(number), desk.ob(number).version) == ("P", version)
    assert desk.findings(number) == verdict["findings"]
    assert [one["severity"] for one in verdict["findings"]] == ["error", "warning"]
    desk.create_template(number, "TINY_acq")
    assert desk.verify_ob(number) == {**desk.verify_ob(number), "observable": True}
    assert status(number) == "P"


def test_submit_and_revise(place, desk, new_ob, status):
    number = new_ob()
    versions = [desk.ob(number).version]
    submitted(desk, number)
    versions.append(desk.ob(number).version)
    assert status(number) == "D"
    with pytest.raises(StateError, match=r"submit: OB 'one' .* is in status D"):
        desk.verify_ob(number, submit=True)
    desk.revise_ob(number)
    versions.append(desk.ob(number).version)
    assert status(number) == "P"
    assert len(set(versions)) == 3
    with pytest.raises(StateError, match="revise"):
        desk.revise_ob(number)


def test_the_trail_tells_who_changed_a_status(place, desk, new_ob):
    number = new_ob()
    submitted(desk, number)
    place.desk("support").review(number, "take")
    trail = place.observatory.audit.entries(f"item:{number}")
    assert [(one.who, one.action, one.details["before"], one.details["after"]) for one in trail] == [
        ("pi", "p2-submit", "P", "D"),
        ("support", "p2-take", "D", "R"),
    ]
    place.observatory.audit.verify()


def test_review(place, desk, new_ob, status):
    number, support = new_ob(), place.desk("support")
    with pytest.raises(StateError, match=r"take: .* in status P"):
        support.review(number, "take")
    submitted(desk, number)
    with pytest.raises(StateError, match=r"accept: .* in status D"):
        support.review(number, "accept")
    assert support.review(number, "take")["obStatus"] == "R"
    with pytest.raises(UsageError, match="reject needs a reason"):
        support.review(number, "reject")
    with pytest.raises(UsageError, match="no verdict 'praise'"):
        support.review(number, "praise")
    assert support.review(number, "reject", "the slit is too wide")["obStatus"] == "-"
    (comment,) = desk.comments(place.service)
    assert (comment["text"], comment["itemId"], comment["who"]) == ("the slit is too wide", number, "support")
    version = desk.ob(number).version
    desk.create_template(number, "TINY_cal")
    assert status(number) == "P"
    desk.save_ob({"obId": number, "userPriority": 2}, version)  # the edit before did not make it stale
    submitted(desk, number)
    accept(place, number)
    assert support.review(number, "cancel", "lost its purpose")["obStatus"] == "K"


def test_a_rejected_block_is_submitted_as_it_is(place, desk, new_ob, status):
    number = new_ob()
    submitted(desk, number)
    place.desk("support").review(number, "take")
    place.desk("support").review(number, "reject", "why?")
    submitted(desk, number)
    assert status(number) == "D"


def test_a_rejection_opens_a_notified_run(place, desk, new_ob):
    number = new_ob()
    submitted(desk, number)
    desk.save_readme(place.service, {"summary": "x"}, "*")
    desk.submit_run(place.service)
    place.desk("support").review(number, "take")
    place.desk("support").review(number, "reject", "why?")
    assert desk.run(place.service)["state"] == "open"


def test_review_of_a_folder(place, desk, new_ob, status):
    folder = desk.create_item(place.root(place.service), "Folder", "f").body["containerId"]
    numbers = [new_ob(name, folder) for name in "abc"]
    submitted(desk, *numbers[:2])
    support = place.desk("support")
    support.review(place.root(place.service), "take")
    assert [status(one) for one in numbers] == ["R", "R", "P"]
    support.review(folder, "accept", "well done")
    assert [status(one) for one in numbers] == ["+", "+", "P"]
    with pytest.raises(StateError, match=r"nothing in Folder 'f' .* waits for this"):
        support.review(folder, "accept")


def test_a_container_is_submitted_after_its_members(place, desk, new_ob, status):
    group = desk.create_item(place.root(place.service), "Group", "g").body["containerId"]
    assert desk.verify_container(group)["messages"] == ["ERROR: items: it is empty"]
    number = new_ob(container=group)
    for submit in (False, True):
        with pytest.raises(StateError, match="not submitted yet"):
            desk.verify_container(group, submit=submit)
    submitted(desk, number)
    assert desk.verify_container(group)["observable"]
    version = desk.container(group).version
    assert desk.verify_container(group, submit=True)["observable"]
    container = desk.container(group)
    assert (container.body["containerStatus"], container.version == version) == ("D", False)
    with pytest.raises(StateError, match="submit: Group"):
        desk.verify_container(group, submit=True)
    desk.revise_ob(number)
    assert desk.container(group).body["containerStatus"] == "P"
    submitted(desk, number)
    desk.verify_container(group, submit=True)
    desk.revise_container(group)
    assert (desk.container(group).body["containerStatus"], status(number)) == ("P", "D")
    with pytest.raises(StateError, match="has no status"):
        desk.revise_container(place.root(place.service))
    with pytest.raises(StateError, match="has no status"):
        desk.verify_container(place.root(place.service), submit=True)
    assert desk.verify_container(place.root(place.service))["observable"]


def test_a_rejected_member_takes_its_container_with_it(place, desk, new_ob):
    group = desk.create_item(place.root(place.service), "Group", "g").body["containerId"]
    number = new_ob(container=group)
    submitted(desk, number)
    desk.verify_container(group, submit=True)
    support = place.desk("support")
    assert support.review(group, "take")["containerStatus"] == "R"
    support.review(number, "reject", "why?")
    assert desk.container(group).body["containerStatus"] == "-"


@pytest.mark.parametrize(("grade", "letter"), [("A", "C"), ("B", "C"), ("C", "M"), ("D", "C"), ("X", "M")])
def test_grades(place, desk, new_ob, status, grade, letter):
    number, operator = new_ob(), place.desk("operator")
    submitted(desk, number)
    accept(place, number)
    operator.execute(number, "start")
    assert status(number) == "S"
    place.clock.move(minutes=30)
    ended = operator.execute(number, "end", {"grade": grade, "comment": "thin clouds"})
    assert (ended["obStatus"], ended["grade"]) == (letter, grade)
    assert desk.executions(number, "2022-10-31") == [
        {
            "from": "2022-11-01T00:00:00Z",
            "to": "2022-11-01T00:30:00Z",
            "obId": number,
            "obStatus": letter,
            "grade": grade,
            "comment": "thin clouds",
        }
    ]
    assert desk.executions(number, "2022-11-01") == []
    assert desk.night_executions("tiny", "2022-10-31") == desk.executions(number, "2022-10-31")
    assert place.desk("other").night_executions("TINY", "2022-10-31") == []


def test_execution_refused(place, desk, new_ob):
    number, operator = new_ob(), place.desk("operator")
    with pytest.raises(StateError, match=r"start: .* in status P"):
        operator.execute(number, "start")
    submitted(desk, number)
    accept(place, number)
    for wrong, message in ((("stop", None), "no event"), (("start", {"seeing": 1}), "no detail")):
        with pytest.raises(UsageError, match=message):
            operator.execute(number, *wrong)
    with pytest.raises(UsageError, match="no time"):
        operator.execute(number, "start", {"at": "now"})
    with pytest.raises(StateError, match="is valid from"):
        operator.execute(number, "start", {"at": "2023-04-01T16:00:00Z"})
    operator.execute(number, "start", {"at": "2022-11-01T03:00:00Z"})
    with pytest.raises(UsageError, match="'E' is no grade"):
        operator.execute(number, "end", {"grade": "E"})
    with pytest.raises(UsageError, match="it began at"):
        operator.execute(number, "end", {"grade": "A", "at": "2022-11-01T02:00:00Z"})
    operator.execute(number, "abort", {"at": "2022-11-01T03:10:00Z"})
    assert desk.ob(number).body["obStatus"] == "A"
    operator.execute(number, "start")
    with pytest.raises(UsageError, match="no night"):
        desk.executions(number, "tonight")


def test_a_visitor_executes_again_and_again(place, desk, new_ob, status):
    number, operator = new_ob(container=place.root(place.visitor)), place.desk("operator")
    submitted(desk, number)
    assert status(number) == "+"
    with pytest.raises(StateError):
        desk.verify_ob(number, submit=True)
    for event, letter in (("start", "S"), ("end", "X"), ("start", "S"), ("abort", "A"), ("start", "S"), ("end", "X")):
        assert operator.execute(number, event)["obStatus"] == letter
    desk.revise_ob(number)
    assert status(number) == "P"
    with pytest.raises(StateError) as caught:
        place.desk("support").review(number, "take")
    assert caught.value.accepted == "not in mode VM"


def test_expiry(place, desk, new_ob, status):
    late, early, free = new_ob("late"), new_ob("early"), new_ob("free")
    desk.save_absolute(late, [{"from": "2022-12-01T00:00", "to": "2022-12-02T00:00"}], "*")
    desk.save_absolute(early, [{"from": "2022-11-01T00:00", "to": "2022-11-02T00:00"}], "*")
    submitted(desk, late, early, free)
    accept(place, late, early, free)
    operator = place.desk("operator")
    assert operator.keep_time() == []
    place.clock.move(days=2)
    with pytest.raises(StateError, match=r"last time window .* ended at 2022-11-02T00:00"):
        operator.execute(early, "start")
    assert desk.keep_time() == []  # not its user's business
    assert operator.keep_time() == [early]
    assert [status(one) for one in (late, early, free)] == ["+", "F", "+"]
    with pytest.raises(StateError, match="cannot be changed in status F"):
        desk.save_absolute(early, [], "*")


def test_the_end_of_a_run(place, desk, new_ob, status):
    operator = place.desk("operator")
    letters = {name: new_ob(name) for name in ("P", "D", "R", "+", "C")}
    submitted(desk, *(letters[one] for one in "DR+C"))
    place.desk("support").review(letters["R"], "take")
    accept(place, letters["+"], letters["C"])
    operator.execute(letters["C"], "start")
    operator.execute(letters["C"], "end", {"grade": "A"})
    place.clock.move(days=200)
    assert set(operator.keep_time()) == {letters[one] for one in "PDR+"}
    assert {name: status(one) for name, one in letters.items()} == dict.fromkeys("PDR+", "T") | {"C": "C"}
    assert desk.run(place.service)["state"] == "ended"
    for call in (
        lambda: new_ob("late"),
        lambda: desk.duplicate_ob(letters["P"]),
        lambda: place.desk("support").open_run(place.service),
    ):
        with pytest.raises(StateError, match="has ended"):
            call()
    assert operator.keep_time() == []
    assert operator.set_run(place.service, {"validTo": "2024-01-01T16:00:00Z"})["state"] == "open"
    new_ob("carried over")


def test_ending_a_visitor_run_by_hand(place, desk, new_ob, status):
    waiting, executed = (new_ob(name, place.root(place.visitor)) for name in "ab")
    submitted(desk, waiting, executed)
    operator = place.desk("operator")
    operator.execute(executed, "start")
    operator.execute(executed, "end", {"grade": "?"})
    assert operator.end_run(place.visitor)["state"] == "ended"
    assert (status(waiting), status(executed)) == ("T", "X")


def test_execution_times(place, desk, new_ob):
    number = new_ob()
    version = desk.ob(number).version
    told = desk.execution_time(number)
    assert told == {
        "obId": number,
        "exposureTime": 600,
        "executionTime": 960,
        "parts": [{"label": "preset", "seconds": 360.0, "source": "assumed"}],
    }
    ob = desk.ob(number)
    assert (ob.body["exposureTime"], ob.body["executionTime"], ob.version) == (600, 960, version)
    concatenation = desk.create_item(place.root(place.service), "Concatenation", "c").body["containerId"]
    first, second = new_ob("first", concatenation), new_ob("second", concatenation)
    times = {one["obId"]: one["executionTime"] for one in desk.execution_times(place.root(place.service))}
    assert times == {number: 960, first: 960, second: 700}
    assert desk.duplicate_ob(number).body["executionTime"] == 0
