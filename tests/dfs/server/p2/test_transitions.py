"""Every status and every event of a block, through HTTP: what may happen happens, and nothing else does."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import pytest

from dfs.phase2 import examples
from dfs.phase2.lifecycle import MEANINGS, Event, transitions

from ....users.phase2 import World, served

# ESO's page on the statuses of phase 2 and the docstrings of p2api 1.2.1, read once more here: event -> letters before -> letter after.  END by its grade.
SERVICE = {
    "submit": {"P": "D", "-": "D"},
    "revise": {"D": "P"},
    "take": {"D": "R"},
    "accept": {"R": "+"},
    "reject": {"R": "-"},
    "edit": {"-": "P", "P": "P"},
    "start": {"+": "S", "M": "S", "A": "S"},
    "end A": {"S": "C"},
    "end B": {"S": "C"},
    "end C": {"S": "M"},
    "end D": {"S": "C"},
    "abort": {"S": "A"},
    "expire": {"+": "F", "M": "F", "A": "F"},
    "cancel": dict.fromkeys("PDR-+MA", "K"),
    "terminate": dict.fromkeys("PDR-+MA", "T"),
}
VISITOR = {
    "submit": {"P": "+"},
    "revise": dict.fromkeys("P+XA", "P"),
    "start": dict.fromkeys("+AX", "S"),
    "end ?": {"S": "X"},
    "abort": {"S": "A"},
    "edit": {},
    "take": {},
    "accept": {},
    "reject": {},
    "cancel": dict.fromkeys("P+AX", "K"),
    "terminate": dict.fromkeys("P+A", "T"),
}
TABLES = {"service": SERVICE, "visitor": VISITOR}
TIME = {"expire", "terminate"}  # not done to one block, but by the clock, or to a whole run
SINGLE = {name: [event for event in table if event not in TIME] for name, table in TABLES.items()}
WINDOW = [{"from": "2022-11-16T00:00", "to": "2022-11-17T00:00"}]


@cache
def paths(name: str) -> dict[str, list[str]]:
    """The shortest way from P to each letter by events on the block itself."""
    table, found, waiting = TABLES[name], {"P": []}, deque("P")
    while waiting:
        letter = waiting.popleft()
        for event in SINGLE[name]:
            after = table[event].get(letter)
            if after is not None and after not in found:
                found[after] = [*found[letter], event]
                waiting.append(after)
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("transitions") / "observatory") as found:
        yield found


@pytest.fixture(scope="module")
def people(world: World) -> Iterator[dict[str, httpx.Client]]:
    found = {who: world.client(who) for who in ("52052", "support", "operator", "other")}
    yield found
    for one in found.values():
        one.close()


def blocks(people: dict[str, httpx.Client], run: dict[str, Any], count: int, chart: bytes) -> list[int]:
    """Make blocks in a run that can be submitted, in one edit."""
    whole = examples.document(examples.examples("FORS2")[0])
    body = {key: whole[key] for key in ("itemType", "name", "target", "constraints", "templates", "obsDescription")}
    body["constraints"]["fli"] = 1.0  # as phase 1 has it
    exposure = next(one for one in body["templates"][-1]["parameters"] if one["name"] == "DET.WIN1.UIT1")
    exposure["value"] = 60.0
    body["containerId"] = run["containerId"]
    changes = [{"action": "create-item", "subject": -number - 1, "body": body} for number in range(count)]
    answer = people["52052"].post(f"/ext/runs/{run['runId']}/apply", json={"changes": changes})
    assert answer.status_code == 200, answer.text
    made = [answer.json()["created"][str(-number - 1)] for number in range(count)]
    for number in made:
        sent = people["52052"].post(
            f"/obsBlocks/{number}/findingCharts", content=chart, headers={"Content-Type": "image/jpeg"}
        )
        assert sent.status_code == 201, sent.text
    return made


def happen(people: dict[str, httpx.Client], ob_id: int, event: str) -> httpx.Response:
    """Let an event happen to a block, as whoever may do that."""
    kind, _, grade = event.partition(" ")
    user, support, operator = (people[who] for who in ("52052", "support", "operator"))
    match kind:
        case "submit":
            return user.post(f"/obsBlocks/{ob_id}/verify", json={"submit": True})
        case "revise":
            return user.post(f"/obsBlocks/{ob_id}/revise", content=b"null")
        case "edit":
            found = user.get(f"/obsBlocks/{ob_id}")
            changed = {**found.json(), "userPriority": 1 + found.json()["userPriority"] % 10}
            return user.put(f"/obsBlocks/{ob_id}", json=changed, headers={"If-Match": found.headers["etag"]})
        case "take" | "accept" | "reject" | "cancel":
            return support.post(f"/ext/items/{ob_id}/review", json={"verdict": kind, "text": "because"})
    details = {"grade": grade} if grade else {}
    return operator.post(f"/ext/obsBlocks/{ob_id}/execute", json={"event": kind, "details": details})


def status(people: dict[str, httpx.Client], ob_id: int) -> str:
    return str(people["52052"].get(f"/obsBlocks/{ob_id}").json()["obStatus"])


def lead(people: dict[str, httpx.Client], ob_id: int, events: list[str]) -> None:
    for event in events:
        answer = happen(people, ob_id, event)
        assert answer.status_code == 200, (event, answer.text)


@pytest.fixture(scope="module")
def chart() -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", (16, 16), 200).save(buffer, format="JPEG")
    return buffer.getvalue()


def test_the_table_is_that_of_the_observatory() -> None:
    """What was read here from the documents is what the service's table says (as far as a letter can be reached)."""
    for name, mode in (("service", "SM"), ("visitor", "VM")):
        reachable = {*paths(name), "F", "K", "T"} if name == "service" else {*paths(name), "K", "T"}
        assert reachable == set(MEANINGS) - ({"X"} if name == "service" else set("DR-MCF"))
        for event, row in transitions(mode).items():
            if event in {Event.END, Event.REPEAT}:
                continue
            ours = {
                before: after
                for before, after in TABLES[name].get(event.value, {}).items()
                if event is not Event.EDIT or before == "-"
            }
            assert (
                ours == {before: after for before, after in row.items() if before in reachable} or name == "visitor"
            ), event


