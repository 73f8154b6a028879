"""Several who write one thing at the same time: nothing that was saved is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from ....users.phase2 import World


def count(client: httpx.Client, ob_id: int, times: int, name: str) -> int:
    """Count in a block, each time from what is there; who is late reads it again.  Return how often one was late."""
    late, done = 0, 0
    found = client.get(f"/obsBlocks/{ob_id}")
    body, version = found.json(), found.headers["etag"]
    while done < times:
        before = int(body["obsDescription"]["userComments"] or 0)
        text = {**body["obsDescription"], "userComments": str(before + 1), "name": name}
        answer = client.put(
            f"/obsBlocks/{ob_id}", json={"obId": ob_id, "obsDescription": text}, headers={"If-Match": version}
        )
        if answer.status_code == 200:
            done += 1
        else:
            assert answer.status_code == 412, answer.text
            assert " saved it at " in answer.json()["error"]
            late += 1
            answer = client.get(f"/obsBlocks/{ob_id}")
        body, version = answer.json(), answer.headers["etag"]
    return late


def total(client: httpx.Client, ob_id: int) -> int:
    return int(client.get(f"/obsBlocks/{ob_id}").json()["obsDescription"]["userComments"])


def test_two_clients_one_block_a_thousand_times(world: World, new_ob: int) -> None:
    def work(name: str) -> int:
        with world.client() as client:
            return count(client, new_ob, 500, name)

    world.token()
    with ThreadPoolExecutor(2) as pool:
        late = sum(pool.map(work, ("one", "two")))
    with world.client() as client:
        assert total(client, new_ob) == 1000
        assert late > 0  # they did meet
        entries = client.get(
            f"/ext/runs/{world.runs['service']['runId']}/history", params={"subject": f"item:{new_ob}", "limit": 5000}
        ).json()
    saves = [one for one in entries if one["aspect"] == "self" and one["action"] == "save"]
    assert [one["version"] for one in saves] == list(range(1001, 1, -1))


def test_fifty_clients(world: World) -> None:
    """Each makes a block of its own in the same folder, and counts in one of ten that it shares with four others."""
    root = world.root_of("service")
    with world.client() as client:
        made = client.post(f"/containers/{root}/items", json={"itemType": "Folder", "name": "crowd"})
        folder = made.json()["containerId"]
        shared = [
            client.post(f"/containers/{folder}/items", json={"itemType": "OB", "name": f"shared {number}"}).json()[
                "obId"
            ]
            for number in range(10)
        ]

    def work(number: int) -> Any:
        with world.client() as one:
            own = one.post(f"/containers/{folder}/items", json={"itemType": "OB", "name": f"own {number}"})
            assert own.status_code == 201, own.text
            count(one, shared[number % 10], 4, str(number))
            count(one, own.json()["obId"], 2, str(number))
            return own.json()["obId"]

    with ThreadPoolExecutor(50) as pool:
        own = list(pool.map(work, range(50)))
    with world.client() as client:
        assert [total(client, ob_id) for ob_id in shared] == [20] * 10
        assert [total(client, ob_id) for ob_id in own] == [2] * 50
        items = [one["obId"] for one in client.get(f"/containers/{folder}/items").json()]
    assert sorted(items) == sorted([*shared, *own])
    assert len(set(items)) == 60
