"""ESO's own client, as it is, against a server of ours: every one of its public calls."""

from __future__ import annotations

import inspect
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import p2api
import pytest
from astropy.io import fits
from PIL import Image

from dfs.phase2 import enable_p2api

from .phase2 import PASSWORD, World, served

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning", "ignore:Exception ignored in")

TRANSPORT = {
    *("request", "uploadFile", "downloadTextFile", "downloadBinaryFile", "get", "put", "post", "delete"),
    *("p2fc_request", "grrmapi_request", "requests_retry_session"),
}
CALLS = {
    name
    for name, _ in inspect.getmembers(p2api.ApiConnection, inspect.isfunction)
    if not name.startswith("_") and name not in TRANSPORT
}
TARGET = {"name": "NGC1365", "ra": "03:33:36.370", "dec": "-36:08:25.400"}
EPHEMERIS = (Path(__file__).parent / "ephemeris.txt").read_text(encoding="ascii")


class Recording:
    """Passes calls on to a connection and remembers their names."""

    def __init__(self, api: p2api.ApiConnection) -> None:
        self.api, self.called = api, set[str]()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        self.called.add(name)
        return getattr(self.api, name)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("p2api") / "observatory") as found, enable_p2api(found.api):
        yield found


@pytest.fixture
def api(world: World) -> Recording:
    return Recording(p2api.ApiConnection("demo", "52052", PASSWORD))


def refused(status: int, call: Callable[..., Any], *arguments: Any) -> str:
    """Make a call that is refused with `status`; return what the client is told."""
    with pytest.raises(p2api.P2Error) as caught:
        call(*arguments)
    found, method, url, text = caught.value.args
    assert found == status, caught.value.args
    assert method
    assert "/" in url
    assert text
    assert text != "oops unknown error"
    return str(text)


def jpeg(path: Path, side: int = 64) -> Path:
    Image.fromarray(np.full((side, side), 200, dtype=np.uint8)).save(path, format="JPEG")
    return path


def defined(api: Any, container: int, name: str = "one") -> int:
    """Make a block that can be submitted, as scripts for ESO do it; return its number."""
    ob, version = api.createOB(container, name)
    acquisition, first = api.createTemplate(ob["obId"], "FORS2_lss_acq_slit")
    science, second = api.createTemplate(ob["obId"], "FORS2_lss_obs_off_fast")
    api.setTemplateParams(ob["obId"], acquisition, {"DET.WIN1.UIT1": 20.0, "INS.SLIT.NAME": "lSlit1_0"}, first)
    values = {"DET.WIN1.UIT1": "300", "SEQ.NOFF": 1, "INS.GRIS1.NAME": "GRIS_300V", "INS.FILT1.NAME": "GG435"}
    api.setTemplateParams(ob["obId"], science, values, second)
    ob["target"].update(TARGET)
    ob["constraints"].update(name="grey", airmass=1.6, seeing="0.9", fli=1.0)
    api.saveOB(ob, version)  # the version of before the templates: each has its own
    return int(ob["obId"])


def charted(api: Any, container: int, folder: Path, name: str = "one") -> int:
    ob_id = defined(api, container, name)
    api.addFindingChart(ob_id, str(jpeg(folder / "chart.jpg")))
    return ob_id


