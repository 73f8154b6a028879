"""Phase 2 elsewhere: the same calls over HTTP, the same errors, what others do seen at once."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from dfs.errors import AccessError, ConflictError, NotFoundError, ServiceError, UsageError
from dfs.phase2 import examples
from dfs.phase2.api import Change, Phase2Desk, Upload
from dfs.phase2.differences import difference
from dfs.phase2.failures import FileKindError, StaleError, StateError, VersionMissingError
from dfs.phase2.remote import RemotePhase2
from dfs.phase2.remote.composed import ComposedExtensions
from dfs.phase2.service import EmbeddedPhase2

from ....users.phase2 import PASSWORD, World


@pytest.fixture
def desk(world: World) -> Iterator[RemotePhase2]:
    with RemotePhase2(world.url, world.token(), pause_s=0.01) as remote:
        yield remote


def calls(kind: type) -> dict[str, inspect.Signature]:
    return {
        name: inspect.signature(one)
        for name, one in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }


def test_it_is_a_desk() -> None:
    """Every call of the protocol, with the same parameters."""
    for name, signature in calls(Phase2Desk).items():
        for kind in (RemotePhase2, EmbeddedPhase2):
            found = calls(kind)[name]
            assert list(found.parameters)[: len(signature.parameters)] == list(signature.parameters), (kind, name)


def test_a_block_from_its_creation_to_its_end(world: World, desk: RemotePhase2) -> None:
    run = desk.run(world.runs["service"]["runId"])
    made = desk.create_item(run["containerId"], "OB", "far away")
    number = made.body["obId"]
    saved = desk.save_ob({**made.body, "userPriority": 4}, made.version)
    assert desk.ob(number) == saved
    template = desk.create_template(number, "FORS2_mos_acq")
    assert desk.template(number, template.body["templateId"]) == template
    mask = desk.file_parameter(number, template.body["templateId"], "INS.FIMS.NAME")
    version = desk.save_file_parameter(
        number, template.body["templateId"], "INS.FIMS.NAME", Upload("größe.fims", b'PAF.NAME "m"\n'), mask.version
    )
    back = desk.file_parameter(number, template.body["templateId"], "INS.FIMS.NAME")
    assert (back.body.content, back.version) == (b'PAF.NAME "m"\n', version)
    windows = desk.save_absolute(
        number, [{"from": "2022-12-01T00:00", "to": "2022-12-02T00:00"}], desk.absolute(number).version
    )
    assert desk.absolute(number) == windows
    assert not desk.completely_filled_in(number)
    assert desk.execution_time(number)["obId"] == number
    assert not desk.verify_ob(number)["observable"]
    assert {"severity", "path", "code", "message"} <= set(desk.findings(number)[0])
    assert [one["action"] for one in desk.history(run["runId"], f"item:{number}")][-1] == "create"
    said = desk.comment(run["runId"], "why so far?", number, "target.ra")
    assert said in desk.comments(run["runId"])
    desk.resolve_comment(run["runId"], said["commentId"])
    assert desk.keep("target", "mine", {"name": "NGC 1365", "ra": "03:33:36.371", "dec": "-36:08:25.45"})
    assert [one["name"] for one in desk.library("target")] == ["mine"]
    desk.forget("target", "mine")
    assert desk.signature("FORS2", "116.05", "FORS2_mos_acq")["type"] == "acquisition"
    desk.delete_ob(number, saved.version)
    with pytest.raises(NotFoundError):
        desk.ob(number)


def test_the_tree_is_that_of_the_embedded_desk(world: World, desk: RemotePhase2) -> None:
    """Also as it is made of ESO's calls alone."""
    run = world.runs["second"]
    whole = examples.document(examples.examples("FORS2")[0])
    body = {key: whole[key] for key in ("itemType", "name", "target", "constraints", "templates", "obsDescription")}
    body["constraints"]["fli"] = 1.0
    changes = [
        Change("create-item", -1, {"containerId": run["containerId"], "itemType": "Group", "name": "a group"}),
        Change(
            "create-item",
            -2,
            {**body, "containerId": -1, "absolute": [{"from": "2022-12-01T00:00", "to": "2022-12-02T00:00"}]},
        ),
        Change("create-item", -3, {"containerId": -1, "itemType": "Concatenation", "name": "inside"}),
        Change("save-container", -1, {"userPriority": 3}),
    ]
    made = desk.apply(run["runId"], changes)
    assert set(made) >= {-1, -2, -3}
    before = desk.revision(run["runId"])
    composed = ComposedExtensions(desk, "test")
    there = {**body, "containerId": run["containerId"], "name": "by calls"}
    again = composed.apply(run["runId"], [Change("create-item", -1, there), Change("save-ob", -1, {"userPriority": 2})])
    assert desk.revision(run["runId"]) > before
    assert desk.ob(again[-1]).body["userPriority"] == 2
    tree, other = desk.tree(run["runId"]), composed.tree(run["runId"])
    assert difference(_bare(tree["root"]), _bare(other["root"])) == []
    assert tree["readme"] == other["readme"]
    with pytest.raises(UsageError) as caught:
        composed.apply(
            run["runId"],
            [Change("move", again[-1], {"containerId": made[-1]}), Change("save-ob", again[-1], {"userPriority": 0})],
        )
    assert "1 changes were made before" in caught.value.hint
    assert desk.ob(again[-1]).body["parentContainerId"] == made[-1]
    assert composed.findings(made[-2])
    with pytest.raises(ServiceError, match="no undo"):
        composed.undo(run["runId"], "x")


