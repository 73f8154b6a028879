"""The same calls where the desk has only ESO's API, and everything beyond it is made of single calls."""

from __future__ import annotations

import pytest
from astropy import units as u

from dfs.errors import DfsError
from dfs.phase2.client import Phase2
from dfs.phase2.remote.composed import ComposedExtensions

BEYOND = (
    "tree",
    "apply",
    "revision",
    "changes_since",
    "history",
    "undo",
    "findings",
    "comments",
    "review",
    "execute",
    "library",
)


class OnlyEso:
    """ESO's calls of an embedded desk; the others as they are composed of these."""

    def __init__(self, desk) -> None:
        self._desk = desk
        self._more = ComposedExtensions(self, "eso")

    def __getattr__(self, name):
        if name in {"create_run", "keep", "forget"}:
            raise AttributeError(name)
        return getattr(self._more if name in BEYOND else self._desk, name)


@pytest.fixture
def eso(observatory, phase2):
    return Phase2(OnlyEso(observatory.phase2_desk))


def test_a_run_is_prepared_with_single_calls(eso):
    run = eso.run("110.23XY.001")
    ob = run.folder("deep field").create_ob("NGC 1365 300V").target("NGC 1365").constraints(airmass=1.6)
    ob.acquire("FORS2_lss_acq_slit", slit=1.0).observe("FORS2_lss_obs_off_fast", exposure=20 * u.min, grism="300V")
    link = run.time_link("epochs")
    for at in range(2):
        link.create_ob(f"epoch {at}").target("M 83")
    link.delays(7 * u.day, 9 * u.day)
    run.push()
    assert run.diff() == []
    assert ob.templates == ["FORS2_lss_acq_slit", "FORS2_lss_obs_off_fast"]
    assert run["epochs"].blocks()[1].document["schedule"]["earliestAfterPrevious"] == 7 * 86_400
    ob.set(1, count=4).constraints(seeing=0.7).window("2022-11-20", "2022-11-21")
    ob.acquire("FORS2_img_acq")
    run.push()
    assert run.diff() == []
    assert ob.get(1, "count") == 4
    assert ob.templates == ["FORS2_img_acq", "FORS2_lss_obs_off_fast"]
    assert ob.document["absolute"] == [{"from": "2022-11-20T00:00", "to": "2022-11-21T00:00"}]
    run["epochs"].delete()
    run.push()
    assert [one.name for one in run] == ["deep field"]


def test_it_is_asked_and_what_it_lacks_is_told(eso):
    run = eso.run("110.23XY.001")
    ob = run.create_ob("x").target("M 83")
    assert ob.verify()[0]["message"]
    assert ob.execution().execution_s >= 0
    with pytest.raises(DfsError):
        run.history()
    with pytest.raises(DfsError, match="makes no runs"):
        eso.add_run("110.23XY.003", "FORS2")
