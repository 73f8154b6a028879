"""The exposure times beside the editor of a block, without a browser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest

pytest.importorskip("anywidget")

from dfs.clock import FixedClock
from dfs.etc.documents.mapping import request_of
from dfs.etc.engine.calculation import calculate
from dfs.observatory import Observatory
from dfs.phase2.api import Change
from dfs.phase2.examples import document, examples
from dfs_widgets.p2 import P2Page

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
RUN = "118.23XY.001"


class Desk:
    """An embedded observatory."""

    name, user_name, asks_for_name, token, chart_background = "here", "ada", False, "", None

    def __init__(self, observatory: Observatory) -> None:
        self.observatory = observatory

    @property
    def phase2(self):
        return self.observatory.phase2_desk

    @property
    def archive(self):
        return self.observatory.archive


@pytest.fixture
def page(tmp_path):
    """A page that shows the exposure times of the only block of a run."""
    with Observatory.open(tmp_path / "observatory", clock=FixedClock(NOW)) as observatory:
        desk = observatory.phase2_desk
        dates = {"validFrom": "2026-10-01T16:00Z", "validTo": "2027-04-01T16:00Z"}
        run = desk.create_run({"progId": RUN, "instrument": "FORS2", "title": "Galaxies", **dates})
        one = {**document(examples("FORS2")[0]), "name": "Bar", "containerId": run["containerId"]}
        made = desk.apply(run["runId"], [Change("create-item", -1, one)])
        page = P2Page(Desk(observatory), now=lambda: NOW).start(f"run={RUN}&item={made[-1]}&side=etc")
        yield page


def shown(page: P2Page) -> dict[str, Any]:
    return page.room.sight.exposure


def bright(page: P2Page, **values: Any) -> None:
    page._show.exposing.brightness({"values": values})


def test_without_a_brightness_it_says_so(page):
    (row,) = shown(page)["rows"]
    assert row["label"] == "FORS2_lss_obs_off_fast"
    assert "brightness" in row["problem"]
    assert "snr" not in row


def test_the_brightness_is_kept_in_the_comments_and_answered(page):
    bright(page, mag="21", band="R", sed="blackbody:5800")
    comments = page.block["obsDescription"]["userComments"]
    assert comments.endswith("ETC: sed=blackbody:5800 mag=21 band=R") or "mag=21" in comments.splitlines()[-1]
    assert comments.startswith("Slit along the bar")
    (row,) = shown(page)["rows"]
    assert float(row["snr"]) > 5
    assert len(row["curve"]["nm"]) == 240
    assert shown(page)["brightness"]["mag"] == "21"
    bright(page, mag="")
    assert "brightness" in shown(page)["rows"][0]["problem"]
    assert "blackbody" in page.block["obsDescription"]["userComments"]  # what else was said stays


def test_what_cannot_be_is_told_and_nothing_is_written(page):
    before = page.block["obsDescription"]["userComments"]
    bright(page, mag="abc")
    assert shown(page)["wrong"]["name"] == "mag"
    assert "abc" in shown(page)["wrong"]["text"]
    assert page.block["obsDescription"]["userComments"] == before
    bright(page, mag="")  # as it was: what was told is taken back
    assert not shown(page)["wrong"]


def test_a_longer_exposure_gives_more_as_it_is_typed(page):
    bright(page, mag="22", band="R")
    before = float(shown(page)["rows"][0]["snr"])
    page.edit("templates[1].DET.WIN1.UIT1", 3200.0)
    assert float(shown(page)["rows"][0]["snr"]) > 1.5 * before


def test_the_link_asks_the_same(page):
    bright(page, mag="22", band="R")
    address = shown(page)["rows"][0]["link"]
    said = dict(parse_qsl(address.partition("?")[2]))
    assert said["grism"] == "GRIS_300V"
    result = calculate(request_of(said))
    assert result.exposure_s == pytest.approx(2400.0)


def test_saturation_is_shown_with_its_fix_among_the_checks(page):
    bright(page, mag="9", band="R")
    assert "Saturated by the target" in shown(page)["rows"][0]["full"]
    codes = [one["code"] for one in page.room.sight.findings]
    assert "target-saturates" in codes
    finding = next(one for one in page.room.sight.findings if one["code"] == "target-saturates")
    page._edit.fix({"path": finding["path"], "value": finding["fix"]["value"], "code": finding["code"]})
    assert shown(page)["rows"][0]["full"] == ""


def test_a_calculation_is_taken_over_once_its_changes_are_seen(page):
    bright(page, mag="22", band="R")
    page._show.exposing.ask({"at": 1, "arm": ""})
    link = (
        "http://host/pages/etc?instrument=FORS2&mode=lss&grism=300V&filter=GG435&slit=1.31&mag=23&band=R&snr=8"
        "&airmass=1.4&image_quality=0.8&fli=0.2&count=6&read_mode=100kHz,2x2,high"
    )
    page.room.asking.acted({"action": "preview", "values": {"source": link}})
    content = page.room.dialog.content
    (ticks,) = (block for block in content["blocks"] if block["kind"] == "ticks")
    rows = {row["cells"][0]: row["cells"][1:] for row in ticks["rows"]}
    ticked = {row["name"]: row["ticked"] for row in ticks["rows"]}
    assert ticked["constraints.airmass"]
    assert not ticked["constraints.moonDistance"]  # nobody asked
    assert any(values == ["lSlit1_0", "lSlit1_3"] for values in rows.values())
    assert any(values == ["0.9", "0.8"] for values in rows.values())
    assert page.block["constraints"]["airmass"] == 1.6  # nothing is written yet
    page.room.asking.acted({"action": "write"})
    assert page.block["constraints"]["airmass"] == 1.4
    assert page.block["constraints"]["moonDistance"] == 30
    assert "mag=23" in page.block["obsDescription"]["userComments"]
    stored = page.room.phase2.tree(page.room.run.run_id)["root"]["items"][0]
    assert stored["constraints"]["airmass"] == 1.4
    told = next(block["text"] for block in content["blocks"] if block.get("testid") == "taken-told")
    assert "calculated S/N 8; the block gives 7." in told  # the Moon of the block is nearer


@pytest.mark.parametrize(
    "wrong", ["hello", "/etc/passwd", "http://host/pages/etc?instrument=HAWKI&filter=J&mag=20&dit=2&ndit=3"]
)
def test_what_is_no_calculation_of_this_block_is_refused(page, wrong):
    page._show.exposing.ask({"at": 1, "arm": ""})
    with pytest.raises(Exception, match=r"neither|FORS2|HAWKI"):
        page.room.asking.acted({"action": "preview", "values": {"source": wrong}})


def test_a_container_has_no_exposures(page):
    page._open.item(int(page.room.run.root["containerId"]))
    assert "Choose" in shown(page)["hint"]