def _bare(item: Any) -> Any:
    """A tree as both ways tell it: versions without HTTP's quotes, what ESO's API has (no scheduling of folders, no version of charts)."""
    if isinstance(item, list):
        return [_bare(one) for one in item]
    if not isinstance(item, dict):
        return item
    told = {name: _bare(one) for name, one in item.items()}
    if "versions" in item:
        told["versions"] = {name: (one or "").strip('"') for name, one in item["versions"].items() if name != "charts"}
        if item["itemType"] in {"Folder", "Group", "TimeLink"}:
            told["versions"].pop("schedule", None)
            told.pop("schedule")
    return told


def test_errors_are_those_of_the_service(world: World, desk: RemotePhase2) -> None:
    made = desk.create_item(world.root_of("service"), "OB", "to fail")
    ob = made.body
    for error, work in (
        (StaleError, lambda: desk.save_ob(ob, '"stale"')),
        (VersionMissingError, lambda: desk.save_ob(ob, None)),
        (UsageError, lambda: desk.save_ob({**ob, "userPriority": 0}, made.version)),
        (StateError, lambda: desk.delete_container(world.root_of("service"), "*")),
        (FileKindError, lambda: desk.add_chart(ob["obId"], Upload("chart.jpg", b"\x89PNG"))),
        (NotFoundError, lambda: desk.run(999)),
        (AccessError, lambda: desk.run(world.runs["foreign"]["runId"])),
        (AccessError, lambda: desk.create_run({"progId": "1", "instrument": "FORS2"})),
    ):
        with pytest.raises(error) as caught:
            work()
        assert caught.value.message
    assert issubclass(StaleError, ConflictError)
    with pytest.raises(StaleError, match="52052 saved it at 2022-11-15"):
        desk.save_ob(ob, '"stale"')


def test_news_of_somebody_else(world: World, desk: RemotePhase2) -> None:
    """Who waits is told within a moment of the save."""
    run = world.runs["service"]
    before, told = desk.revision(run["runId"]), []

    def wait() -> None:
        with RemotePhase2(world.url, world.token("delegate")) as other:
            entries = other.changes_since(run["runId"], before, wait_s=20)
            told.append((time.monotonic(), entries))

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.5)
    saved = time.monotonic()
    made = desk.create_item(run["containerId"], "OB", "news")
    waiting.join(20)
    assert f"item:{made.body['obId']}" in {one["subject"] for one in told[0][1]}
    assert told[0][0] - saved < 5
    assert desk.changes_since(run["runId"], desk.revision(run["runId"])) == []
    assert desk.changes_since(run["runId"], 10**9, wait_s=20) == []


def test_undo(world: World, desk: RemotePhase2) -> None:
    run = world.runs["service"]
    made = desk.create_item(run["containerId"], "OB", "as it was")
    desk.save_ob({**made.body, "name": "changed"}, made.version)
    operation = desk.history(run["runId"], limit=1)[0]["operation"]
    assert desk.undo(run["runId"], operation)
    assert desk.ob(made.body["obId"]).body["name"] == "as it was"


def test_signing_in(world: World) -> None:
    with RemotePhase2(world.api) as remote:
        with pytest.raises(AccessError, match="sign in"):
            remote.runs()
        with pytest.raises(AccessError):
            remote.sign_in("52052", "wrong")
        assert remote.sign_in("52052", PASSWORD) == "52052"
        assert remote.user()["username"] == "52052"
        assert remote.token


def test_places() -> None:
    assert RemotePhase2("eso-demo").addresses.api == "https://www.eso.org/copdemo/api/v1"
    assert RemotePhase2("https://www.eso.org/cop/api/v1").addresses.name == "eso"
    assert RemotePhase2("http://x:1/dfs/p2/api/v1/").addresses.login == "http://x:1/dfs/p2/api/login"
    for wrong in ("", "esso", "ftp://x", "http://"):
        with pytest.raises(UsageError, match="no P2 service"):
            RemotePhase2(wrong)


def test_nobody_there() -> None:
    with (
        RemotePhase2("http://127.0.0.1:9", "token", pause_s=0.001) as remote,
        pytest.raises(ServiceError, match="cannot be reached"),
    ):
        remote.runs()
