"""A PI, a support astronomer and an operator do whatever comes to their minds: what was handed in never changes under their hands."""

from __future__ import annotations

import random

import pytest

from dfs.errors import DfsError
from dfs.phase2.api import Change, Upload

CLOSED = frozenset("DR+SCMAFKT")
JPEG = Upload("chart.jpg", b"\xff\xd8\xff\xe0 jpeg")
WINDOWS = [[], [{"from": "2022-11-10T00:00", "to": "2022-11-20T00:00"}]]


def items_of(root):
    """Every item below a container with the number of the container it lies in."""
    for one in root["items"]:
        yield one, root["containerId"]
        if "items" in one:
            yield from items_of(one)


def frozen(tree):
    """What may not change in service mode: content of blocks handed in, members of containers handed in."""
    blocks, members = {}, {}
    for item, _ in items_of(tree["root"]):
        if "obId" in item:
            kept = ("name", "target", "constraints", "obsDescription", "templates", "sidereal", "ephemeris", "charts")
            blocks[item["obId"]] = item["obStatus"], [item.get(one) for one in kept]
        elif item["itemType"] != "Folder":
            inside = [one.get("obId") or one["containerId"] for one in item["items"]]
            members[item["containerId"]] = item["containerStatus"], (item["name"], inside)
    return blocks, members


class Walk:
    """One random step after the other."""

    def __init__(self, place, seed):
        self.place, self.random = place, random.Random(seed)
        self.pi, self.support, self.operator = (place.desk(one) for one in ("pi", "support", "operator"))
        self.run = place.service

    def step(self):
        tree = self.pi.tree(self.run)
        self.blocks = [one for one, _ in items_of(tree["root"]) if "obId" in one]
        self.containers = [tree["root"], *(one for one, _ in items_of(tree["root"]) if "items" in one)]
        action = self.random.choice(ACTIONS if self.blocks else [Walk.create])
        try:
            action(self)
        except DfsError:
            return action.__name__
        return action.__name__

    def block(self):
        return self.random.choice(self.blocks)["obId"]

    def container(self):
        return self.random.choice(self.containers)["containerId"]

    def create(self):
        kind = self.random.choice(["OB", "OB", "Folder", "Group", "Concatenation", "TimeLink"])
        made = self.pi.create_item(self.container(), kind, f"{kind}{self.random.randrange(99)}").body
        if "obId" in made:
            self.pi.create_template(made["obId"], "TINY_acq")
            self.pi.create_template(made["obId"], "TINY_obs")

    def save(self):
        changed = {"userComments": str(self.random.random())}
        self.pi.save_ob({"obId": self.block(), "name": "x", "obsDescription": changed}, "*")

    def template(self):
        block = self.block()
        found = self.pi.templates(block).body
        if found and self.random.random() < 0.5:
            self.pi.delete_template(block, self.random.choice(found)["templateId"], "*")
        else:
            self.pi.create_template(block, "TINY_cal")

    def value(self):
        chosen = self.random.choice(self.random.choice(self.blocks)["templates"] or [{"templateId": 1}])
        given = [{"name": "DET.WIN1.UIT1", "value": self.random.randrange(1, 100)}]
        self.pi.apply(self.run, [Change("save-template", chosen["templateId"], {"parameters": given})])

    def reorder(self):
        chosen = self.container()
        found = self.pi.items(chosen).body
        self.random.shuffle(found)
        self.pi.reorder_items(chosen, found, "*")

    def move(self):
        number = self.random.choice([self.block(), self.container()])
        body = {"containerId": self.container(), "position": self.random.choice([None, 0])}
        self.pi.apply(self.run, [Change("move", number, body)])

    def chart(self):
        if self.random.random() < 0.5:
            self.pi.add_chart(self.block(), JPEG)
        else:
            self.pi.delete_chart(self.block(), 1)

    def windows(self):
        self.pi.save_absolute(self.block(), self.random.choice(WINDOWS), "*")

    def sidereal(self):
        self.pi.save_sidereal(self.block(), [{"from": "01:00", "to": f"0{self.random.randrange(2, 9)}:00"}], "*")

    def rename(self):
        self.pi.save_container({"containerId": self.container(), "name": f"n{self.random.randrange(99)}"}, "*")

    def delete(self):
        if self.random.random() < 0.5:
            self.pi.delete_ob(self.block(), "*")
        else:
            self.pi.delete_container(self.container(), "*")

    def duplicate(self):
        self.pi.duplicate_ob(self.block(), self.random.choice([None, self.container()]))

    def undo(self):
        entries = self.pi.history(self.run, limit=60)
        self.pi.undo(self.run, self.random.choice(entries)["operation"])

    def submit(self):
        for one in self.random.sample(self.blocks, min(3, len(self.blocks))):
            if one["obStatus"] in "P-":
                self.pi.verify_ob(one["obId"], submit=True)

    def submit_container(self):
        self.pi.verify_container(self.container(), submit=True)

    def revise(self):
        self.pi.revise_ob(self.block())

    def revise_container(self):
        self.pi.revise_container(self.container())

    def migrate(self):
        self.pi.migrate_ob(self.block(), dry_run=False)

    def review(self):
        verdict = self.random.choice(["take", "take", "accept", "accept", "reject"])
        self.support.review(self.random.choice([self.block(), self.container()]), verdict, "because")

    def execute(self):
        event = self.random.choice(["start", "end", "abort"])
        details = {"grade": self.random.choice("ABCD")} if event == "end" else {}
        self.operator.execute(self.block(), event, details)


ACTIONS = [
    one for name, one in vars(Walk).items() if callable(one) and name not in {"__init__", "step", "block", "container"}
]
HARMLESS = {"review", "execute", "revise", "revise_container"}


@pytest.mark.parametrize("seed", range(2))
def test_what_was_handed_in_does_not_change(place, seed):
    walk = Walk(place, seed)
    blocks, members = frozen(walk.pi.tree(walk.run))
    seen = set()
    for number in range(300):
        done = walk.step()
        now_blocks, now_members = frozen(walk.pi.tree(walk.run))
        for item, (status, content) in blocks.items():
            now = now_blocks.get(item)
            if now is None:
                assert status in "P-D", (seed, number, done, item, status)
            elif status in CLOSED and now[0] in CLOSED:
                assert now[1] == content, (seed, number, done, item, status)
            elif status in CLOSED and now[0] not in CLOSED:
                assert done in HARMLESS, (seed, number, done, item, status, now[0])
            if now is not None and now[0] != status:
                seen.add(now[0])
        for item, (status, content) in members.items():
            now = now_members.get(item)
            if status in CLOSED:
                assert now is not None, (seed, number, done, item, status)
                assert now[0] not in CLOSED or now[1] == content, (seed, number, done, item, status)
        for status, content in now_blocks.values():
            assert status not in "DR+" or any(one["type"] == "acquisition" for one in content[4]), (seed, number, done)
        blocks, members = now_blocks, now_members
    assert {"D", "R"} <= seen
