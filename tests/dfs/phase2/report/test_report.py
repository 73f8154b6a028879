"""The report of a run: everything in it, nothing of users taken for markup."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dfs.phase2.report import contents_of, report_html, report_pdf


@pytest.fixture
def tree():
    block = {
        "obId": 1000012,
        "itemType": "OB",
        "obStatus": "P",
        "name": "<b>NGC & 1365</b> é Ω",
        "executionTime": 3000,
        "userPriority": 2,
        "target": {"name": "NGC 1365", "ra": "03:33:36.370", "dec": "-36:08:25.400"},
        "constraints": {"name": "set", "airmass": 1.6, "skyTransparency": "Clear"},
        "obsDescription": {"name": "d", "userComments": "two\nlines"},
        "templates": [
            {
                "templateName": "FORS2_img_acq",
                "type": "acquisition",
                "parameters": [{"name": "A.B", "type": "numlist", "value": [1, 2]}],
            }
        ],
        "absolute": [{"from": "2022-11-20T00:00", "to": "2022-11-21T00:00"}],
        "sidereal": [],
        "charts": ["one.jpg"],
    }
    folder = {"containerId": 1000002, "itemType": "Folder", "name": "deep field", "items": [block]}
    run = {
        "progId": "110.23XY.001",
        "title": "Barred <spirals>",
        "instrument": "FORS2",
        "mode": "SM",
        "allocatedTime": 36000,
    }
    root = {"containerId": 1000001, "itemType": "Folder", "name": "110.23XY.001", "items": [folder]}
    return {"run": run, "root": root, "readme": {"strategy": "look & see"}}


FINDING = {
    "severity": "error",
    "subject_id": 1000012,
    "path": "target.ra",
    "message": "it is <odd>",
    "accepted": "HH:MM:SS.sss",
}


def test_the_page_holds_everything_escaped(tree):
    page = report_html(contents_of(tree, [FINDING], datetime(2022, 11, 15, 18, tzinfo=UTC)))
    for text in [
        "110.23XY.001",
        "Barred &lt;spirals&gt;",
        "&lt;b&gt;NGC &amp; 1365&lt;/b&gt; é Ω",
        "deep field",
        "8%)",
    ]:
        assert text in page
    for text in [
        "it is &lt;odd&gt;; accepted: HH:MM:SS.sss",
        "2022-11-20T00:00 to",
        "one.jpg",
        "1, 2",
        "look &amp; see",
    ]:
        assert text in page
    assert "<script" not in page
    assert "http" not in page


def test_the_pdf_is_one(tree):
    paper = report_pdf(contents_of(tree, [FINDING]))
    assert paper.startswith(b"%PDF-")
    assert paper.rstrip().endswith(b"%%EOF")


def test_an_empty_run_has_a_report_too(tree):
    tree["root"]["items"] = []
    tree["readme"] = {}
    contents = contents_of(tree, [])
    assert "None." in report_html(contents)
    assert report_pdf(contents).startswith(b"%PDF-")


def test_a_long_run_has_many_pages(tree):
    folder = tree["root"]["items"][0]
    folder["items"] = [
        folder["items"][0] | {"obId": 1000012 + at, "name": f"block {at} " + "x" * 200} for at in range(60)
    ]
    assert report_pdf(contents_of(tree, [FINDING] * 50)).count(b"/Type /Page\n") > 10
