"""Who may do what to which run: the whole matrix."""

from __future__ import annotations

import pytest

from dfs.access import ANONYMOUS, Standing
from dfs.access.observing import Deed, allows, is_delegate, is_pi, require_deed
from dfs.access.standings import Standings
from dfs.errors import AccessError

RUN = "110.23XY.001"


def related(role: str, scope: str) -> Standing:
    return Standing("somebody", relations=frozenset({(role, scope)}))


PEOPLE = {
    "owner": (Standing("owner", frozenset({"owner"})), set(Deed)),
    "operator": (Standing("o", frozenset({"operator"})), {Deed.READ, Deed.REVIEW, Deed.EXECUTE, Deed.MANAGE}),
    "support": (Standing("s", frozenset({"support"})), {Deed.READ, Deed.REVIEW}),
    "archive": (Standing("a", frozenset({"archive"})), {Deed.READ, Deed.MANAGE}),
    "pi of the run": (related("pi", RUN), {Deed.READ, Deed.EDIT}),
    "pi of the programme": (related("pi", "110.23XY"), {Deed.READ, Deed.EDIT}),
    "phase-2 delegate": (related("phase2-delegate", RUN), {Deed.READ, Deed.EDIT}),
    "co-investigator": (related("coi", "110.23XY"), {Deed.READ}),
    "data delegate": (related("data-delegate", "110.23XY"), set()),
    "phase-3 delegate": (related("phase3-delegate", "110.23XY"), set()),
    "instrument team": (related("instrument-team", "FORS2"), set()),
    "pi of another run": (related("pi", "110.23XY.002"), set()),
    "pi elsewhere": (related("pi", "110.AAAA"), set()),
    "member": (Standing("m"), set()),
    "anonymous": (ANONYMOUS, set()),
}


@pytest.mark.parametrize("deed", list(Deed), ids=lambda deed: deed.name)
@pytest.mark.parametrize("who", PEOPLE)
def test_matrix(who, deed):
    standing, allowed = PEOPLE[who]
    assert allows(standing, deed, RUN) is (deed in allowed)
    if deed in allowed:
        require_deed(standing, deed, RUN)
    else:
        with pytest.raises(AccessError, match=f"you may not {deed.value} run {RUN}") as caught:
            require_deed(standing, deed, RUN)
        assert caught.value.accepted


def test_own_and_delegated():
    assert is_pi(related("pi", "110.23XY"), RUN)
    assert not is_pi(related("phase2-delegate", RUN), RUN)
    assert is_delegate(related("phase2-delegate", RUN), RUN)


def test_relations_of_an_account(observatory):
    standing = Standings(observatory.database).of_name("pi")
    assert ("pi", "108.22F6") in standing.relations
    assert Standings(observatory.database).of_name("friend").relations == frozenset()
