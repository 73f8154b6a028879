"""Versions: each thing has its own, a stale or missing one is told, and what production scripts rely on holds."""

from __future__ import annotations

import threading

import pytest

from dfs.errors import AccessError, NotFoundError, UsageError
from dfs.phase2.failures import StaleError, VersionMissingError


def test_orders_that_scripts_rely_on(place, desk):
    """createOB, createTemplate twice, setTemplateParams, saveOB with the version of createOB, setTemplateParams again."""
    ob = desk.create_item(place.root(place.service), "OB", "one")
    number = ob.body["obId"]
    acquisition = desk.create_template(number, "TINY_acq")
    science = desk.create_template(number, "TINY_obs")
    science.body["parameters"][0]["value"] = 10
    saved = desk.save_template(number, science.body, science.version)
    ob.body["userPriority"] = 3
    ob = desk.save_ob(ob.body, ob.version)
    saved.body["parameters"][0]["value"] = 20
    assert desk.save_template(number, saved.body, saved.version).body["parameters"][0]["value"] == 20
    desk.save_template(number, acquisition.body, acquisition.version)
    desk.save_absolute(number, [{"from": "2022-11-01T00:00", "to": "2022-11-02T00:00"}], desk.absolute(number).version)
    desk.delete_ob(number, ob.version)
    with pytest.raises(NotFoundError, match="was deleted"):
        desk.ob(number)


@pytest.mark.parametrize("form", ["{0}", '"{0}"', 'W/"{0}"', ' "{0}" ', "*"])
def test_versions_are_compared_loosely(desk, new_ob, form):
    number = new_ob()
    ob = desk.ob(number)
    assert desk.save_ob({"obId": number, "userPriority": 2}, form.format(ob.version)).body["userPriority"] == 2


def test_a_stale_version_names_who_and_when(place, desk, new_ob):
    number = new_ob()
    read = desk.ob(number)
    place.clock.move(minutes=5)
    place.desk("delegate").save_ob({"obId": number, "userPriority": 4}, read.version)
    with pytest.raises(StaleError, match="delegate saved it at 2022-11-01T00:05") as caught:
        desk.save_ob({"obId": number, "userPriority": 5}, read.version)
    assert (caught.value.status, caught.value.who) == (412, "delegate")
    assert desk.ob(number).body["userPriority"] == 4


@pytest.mark.parametrize("version", [None, ""])
def test_a_version_must_be_given(desk, new_ob, version):
    number = new_ob()
    with pytest.raises(VersionMissingError) as caught:
        desk.save_ob({"obId": number, "userPriority": 5}, version)
    assert caught.value.status == 428


def test_who_is_late_hears_that_first(desk, new_ob):
    number = new_ob()
    with pytest.raises(StaleError):
        desk.save_ob({"obId": number, "target": {"ra": "nonsense"}}, "item:1/self/1")


def test_a_version_of_something_else_is_stale(desk, new_ob):
    number = new_ob()
    with pytest.raises(StaleError):
        desk.save_sidereal(number, [], desk.absolute(number).version)


def test_saving_the_same_changes_nothing(desk, new_ob):
    ob = desk.ob(new_ob())
    assert desk.save_ob(ob.body, ob.version).version == ob.version


def test_each_aspect_has_its_own(place, desk, new_ob):
    number = new_ob()
    root = place.root(place.service)
    before = desk.tree(place.service)["root"]["items"][0]["versions"]
    container = desk.container(root).version
    desk.save_ob({"obId": number, "userPriority": 7}, "*")
    after = desk.tree(place.service)["root"]["items"][0]["versions"]
    assert {name for name in before if before[name] != after[name]} == {"self"}
    assert desk.container(root).version == container
    items = desk.items(root).version
    desk.create_item(root, "OB", "two")
    assert desk.items(root).version != items
    assert desk.container(root).version == container