def test_every_public_call(world: World, api: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(CALLS) == 85
    for chapter in (runs, containers, templates, windows, files, charts, drawn_charts, verification, instruments):
        chapter(world, api, tmp_path)
    visitors(world, api)
    opportunities(world, api, tmp_path)
    submission(world, api, tmp_path)
    assert api.called == CALLS


def runs(world: World, api: Recording, _: Path) -> None:
    user, version = api.getUser()
    assert (user["username"], version) == ("52052", None)
    found, _version = api.getRuns()
    assert {run["progId"] for run in found} == {f"110.23XY.00{number}" for number in (1, 2, 3, 4, 5)}
    run, _version = api.getRun(world.runs["service"]["runId"])
    assert run["owned"]
    assert (run["mode"], run["pi"]["firstName"]) == ("SM", "Some")
    assert api.getPhase1Targets(run["runId"])[0] == []
    assert api.getBlockedTimes(run["runId"])[0] == []
    schema, _version = api.getReadmeSchema(run["runId"])
    assert schema
    readme, version = api.getReadme(run["runId"])
    saved, newer = api.saveReadme(run["runId"], readme, version)
    assert saved == readme
    refused(428, api.saveReadme, run["runId"], readme, None)
    refused(412, api.saveReadme, run["runId"], readme, '"stale"')
    assert newer
    refused(403, api.getRun, world.runs["foreign"]["runId"])
    refused(404, api.getRun, 999_999)


def containers(world: World, api: Recording, _: Path) -> None:
    root = world.root_of("service")
    folder, _version = api.createFolder(root, "folder")
    number = folder["containerId"]
    group, _version = api.createGroup(number, "group")
    link, _version = api.createTimeLink(number, "link")
    pair, _version = api.createConcatenation(number, "pair")
    inner, _version = api.createItem("Folder", number, "inner")
    items, version = api.getItems(number)
    assert [one["itemType"] for one in items] == ["Group", "TimeLink", "Concatenation", "Folder"]
    turned, _version = api.reorderItems(number, items[::-1], version)
    assert [one["containerId"] for one in turned] == [one["containerId"] for one in items[::-1]]
    refused(412, api.reorderItems, number, items, '"stale"')
    found, version = api.getContainer(group["containerId"])
    saved, newer = api.saveContainer({**found, "userPriority": 7}, version)
    assert saved["userPriority"] == 7
    refused(412, api.saveContainer, found, version)
    one, two = (api.createOB(group["containerId"], name)[0] for name in ("one", "two"))
    info, version = api.getOBSchedulingInfo(one["obId"])
    assert (
        api.saveOBSchedulingInfo(one["obId"], {**info, "groupContribution": 50}, version)[0]["groupContribution"] == 50
    )
    block, _version = api.createCB(number, "calibration")
    assert "target" not in block
    api.moveConcatenation(pair["containerId"], group["containerId"])
    info, version = api.getContainerSchedulingInfo(pair["containerId"])
    api.saveContainerSchedulingInfo(pair["containerId"], {**info, "groupContribution": 25}, version)
    refused(428, api.saveContainerSchedulingInfo, pair["containerId"], info, None)
    scheduled, _version = api.getContainerItemsSchedulingInfo(group["containerId"])
    assert {25, 50} <= {each.get("groupContribution") for each in scheduled}
    summary, _version = api.getOBSummary(group["containerId"])
    assert {each["obId"] for each in summary} == {one["obId"], two["obId"]}
    api.moveOB(two["obId"], number)
    api.moveCB(block["obId"], root)
    api.moveGroup(group["containerId"], root)
    api.moveTimeLink(link["containerId"], root)
    api.moveFolder(inner["containerId"], root)
    assert [each.get("obId") for each in api.getItems(number)[0]] == [two["obId"]]
    refused(409, api.deleteContainer, group["containerId"], api.getContainer(group["containerId"])[1])
    _data, version = api.getContainer(inner["containerId"])
    refused(412, api.deleteContainer, inner["containerId"], '"stale"')
    api.deleteContainer(inner["containerId"], version)
    refused(404, api.getContainer, inner["containerId"])
    assert isinstance(api.executionTime(number), list)
    api.exportContainer(group["containerId"], "group.zip")
    assert zipfile.ZipFile("group.zip").testzip() is None
    _data, version = api.getOB(block["obId"])
    api.deleteOB(block["obId"], version)
    refused(404, api.getOB, block["obId"])
    assert newer


def templates(world: World, api: Recording, _: Path) -> None:
    ob, version = api.createOB(world.root_of("service"), "with templates")
    number = ob["obId"]
    assert api.getOBCompletelyFilledIn(number)[0] == {"complete": False}
    science, first = api.createTemplate(number, "FORS2_lss_obs_off_fast")
    acquisition, second = api.createTemplate(number, "FORS2_lss_acq_slit")
    assert (science["type"], acquisition["type"]) == ("science", "acquisition")
    assert "acquisition" in refused(409, api.createTemplate, number, "FORS2_lss_acq_slit").lower()
    assert "FORS2_" in refused(400, api.createTemplate, number, "HAWKI_img_obs")
    saved, first = api.setTemplateParams(number, science, {"SEQ.NOFF": "2", "NO.SUCH": 1}, first)
    assert {one["name"]: one["value"] for one in saved["parameters"]}["SEQ.NOFF"] == 2
    broken = {**saved, "parameters": [{"name": "SEQ.NOFF", "value": -3}]}
    assert "SEQ.NOFF" in refused(400, api.saveTemplate, number, broken, first)
    refused(412, api.saveTemplate, number, saved, second)
    assert api.getTemplate(number, science["templateId"]) == (saved, first)
    copy, _version = api.duplicateTemplate(number, science["templateId"])
    other, _version = api.createOB(world.root_of("service"), "another")
    there, _version = api.duplicateTemplate(number, acquisition["templateId"], other["obId"])
    assert there["templateName"] == acquisition["templateName"]
    listed, listing = api.getTemplates(number)
    assert [one["templateId"] for one in listed] == [
        acquisition["templateId"],
        science["templateId"],
        copy["templateId"],
    ]
    turned, listing = api.reorderTemplates(number, [listed[0], listed[2], listed[1]], listing)
    assert [one["templateId"] for one in turned][1] == copy["templateId"]
    refused(409, api.reorderTemplates, number, listed[::-1], listing)
    _data, third = api.getTemplate(number, copy["templateId"])
    api.deleteTemplate(number, copy["templateId"], third)
    refused(404, api.getTemplate, number, copy["templateId"])
    ob["userPriority"] = 3
    api.saveOB(ob, version)  # none of this has touched the block's own version


def windows(world: World, api: Recording, _: Path) -> None:
    ob, _version = api.createOB(world.root_of("service"), "with windows")
    number = ob["obId"]
    found, version = api.getAbsoluteTimeConstraints(number)
    assert found == []
    wanted = [
        {"from": "2022-12-01T00:00", "to": "2022-12-02T00:00"},
        {"from": "2022-11-20T01:30", "to": "2022-11-20T03:00"},
    ]
    saved, version = api.saveAbsoluteTimeConstraints(number, wanted, version)
    assert [one["from"][:16] for one in saved] == ["2022-11-20T01:30", "2022-12-01T00:00"]
    refused(400, api.saveAbsoluteTimeConstraints, number, [{"from": "2022-12-02", "to": "2022-12-01"}], version)
    refused(412, api.saveAbsoluteTimeConstraints, number, wanted, '"stale"')
    refused(428, api.saveAbsoluteTimeConstraints, number, wanted, None)
    found, version = api.getSiderealTimeConstraints(number)
    saved, version = api.saveSiderealTimeConstraints(
        number, [{"from": "03:00", "to": "05:00"}, {"from": "00:00", "to": "01:00"}], version
    )
    assert [one["from"] for one in saved] == ["00:00", "03:00"]
    refused(400, api.saveSiderealTimeConstraints, number, [{"from": "25:00", "to": "26:00"}], version)
    _data, version = api.getOB(number)
    api.deleteOB(number, version)


def files(world: World, api: Recording, folder: Path) -> None:
    ob, _version = api.createOB(world.root_of("service"), "with files")
    number = ob["obId"]
    template, _version = api.createTemplate(number, "FORS2_mos_acq")
    name = next(one["name"] for one in template["parameters"] if one["type"] == "paramfile")
    there = (number, template["templateId"], name)
    mask = folder / "mask.fims"
    mask.write_text('PAF.HDR.START;\nPAF.NAME "mask";\nPAF.HDR.END;\nINS.MOS1.POS 1.0;\n')
    _none, version = api.getFileParam(*there, "/dev/null")
    assert api.saveFileParam(*there, str(mask), version)[0] == "mask.fims"
    refused(412, api.saveFileParam, *there, str(mask), '"stale"')
    _none, version = api.getFileParam(*there, "back.fims")
    assert Path("back.fims").read_bytes() == mask.read_bytes()
    ephemeris = folder / "ephem.txt"
    ephemeris.write_text(EPHEMERIS)
    _none, version = api.getEphemerisFile(number, "empty.txt")
    assert Path("empty.txt").read_bytes() == b""
    name, version = api.saveEphemerisFile(number, str(ephemeris), version)
    assert name == "ephem.txt"
    _none, version = api.getEphemerisFile(number, "back.txt")
    assert Path("back.txt").read_text().split() == EPHEMERIS.split()
    short = folder / "short.txt"
    short.write_text("\n".join(EPHEMERIS.splitlines()[:-1][:1]) + "\n")
    refused(400, api.saveEphemerisFile, number, str(short), version)
    api.deleteEphemerisFile(number, version)
    api.exportOB(number, "ob.zip")
    assert zipfile.ZipFile("ob.zip").namelist()


def charts(world: World, api: Recording, folder: Path) -> None:
    one, two = (api.createOB(world.root_of("service"), name)[0]["obId"] for name in ("charted", "also charted"))
    for number in range(1, 6):
        assert (
            api.addFindingChart(one, str(jpeg(folder / f"chart {number}.jpg", 16 * number)))[0] == f"chart {number}.jpg"
        )
    assert api.getFindingChartNames(one)[0] == [f"chart {number}.jpg" for number in range(1, 6)]
    refused(409, api.addFindingChart, one, str(folder / "chart 1.jpg"))
    large = folder / "large.jpg"
    large.write_bytes((folder / "chart 1.jpg").read_bytes() + bytes(5_000_000))
    assert "1 MiB" in refused(413, api.addFindingChart, two, str(large))
    Image.new("L", (9, 9)).save(folder / "png.jpg", format="PNG")
    assert "PNG" in refused(415, api.addFindingChart, two, str(folder / "png.jpg"))
    api.getFindingChart(one, 2, "second.jpg")
    assert Path("second.jpg").read_bytes() == (folder / "chart 2.jpg").read_bytes()
    api.duplicateFindingChart(one, 2, two)
    assert api.getFindingChartNames(two)[0] == ["chart 2.jpg"]
    api.deleteFindingChart(one, 1)
    assert api.getFindingChartNames(one)[0] == [f"chart {number}.jpg" for number in range(2, 6)]
    refused(404, api.deleteFindingChart, one, 5)
    refused(400, api.deleteFindingChart, one, 6)


def drawn_charts(world: World, api: Recording, folder: Path) -> None:
    number = defined(api, world.root_of("service"), "drawn")
    drawn = api.generateFindingChart(number, obs_date="2022-12-01 05:30:00 UTC")
    assert drawn["findingCharts"] == api.getFindingChartNames(number)[0]
    assert api.bkg_image_get_ob_info(number)["bkg_image"] == "default"
    image = folder / "sky.fits"
    header = fits.Header({"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 53.4015, "CRVAL2": -36.1404})
    header.update(CRPIX1=100.5, CRPIX2=100.5, CDELT1=-0.002, CDELT2=0.002, FILTER="R_SPECIAL")
    fits.writeto(image, np.random.default_rng(1).normal(100, 3, (200, 200)).astype("f4"), header)
    kept = api.bkg_image_upload(number, str(image), bkg_lam="R")
    digest = kept["images"]["sky.fits"]["fits_hash"]
    assert api.bkg_image_get_ob_image_list(number)["sky.fits"]["fits_hash"] == digest
    assert api.bkg_image_set_ob_info(number, f"user_bkg_image|{digest}")["bkg_image"] == f"user_bkg_image|{digest}"
    assert len(api.generateFindingChart(number)["findingCharts"]) == 2
    assert len(api.generateFindingChart(number, bkg_image=str(image))["findingCharts"]) == 2
    assert api.bkg_image_delete(number, f"user_bkg_image|{digest}") == {}
    refused(400, api.bkg_image_set_ob_info, number, "the sky above")
    refused(404, api.bkg_image_delete, number, digest)
    refused(400, lambda: api.generateFindingChart(number, survey="of mine"))


def verification(world: World, api: Recording, folder: Path) -> None:
    root = world.root_of("service")
    empty, _version = api.createOB(root, "empty")
    said, _version = api.verifyOB(empty["obId"], True)
    assert not said["observable"]
    assert " ".join(said["messages"])
    number = charted(api, root, folder, "good")
    _data, version = api.getOB(number)
    said, _version = api.verifyOB(number, False)
    assert said["observable"], said
    times = api.executionTime(number)
    assert times["executionTime"] > times["exposureTime"] >= 300
    assert api.verifyOB(number, True)[0]["observable"]
    ob, newer = api.getOB(number)
    assert ob["obStatus"] == "D"
    refused(412, api.deleteOB, number, version)
    refused(409, api.saveOB, ob, newer)
    api.reviseOB(number)
    assert api.getOB(number)[0]["obStatus"] == "P"
    copy, _version = api.duplicateOB(number)
    assert copy["name"] == "good_2"
    group, _version = api.createGroup(root, "to verify")
    there, _version = api.duplicateOB(number, group["containerId"])
    assert not api.migrateOB(number, True)[0].get("changes")
    api.migrateOB(number, False)
    info, version = api.getOBSchedulingInfo(there["obId"])
    api.saveOBSchedulingInfo(there["obId"], {**info, "groupContribution": 100}, version)
    refused(409, api.verifyContainer, group["containerId"], True)
    api.verifyOB(there["obId"], True)
    assert api.verifyContainer(group["containerId"], False)[0]["observable"]
    api.verifyContainer(group["containerId"], True)
    assert api.getContainer(group["containerId"])[0]["containerStatus"] == "D"
    assert api.executionTime(group["containerId"])[0]["obs"][0]["obId"] == there["obId"]
    api.reviseContainer(group["containerId"])
    assert api.getContainer(group["containerId"])[0]["containerStatus"] == "P"


def instruments(world: World, api: Recording, _: Path) -> None:
    versions, _version = api.getInstrumentPackageVersions("FORS2")
    newest = api.getRun(world.runs["service"]["runId"])[0]["ipVersion"]
    assert f"{newest}" in [str(one) for one in versions]
    constraints, _version = api.getInstrumentConstraints("FORS2", f"{newest}")
    assert {"airmass", "seeing"} <= {one["name"] for one in constraints["observingConstraints"]}
    listed, _version = api.getTemplateSignatures("FORS2", f"{newest}")
    assert {"acquisition", "science"} <= {one["type"] for one in listed}
    assert isinstance(api.getTemplateSignatures("FORS2", f"{newest}", "phase1")[0], list)
    signature, _version = api.getTemplateSignature("FORS2", f"{newest}", "FORS2_lss_acq_slit")
    known = {"name", "default", "allowedValues", "label", "minihelp", "type", "value"}
    assert all(set(one) <= known for one in signature["parameters"])
    refused(404, api.getInstrumentPackageVersions, "NOSUCH")
    refused(404, api.getTemplateSignature, "FORS2", f"{newest}", "NOSUCH_acq")


def visitors(world: World, api: Recording) -> None:
    root = world.root_of("visitor")
    refused(409, api.createGroup, root, "group")
    number = defined(api, root, "visit")
    assert api.getExecutionSequence("FORS2")[0] == []
    _data, version = api.getExecutionSequence("FORS2")
    refused(409, api.saveExecutionSequence, "FORS2", [{"obId": number}], version)
    assert api.verifyOB(number, True)[0]["observable"], api.verifyOB(number, False)
    sequence, version = api.saveExecutionSequence("FORS2", [{"obId": number}], version)
    assert [(one["obId"], one["obStatus"]) for one in sequence] == [(number, "+")]
    refused(412, api.saveExecutionSequence, "FORS2", sequence, '"stale"')
    with world.client("operator") as operator:
        for event in ("start", "end"):
            assert (
                operator.post(f"/ext/obsBlocks/{number}/execute", json={"event": event, "details": {}}).status_code
                == 200
            )
    night = "2022-11-14" if api.getOBExecutions(number, "2022-11-14")[0] else "2022-11-15"
    done, _version = api.getOBExecutions(number, night)
    assert [(one["obId"], one["obStatus"]) for one in done] == [(number, "X")]
    assert done[0] in api.getNightExecutions("FORS2", night)[0]
    assert api.getNightExecutions("FORS2", "2022-10-10")[0] == []
    refused(400, api.getNightExecutions, "FORS2", "tonight")


def opportunities(world: World, api: Recording, folder: Path) -> None:
    root = world.root_of("too")
    number = charted(api, root, folder, "grb")
    assert api.verifyOB(number, True)[0]["observable"], api.verifyOB(number, False)
    trigger = {
        "obId": number,
        "instrument": "FORS2",
        "account_id": 52052,
        "OBname": "grb",
        "RA": "12:34:56.789",
        "DEC": "-23:00:00",
    }
    refused(409, lambda: api.triggerRRM(**trigger))
    with world.client("support") as support:
        for verdict in ("take", "accept"):
            assert support.post(f"/ext/items/{number}/review", json={"verdict": verdict}).status_code == 200
    answers = api.triggerRRM(**trigger, notify="a@b.org,c@d.org", finding_chart_files=str(folder / "chart.jpg"))
    assert [one.status_code for one in answers] == [201, 201]
    told = answers[0].json()
    assert (told["rrm_trigger_status"], told["trigger_ticket"]["result"]) == ("upload_success", "SUCCESS")
    assert "api_token" not in told["request"]
    more = {name: trigger[name] for name in ("obId", "instrument", "account_id", "OBname", "RA", "DEC")}
    ticket = told["trigger_ticket"]["id"]
    assert api.triggerRRM_add_fc(ticket, str(folder / "chart.jpg"), **more)[0].status_code == 201
    group, _version = api.createConcatenation(root, "sequence")
    there = charted(api, group["containerId"], folder, "in the sequence")
    request = {
        "phone": "+49 89 1",
        "notify": "a@b.org",
        "executeWithin": "SevenNights",
        "calibrations": "",
        "comments": "soon",
    }
    refused(409, lambda: api.triggerToO(group["containerId"], **request))
    assert api.verifyOB(there, True)[0]["observable"]
    told, _version = api.triggerToO(group["containerId"], **request)
    assert told["executeWithin"] == "SevenNights"
    refused(409, lambda: api.triggerToO(world.root_of("service"), **request))


def submission(world: World, api: Recording, folder: Path) -> None:
    run_id = world.runs["second"]["runId"]
    refused(409, api.submitRun, run_id)
    number = charted(api, world.root_of("second"), folder, "to review")
    assert api.verifyOB(number, True)[0]["observable"]
    readme, version = api.getReadme(run_id)
    filled = {key: (value or "as usual") if isinstance(value, str) else value for key, value in readme.items()}
    api.saveReadme(run_id, filled, version)
    api.submitRun(run_id)
    refused(409, api.submitRun, run_id)
    refused(409, api.createOB, world.root_of("second"), "late")


def test_ways_to_sign_in(world: World) -> None:
    api = p2api.ApiConnection(environment="production", username=52052, password=PASSWORD)
    assert api.getUser()[0]["username"] == "52052"
    again = p2api.ApiConnection(url=f"{world.api}/obsBlocks/1", access_token=api.access_token)
    assert again.getRuns()[0]
    with pytest.raises(p2api.P2Error) as caught:
        p2api.ApiConnection("demo", "52052", "wrong")
    assert caught.value.args == (401, "POST", f"{world.url}/p2/api/login", "cannot login")
    stranger = p2api.ApiConnection(url=world.api, access_token="x.y.z")  # noqa: S106
    refused(401, stranger.getRuns)


def test_its_tables_are_given_back() -> None:
    before = [dict(table) for table in (p2api.API_URL, p2api.LOGIN_URL, p2api.P2FC_URL, p2api.GRRMAPI_URL)]
    with enable_p2api("http://127.0.0.1:1/dfs", ["demo", "mine"]):
        assert p2api.API_URL["mine"] == p2api.p2api.API_URL["demo"] == "http://127.0.0.1:1/dfs/p2/api/v1"
        assert p2api.P2FC_URL["demo"] == "http://127.0.0.1:1/dfs/p2fc/"
        assert p2api.API_URL["production"] == before[0]["production"]
    assert before == [p2api.API_URL, p2api.LOGIN_URL, p2api.P2FC_URL, p2api.GRRMAPI_URL]


def test_downloads_that_fail_leave_the_error_in_the_file(api: Recording, tmp_path: Path) -> None:
    """The client does not look at the status; what it writes then is at least readable."""
    api.getEphemerisFile(7, str(tmp_path / "ephemeris.txt"))
    assert "there is no block or container 7" in (tmp_path / "ephemeris.txt").read_text()


def test_one_connection_many_calls(world: World) -> None:
    """Each request of the client brings the body ``null``: none of it is taken for the next request."""
    api = p2api.ApiConnection("demo", "52052", PASSWORD)
    assert [len(api.getRuns()[0]) for _ in range(20)] == [5] * 20
    raw = httpx.Client(base_url=world.api, headers={"Authorization": f"Bearer {world.token()}"})
    with raw:
        for method in ("GET", "DELETE"):
            answer = raw.request(method, "/obsRuns", content=b"null")
            assert answer.headers["content-type"] == "application/json"
        assert io.BytesIO(answer.content).read()


def test_examples_of_the_documentation(world: World) -> None:
    """In their order, as one session."""
    text = (Path(__file__).resolve().parents[2] / "docs/phase2-api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    names: dict[str, Any] = {}
    for block in blocks:
        here = block.replace("http://127.0.0.1:8000", world.url).replace('"tutorial"', repr(PASSWORD))
        exec(compile(here, "phase2-api.md", "exec"), names)  # noqa: S102 - our own examples
    assert names["tree"]["run"] == {**names["tree"]["run"], **{key: names["run"][key] for key in ("runId", "progId")}}
    names["desk"].close()


def test_every_address_of_the_client_is_documented() -> None:
    """The words of the client's addresses stand in the documentation."""
    text = (Path(__file__).resolve().parents[2] / "docs/phase2-api.md").read_text(encoding="utf-8")
    source = inspect.getsource(p2api.p2api)
    words = {
        word
        for path in re.findall(r"'(/[a-zA-Z0-9/%]+)'", source)
        for word in path.split("/")
        if word and "%" not in word
    }
    assert {word for word in words if word not in text} <= {"templateSignatures", "instrumentConstraints", "triggerRRM"}