@pytest.mark.parametrize("name", ["service", "visitor"])
def test_what_may_happen_happens(world: World, people: dict[str, httpx.Client], chart: bytes, name: str) -> None:
    wanted = [
        (before, event, after)
        for event in SINGLE[name]
        for before, after in TABLES[name][event].items()
        if before in paths(name)
    ]
    made = blocks(people, world.runs[name], len(wanted), chart)
    for ob_id, (before, event, after) in zip(made, wanted, strict=True):
        lead(people, ob_id, paths(name)[before])
        assert status(people, ob_id) == before
        answer = happen(people, ob_id, event)
        assert (answer.status_code, status(people, ob_id)) == (200, after), (before, event, answer.text)


@pytest.mark.parametrize("name", ["service", "visitor"])
def test_what_may_not_happen_is_refused(world: World, people: dict[str, httpx.Client], chart: bytes, name: str) -> None:
    letters = sorted(paths(name))
    made = blocks(people, world.runs[name], len(letters), chart)
    for ob_id, before in zip(made, letters, strict=True):
        lead(people, ob_id, paths(name)[before])
        for event in SINGLE[name]:
            if before in TABLES[name][event] or (name == "visitor" and event == "edit"):
                continue
            answer = happen(people, ob_id, event)
            assert answer.status_code == 409, (before, event, answer.text)
            assert before in answer.json()["error"] or "status" in answer.json()["error"]
            assert status(people, ob_id) == before


def test_windows_that_are_over(world: World, people: dict[str, httpx.Client], chart: bytes) -> None:
    """The clock moves on: what waits with no window left fails, the rest stays."""
    run = world.runs["second"]
    letters = [letter for letter in sorted(paths("service")) if letter != "S"]
    made = blocks(people, run, len(letters), chart)
    for ob_id, letter in zip(made, letters, strict=True):
        version = people["52052"].get(f"/obsBlocks/{ob_id}/timeConstraints/absolute").headers["etag"]
        put = people["52052"].put(
            f"/obsBlocks/{ob_id}/timeConstraints/absolute", json=WINDOW, headers={"If-Match": version}
        )
        assert put.status_code == 200, put.text
        lead(people, ob_id, paths("service")[letter])
    world.move_clock("2022-11-18T00:00:00Z")
    assert people["52052"].post("/ext/keepTime").status_code in {200, 403}
    answer = people["operator"].post("/ext/keepTime")
    assert answer.status_code == 200, answer.text
    expected = [SERVICE["expire"].get(letter, letter) for letter in letters]
    assert [status(people, ob_id) for ob_id in made] == expected


@pytest.mark.parametrize("name", ["too", "visitor2"])
def test_the_end_of_a_run(world: World, people: dict[str, httpx.Client], chart: bytes, name: str) -> None:
    kind = "visitor" if name == "visitor2" else "service"
    run = world.runs[name]
    letters = sorted(paths(kind))
    made = blocks(people, run, len(letters), chart)
    for ob_id, letter in zip(made, letters, strict=True):
        lead(people, ob_id, paths(kind)[letter])
    assert people["52052"].post(f"/ext/runs/{run['runId']}/end").status_code == 403
    assert people["operator"].post(f"/ext/runs/{run['runId']}/end").status_code == 200
    expected = [TABLES[kind]["terminate"].get(letter, letter) for letter in letters]
    assert [status(people, ob_id) for ob_id in made] == expected
    for ob_id, letter in zip(made, expected, strict=True):
        answer = happen(people, ob_id, "submit" if letter != "S" else "revise")
        assert answer.status_code == 409, (letter, answer.text)


def test_one_of_a_concatenation_fails(world: World, people: dict[str, httpx.Client], chart: bytes) -> None:
    """All or nothing: what was completed is repeated with what was not."""
    user, run = people["52052"], world.runs["service"]
    made = user.post(f"/containers/{run['containerId']}/items", json={"itemType": "Concatenation", "name": "pair"})
    pair = made.json()["containerId"]
    first, second = blocks(people, {**run, "containerId": pair}, 2, chart)
    for ob_id in (first, second):
        lead(people, ob_id, ["submit"])
    said = user.post(f"/containers/{pair}/verify", json={"submit": True}).json()
    assert said["observable"], said
    for verdict in ("take", "accept"):
        assert people["support"].post(f"/ext/items/{pair}/review", json={"verdict": verdict}).status_code == 200
    lead(people, first, ["start", "end A"])
    assert status(people, first) == "C"
    lead(people, second, ["start", "end C"])
    assert [status(people, ob_id) for ob_id in (first, second)] == ["M", "M"]


@pytest.mark.parametrize("event", ["submit", "revise", "edit", "take", "start"])
def test_nobody_else_does_it(world: World, people: dict[str, httpx.Client], chart: bytes, event: str) -> None:
    (ob_id,) = blocks(people, world.runs["service"], 1, chart)
    stranger = dict.fromkeys(people, people["other"])
    if event == "edit":
        answer = people["other"].put(f"/obsBlocks/{ob_id}", json={}, headers={"If-Match": '"x"'})
    else:
        answer = happen(stranger, ob_id, event)
    assert answer.status_code == 403, answer.text