def test_two_clients_lose_no_update(place, desk, new_ob):
    """Each adds one to the priority until it has done so often enough; those that are late read again."""
    number, times = new_ob(), 40

    def count(who: str) -> None:
        mine = place.desk(who)
        for _ in range(times):
            while True:
                read = mine.ob(number)
                try:
                    mine.save_ob({"obId": number, "userPriority": read.body["userPriority"] + 1}, read.version)
                except StaleError:
                    continue
                break

    threads = [threading.Thread(target=count, args=(who,)) for who in ("pi", "delegate", "owner")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert desk.ob(number).body["userPriority"] == 1 + 3 * times
    saves = [one for one in desk.history(place.service, f"item:{number}", 1000) if one["action"] == "save"]
    assert len([one for one in saves if one["subject"] == f"item:{number}"]) == 3 * times + 1


def test_a_failing_call_writes_nothing(place, desk, new_ob):
    number = new_ob()
    revision = desk.revision(place.service)
    body = {"obId": number, "userPriority": 2, "target": {"ra": "25:00:00", "dec": "0:0:0"}}
    with pytest.raises(UsageError, match=r"25:00:00"):
        desk.save_ob(body, desk.ob(number).version)
    assert desk.revision(place.service) == revision
    assert desk.ob(number).body["userPriority"] == 1


# what may be done: call, whether to the run or to a block of it, what is given beside its number
READS = [
    ("run", "run"),
    ("tree", "run"),
    ("history", "run"),
    ("changes_since", "run", 0),
    ("revision", "run"),
    ("comments", "run"),
    ("readme", "run"),
    ("ob", "ob"),
    ("templates", "ob"),
    ("findings", "ob"),
    ("verify_ob", "ob"),
    ("execution_time", "ob"),
]
CHANGES = [
    ("delete_ob", "ob", "*"),
    ("duplicate_ob", "ob"),
    ("create_template", "ob", "TINY_cal"),
    ("save_absolute", "ob", [], "*"),
    ("delete_ephemeris", "ob", "*"),
    ("delete_chart", "ob", 1),
    ("revise_ob", "ob"),
    ("submit_run", "run"),
    ("save_readme", "run", {}, "*"),
    ("apply", "run", []),
    ("undo", "run", "x"),
]
POWERS = [
    ("review", "ob", "take"),
    ("execute", "ob", "start"),
    ("open_run", "run"),
    ("set_run", "run", {"title": "x"}),
    ("end_run", "run"),
]


def make(desk, numbers, name, subject, *given):
    """Make a call of the lists above."""
    getattr(desk, name)(numbers[subject], *given)


@pytest.mark.parametrize("call", READS + CHANGES + POWERS, ids=lambda call: call[0])
def test_a_foreign_run_is_closed(place, new_ob, call):
    with pytest.raises(AccessError, match=rf"you may not \w+ run {place.service}") as caught:
        make(place.desk("other"), {"run": place.service, "ob": new_ob()}, *call)
    assert "110.TINY" not in caught.value.line()  # whose number was guessed stays unknown


@pytest.mark.parametrize("who", ["coi", "support", "operator"])
def test_who_reads_may_not_change(place, new_ob, who):
    desk, numbers = place.desk(who), {"run": place.service, "ob": new_ob()}
    for call in READS:
        make(desk, numbers, *call)
    for call in CHANGES:
        with pytest.raises(AccessError, match="you may not change"):
            make(desk, numbers, *call)
    with pytest.raises(AccessError, match="you may not change"):
        desk.verify_ob(numbers["ob"], submit=True)
    with pytest.raises(AccessError, match="you may not change"):
        desk.migrate_ob(numbers["ob"], dry_run=False)


@pytest.mark.parametrize("call", POWERS, ids=lambda call: call[0])
def test_powers_are_not_the_users(place, desk, new_ob, call):
    with pytest.raises(AccessError):
        make(desk, {"run": place.service, "ob": new_ob()}, *call)


def test_nobody_sees_nothing(place):
    nobody = place.desk("stranger")
    for call in (nobody.runs, nobody.user, lambda: nobody.library("target")):
        with pytest.raises(AccessError):
            call()
