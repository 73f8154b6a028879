"""The page ``p2`` as somebody uses it, in a browser that reaches nothing but the page's own server."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from PIL import Image

from dfs.observatory import Observatory
from dfs.phase2.api import Change, Upload
from dfs.phase2.examples import document, examples

PATIENCE_MS = 90_000
RUN = "118.23XY.001"


def new_run(desk: Any, prog_id: str, instrument: str, mode: str = "SM") -> dict[str, Any]:
    now = datetime.now(UTC)
    return desk.create_run(
        {
            "progId": prog_id,
            "instrument": instrument,
            "mode": mode,
            "title": f"Tests of {instrument}",
            "allocatedTime": 20 * 3600,
            "validFrom": f"{now - timedelta(days=2):%Y-%m-%d}T16:00Z",
            "validTo": f"{now + timedelta(days=180):%Y-%m-%d}T16:00Z",
            "pi": {"firstName": "Ada", "lastName": "Tester", "emailAddress": "ada@example.org"},
        }
    )


def fill(desk: Any, run: dict[str, Any]) -> None:
    """A folder with two blocks, a time link of three, a block that can be sent."""
    one = document(examples(run["instrument"])[0])
    root = run["containerId"]
    changes = [Change("create-item", -1, {"itemType": "Folder", "name": "Galaxies", "containerId": root})]
    changes += [Change("create-item", -2 - i, {**one, "name": f"Galaxy_{i + 1}", "containerId": -1}) for i in range(2)]
    changes.append(Change("create-item", -10, {"itemType": "TimeLink", "name": "Light_curve", "containerId": root}))
    link = {"earliestAfterPrevious": 14 * 86400, "latestAfterPrevious": 16 * 86400}
    changes += [
        Change(
            "create-item", -11 - i, {**one, "name": f"Epoch_{i + 1}", "containerId": -10, "schedule": link if i else {}}
        )
        for i in range(3)
    ]
    changes.append(Change("create-item", -20, {**one, "name": "Ready", "containerId": root}))
    made = desk.apply(run["runId"], changes)
    chart = BytesIO()
    Image.new("L", (60, 60), 255).save(chart, "JPEG")
    desk.add_chart(made[-20], Upload("chart.jpg", chart.getvalue()))


@pytest.fixture(scope="module")
def p2_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an observatory with two runs."""
    root = tmp_path_factory.mktemp("p2") / "observatory"
    with Observatory.open(root) as observatory:
        fill(observatory.phase2_desk, new_run(observatory.phase2_desk, RUN, "FORS2"))
        new_run(observatory.phase2_desk, "118.23XY.002", "XSHOOTER", "VM")
    return root


@pytest.fixture(scope="module")
def p2_host(p2_root, hosting):
    with hosting(p2_root, "--warm", "1") as running:
        yield running


class Seen:
    """A page of runs in a browser."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.asked: list[str] = []
        self.errors: list[str] = []

    def part(self, name: str, nth: int = 0):
        return self.page.locator(f'[data-testid="{name}"]').nth(nth)

    def row(self, where: str, name: str):
        """Row of ``tree`` or ``blocks`` whose item is called `name`."""
        return (
            self.page.locator(f'[data-testid="{where}-row"]:has([data-column="name"]:text-is("{name}"))')
            if where == "blocks"
            else (self.page.locator(f'[data-testid="tree-row"]:has(.dfs-node-name:text-is("{name}"))'))
        )

    def settle(self) -> str:
        try:
            self.page.wait_for_function("document.body.dataset.dfsState !== 'busy'", timeout=PATIENCE_MS)
        except Exception as error:
            shown = self.page.evaluate("[...(window.dfsShown ?? []), document.body.innerText.slice(0, 300)]")
            raise AssertionError(f"still busy; parts shown: {shown}; errors: {self.errors}") from error
        return self.page.evaluate("document.body.dataset.dfsState")

    def press(self, name: str, nth: int = 0) -> str:
        self.part(name, nth).click()
        return self.settle()

    def type(self, path: str, text: str) -> str:
        """Type into a field of the editor and leave it."""
        field = self.part(f"field-{path}")
        field.fill(text)
        field.press("Enter")
        return self.settle()

    def says(self) -> str:
        return self.part("state").inner_text()

    def open(self, name: str) -> str:
        self.row("tree", name).locator('[data-column="name"]').click()
        return self.settle()

    def wait(self, what: str) -> None:
        """Wait until a JavaScript expression holds."""
        self.page.wait_for_function(what, timeout=PATIENCE_MS)


@contextmanager
def looking(browser, host, query: str = ""):
    """Open the page; every request outside this machine is refused and counted."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    seen = Seen(page)

    def let(route) -> None:
        url = route.request.url
        seen.asked += [] if url.startswith(("http://127.0.0.1:", "data:", "blob:")) else [url]
        route.abort() if seen.asked else route.continue_()

    page.route("**/*", let)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.goto(f"{host.line['pages']['p2']}{query}", timeout=PATIENCE_MS)
    seen.settle()
    assert page.evaluate("document.body.dataset.dfsState"), f"no page: {page.content()[:500]}"
    try:
        yield seen
    finally:
        assert seen.asked == []
        assert seen.errors == []
        context.close()


@pytest.fixture(scope="module")
def opened(browser, p2_host):
    """One page, on the run, for all tests that only use it."""
    with looking(browser, p2_host, f"?run={RUN}&poll=600") as seen:
        yield seen


@pytest.fixture
def seen(opened):
    yield opened
    if opened.page.locator("dialog[open]").count():
        opened.press("dialog-close")


@contextmanager
def desk_of(root: Path):
    with Observatory.open(root) as observatory:
        yield observatory.phase2_desk


def holds(question: Callable[[], bool]) -> bool:
    """Tell whether something becomes true: the page saves by itself, a moment after the last key."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not question():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def constraint(root: Path, name: str, key: str) -> Any:
    return stored(root, name)["constraints"][key]


def stored(root: Path, name: str) -> dict[str, Any]:
    """The block or container called `name`, as it is stored."""
    return next(one for one in all_stored(root) if one["name"] == name)


def all_stored(root: Path) -> list[dict[str, Any]]:
    """Every block and container of the run, as it is stored."""
    with desk_of(root) as desk:
        run = next(one for one in desk.runs() if one["progId"] == RUN)
        found: list[dict[str, Any]] = []

        def walk(container: dict[str, Any]) -> None:
            for item in container["items"]:
                found.append(item)
                walk(item) if "items" in item else None

        walk(desk.tree(run["runId"])["root"])
    return found


def test_runs_stand_as_programme_mode_instrument_and_open(browser, p2_host, p2_root):
    with looking(browser, p2_host) as seen:
        titles = seen.page.locator('[data-testid="runs-row"] [data-column="title"]').all_inner_texts()
        assert titles == [f"{RUN}/SM/FORS2", "118.23XY.002/VM/XSHOOTER"]
        seen.page.locator('[data-testid="runs-row"]').first.click()
        seen.settle()
        assert parse_qs(urlsplit(seen.page.url).query)["run"] == [RUN]
        blocks = [one for one in all_stored(p2_root) if one["itemType"] == "OB"]  # other tests may have made some
        assert seen.part("count").inner_text() == f"{len(blocks)} blocks"
        seen.press("view-runs")
        assert seen.part("runs").is_visible()


def test_a_block_is_made_broken_mended_and_submitted(seen, p2_root):
    seen.press("run-title")
    seen.part("new").click()
    assert seen.press("new-OB") == "ready"
    seen.type("name", "NGC1365_bar")
    seen.type("target.name", "NGC1365")
    assert seen.press("resolve") == "ready"
    assert seen.part("field-target.ra").input_value().startswith("03:33:36")
    assert "catalogue" in seen.says()
    seen.type("constraints.name", "clear")

    seen.type("target.dec", "-95:00:00")
    told = seen.part("finding-target.dec").inner_text()
    assert "-95:00:00" in told
    assert "-90" in told
    assert "in red" in seen.part("saved").inner_text()
    assert stored(p2_root, "NGC1365_bar")["target"]["dec"].startswith("-36:")  # what is wrong is not saved
    seen.type("target.dec", "-36:08:25.4")
    assert seen.part("finding-target.dec").count() == 0
    assert holds(lambda: stored(p2_root, "NGC1365_bar")["target"]["dec"] == "-36:08:25.400")

    seen.part("edit-templates").click()
    for template in ("FORS2_lss_acq_slit", "FORS2_lss_obs_off_fast"):
        seen.part("add-template").select_option(template)
        assert seen.settle() == "ready"
    assert seen.page.locator('[data-testid="template"] .dfs-finding.is-error').count() > 0
    mend(seen)

    seen.part("edit-charts").click()
    assert seen.press("chart-make") == "ready"
    seen.wait("document.querySelector('[data-testid=chart-preview]')?.naturalWidth > 100")
    assert seen.press("act-attach") == "ready"
    assert seen.part("chart").count() == 1
    assert seen.row("blocks", "NGC1365_bar").locator('[data-column="charts"]').inner_text().startswith("(1) ")

    seen.press("submit")
    assert "Blocks that will be sent\n1" in seen.part("ask-pairs").inner_text()
    assert seen.press("act-send") == "ready"
    assert seen.part("status").get_attribute("data-status") == "D"
    assert seen.part("field-target.ra").is_disabled()
    assert holds(lambda: stored(p2_root, "NGC1365_bar")["obStatus"] == "D")
    assert seen.press("revise") == "ready"
    assert seen.part("status").get_attribute("data-status") == "P"


def mend(seen) -> None:
    """Fill in everything that the findings of the templates complain about: the fix button where there is one, else a good value."""
    values = {"INS.SLIT.NAME": "lSlit1_0", "INS.GRIS1.NAME": "GRIS_300V", "INS.FILT1.NAME": "GG435"}
    for _ in range(20):
        broken = seen.page.locator('[data-testid="template"] .dfs-p2-field[data-severity="error"]')
        if not broken.count():
            return
        path = broken.first.get_attribute("data-path")
        fixes = broken.first.locator('[data-testid^="fix-"]')
        if fixes.count():
            fixes.first.click()
            seen.settle()
            continue
        field = seen.part(f"field-{path}")
        keyword = path.partition("].")[2]
        if field.evaluate("one => one.tagName") == "SELECT":
            options = [one for one in field.locator("option").all_inner_texts() if one != "–"]
            field.select_option(values[keyword] if values.get(keyword) in options else options[0])
            seen.settle()
        else:
            seen.type(path, "30 -30" if "LIST" in keyword or "OFFSET" in keyword else "10")
    raise AssertionError(f"still wrong: {broken.all_inner_texts()}")


def test_what_is_typed_is_drawn_and_timed_at_once(seen):
    seen.open("Galaxy_1")
    seen.part("edit-target").click()
    before = seen.part("night-windows").inner_text()
    assert before.startswith("Observable")
    execution = seen.part("execution").inner_text()
    assert execution > "00:10:00"
    field = seen.part("field-target.dec")
    field.press_sequentially("x")
    seen.wait("document.querySelector('[data-testid=\"night-hint\"]').textContent !== ''")
    field.fill("+89:00:00")
    seen.wait("document.querySelector('[data-testid=\"night-windows\"]').textContent.startsWith('Not observable')")
    seen.settle()
    seen.type("target.dec", "-36:08:25.4")
    seen.part("edit-templates").click()
    exposure = seen.page.locator('[data-template^="FORS2_lss_obs"] [data-testid$="DET.WIN1.UIT1"]')
    exposure.fill("5000")
    seen.wait(f"document.querySelector('[data-testid=execution]').textContent !== '{execution}'")
    seen.settle()
    seen.press("undo")
    assert seen.part("execution").inner_text() == execution
    seen.part("edit-target").click()


def test_cells_of_the_tree_are_edited_in_place_and_links_show_their_conflicts(seen, p2_root):
    row = seen.row("tree", "Epoch_2")
    row.locator('[data-column="delay"]').dblclick()
    seen.part("cell-input").fill("200d")
    seen.part("cell-input").press("Enter")
    assert seen.settle() == "ready"
    assert holds(lambda: stored(p2_root, "Epoch_2")["schedule"]["earliestAfterPrevious"] == 200 * 86400)
    seen.part("panel-links").click()
    seen.wait("document.querySelectorAll('[data-conflict=true]').length > 0")
    assert "after the run has ended" in seen.page.locator('[data-conflict="true"]').first.inner_text()
    assert seen.press("undo") == "ready"
    assert row.locator('[data-column="delay"]').inner_text() == "14d"
    assert seen.page.locator('[data-conflict="true"]').count() == 0
    seen.part("panel-blocks").click()


def test_a_wrong_cell_says_what_is_accepted(seen):
    seen.row("tree", "Epoch_2").locator('[data-column="delay"]').dblclick()
    seen.part("cell-input").fill("soon")
    seen.part("cell-input").press("Enter")
    assert seen.settle() == "error"
    assert "14d" in seen.says()


def test_items_are_dragged_and_moved_by_keys(seen, p2_root):
    seen.row("tree", "Galaxy_2").drag_to(seen.row("tree", "Light_curve"))
    assert seen.settle() == "ready"
    moved = stored(p2_root, "Galaxy_2")
    assert moved["parentContainerId"] == stored(p2_root, "Light_curve")["containerId"]
    assert seen.press("undo") == "ready"
    assert holds(lambda: stored(p2_root, "Galaxy_2")["parentContainerId"] == stored(p2_root, "Galaxies")["containerId"])
    seen.open("Galaxy_1")  # a click on the cell under the cursor would edit it
    seen.open("Galaxy_2")
    seen.page.keyboard.press("Alt+ArrowUp")
    assert seen.settle() == "ready"
    assert holds(lambda: [one["name"] for one in stored(p2_root, "Galaxies")["items"]] == ["Galaxy_2", "Galaxy_1"])
    seen.press("undo")


def test_one_value_for_many(seen, p2_root):
    seen.row("blocks", "Epoch_1").click()
    seen.settle()
    seen.row("blocks", "Epoch_3").click(modifiers=["Shift"])
    seen.settle()
    seen.press("bulk")
    seen.part("ask-path").select_option("constraints.airmass")
    seen.settle()
    seen.part("ask-value").fill("1.4")
    seen.part("ask-value").press("Tab")
    seen.settle()
    assert seen.part("paste-preview").locator("tbody tr").count() == 3
    assert holds(lambda: stored(p2_root, "Epoch_2")["constraints"]["airmass"] == 1.6)
    assert seen.press("act-apply") == "ready"
    assert holds(lambda: {stored(p2_root, f"Epoch_{i}")["constraints"]["airmass"] for i in (1, 2, 3)} == {1.4})
    assert seen.press("undo") == "ready"
    assert holds(lambda: stored(p2_root, "Epoch_2")["constraints"]["airmass"] == 1.6)


def test_cells_are_pasted_from_a_spreadsheet(seen, p2_root):
    seen.row("blocks", "Galaxy_1").locator('[data-column="name"]').click()
    seen.settle()
    cells = "Name\\tTarget\\tRA\\tDec\\nGalaxy_2\\tM77\\t02:42:40.7\\t-00:00:48\\nM83_300V\\tM83\\t13:37:00.9\\t-29:51:57\\nBad\\tX\\t25:00:00\\t-20:00:00"
    seen.page.evaluate(
        f"""() => {{ const data = new DataTransfer(); data.setData("text/plain", "{cells}"); const grid = document.querySelector("[data-testid=blocks]");
        grid.focus(); grid.dispatchEvent(new ClipboardEvent("paste", {{ clipboardData: data, bubbles: true, cancelable: true }})); }}"""
    )
    seen.wait("document.querySelector('dialog[open]')")
    assert seen.part("paste-bad").locator("tbody tr").count() == 1
    assert "HH" in seen.part("paste-bad").inner_text()
    assert seen.part("act-apply").inner_text() == "Write 2 blocks"
    assert seen.press("act-apply") == "ready"
    assert holds(lambda: stored(p2_root, "Galaxy_2")["target"]["name"] == "M77")
    made = stored(p2_root, "M83_300V")
    assert made["target"]["ra"].startswith("13:37:00.9")
    assert [one["templateName"] for one in made["templates"]] == [
        one["templateName"] for one in stored(p2_root, "Galaxy_1")["templates"]
    ]
    assert seen.press("undo") == "ready"
    assert stored(p2_root, "Galaxy_2")["target"]["name"] != "M77"
    assert seen.row("blocks", "M83_300V").count() == 0


def test_a_table_is_imported_with_its_bad_rows_named(seen, p2_root, tmp_path):
    table = tmp_path / "targets.csv"
    table.write_text("name,ra,dec\nIC10,00:20:17.3,+59:18:14\nM74,01:36:41.8,+15:47:01\nwrong,29:00:00,-10:00:00\n")
    seen.open("Galaxy_1")
    seen.part("exchange").click()
    seen.press("import")
    seen.part("ask-file").set_input_files(str(table))
    seen.wait("document.querySelector('[data-testid=import-summary]')")
    seen.settle()
    assert "2 ready, 1 bad" in seen.part("import-summary").inner_text()
    assert seen.part("import-bad").locator("tbody tr").first.inner_text().startswith("3")
    assert seen.row("blocks", "IC10").count() == 0
    assert seen.press("act-write") == "ready"
    assert stored(p2_root, "M74")["target"]["dec"].startswith("+15:47:01") or stored(p2_root, "M74")["target"][
        "dec"
    ].startswith("15:47:01")
    seen.press("undo")


def test_what_is_here_is_kept_as_files(seen):
    for name, end in (
        ("export-table", b"obId"),
        ("export-obx", b"PK"),
        ("export-json", b"{"),
        ("report-html", b"<!"),
        ("report-pdf", b"%PDF"),
    ):
        seen.part("report" if name.startswith("report") else "exchange").click()
        with seen.page.expect_download() as coming:
            seen.part(name).click()
        assert coming.value.path().read_bytes()[: len(end)].lower() == end.lower()
        seen.settle()


def test_a_set_is_kept_and_used_in_another_block(seen, p2_root):
    seen.open("Galaxy_1")
    seen.part("edit-target").click()
    seen.type("constraints.name", "dark and dry")
    seen.type("constraints.fli", "0.3")
    seen.press("keep-constraints")
    assert seen.press("act-keep") == "ready"
    seen.open("Galaxy_2")
    seen.part("take-constraints").select_option("dark and dry")
    assert seen.settle() == "ready"
    assert holds(lambda: stored(p2_root, "Galaxy_2")["constraints"]["fli"] == 0.3)
    assert holds(lambda: stored(p2_root, "Galaxy_2")["constraints"]["name"] == "dark and dry")


def test_time_windows_are_checked_beside_them(seen, p2_root):
    seen.open("Galaxy_1")
    seen.part("edit-time").click()
    seen.part("window-absolute-add").click()
    late = datetime.now(UTC) + timedelta(days=400)
    seen.part("window-absolute-from").fill(f"{late:%Y-%m-%dT%H:%M}")
    seen.part("window-absolute-to").fill(f"{late + timedelta(days=1):%Y-%m-%dT%H:%M}")
    seen.part("window-absolute-to").press("Tab")
    seen.settle()
    seen.wait("document.querySelector('[data-part=time] .dfs-finding')")
    assert seen.part("edit-time").locator(".dfs-count").inner_text() != ""
    seen.press("window-absolute-delete")
    assert holds(lambda: stored(p2_root, "Galaxy_1")["absolute"] == [])
    seen.part("edit-target").click()


def test_people_talk_and_an_astronomer_answers(seen, p2_root):
    seen.open("Ready")
    seen.press("submit")
    seen.press("act-send")
    seen.press("side-discussion")
    seen.part("comment-text").fill("Is the slit along the bar?")
    assert seen.press("comment") == "ready"
    assert "Is the slit" in seen.part("comment-item").inner_text()
    seen.part("comment-text").fill("Please give a reference star.")
    assert seen.press("review-reject") == "ready"
    assert seen.part("status").get_attribute("data-status") == "-"
    assert holds(lambda: stored(p2_root, "Ready")["obStatus"] == "-")
    assert "reference star" in seen.part("comments").inner_text()
    seen.press("submit")
    seen.press("act-send")
    assert seen.press("review-accept") == "ready"
    assert seen.part("status").get_attribute("data-status") == "+"
    seen.press("comment-resolve")
    seen.press("side-night")


def test_history_shows_fields_and_takes_back(seen, p2_root):
    seen.open("Galaxy_1")
    seen.part("edit-target").click()
    seen.type("constraints.seeing", "1.2")
    seen.press("side-history")
    newest = seen.part("history-item")
    assert "Image quality" in newest.inner_text()
    newest.locator("summary").click()
    assert newest.locator(".is-after").first.inner_text() == "1.2"
    assert seen.press("history-undo") == "ready"
    assert stored(p2_root, "Galaxy_1")["constraints"]["seeing"] != 1.2
    seen.press("side-night")


def test_what_another_saves_appears_and_a_lost_race_is_merged(browser, p2_host, p2_root):
    """Two pages on one block: other fields appear by themselves, the same field is asked about."""
    number = stored(p2_root, "Epoch_1")["obId"]
    query = f"?run={RUN}&item={number}&poll="
    with looking(browser, p2_host, f"{query}1") as one, looking(browser, p2_host, f"{query}600") as other:
        other.type("target.name", "NGC1365_north")
        one.wait("document.querySelector('[data-testid=\"field-target.name\"]').value === 'NGC1365_north'")
        assert one.row("blocks", "Epoch_1").locator('[data-column="target"]').inner_text() == "NGC1365_north"

        one.type("constraints.airmass", "1.3")  # the other page does not know of this yet ...
        assert holds(lambda: constraint(p2_root, "Epoch_1", "airmass") == 1.3)
        other.type("constraints.seeing", "1.1")  # ... and saves another field
        other.wait("document.querySelector('[data-testid=\"field-constraints.airmass\"]').value === '1.3'")
        assert holds(lambda: "merged" in other.says())
        assert holds(lambda: constraint(p2_root, "Epoch_1", "seeing") == 1.1)
        assert constraint(p2_root, "Epoch_1", "airmass") == 1.3

        one.wait("document.querySelector('[data-testid=\"field-constraints.seeing\"]').value === '1.1'")
        one.type("constraints.airmass", "1.5")
        assert holds(lambda: constraint(p2_root, "Epoch_1", "airmass") == 1.5)
        other.type("constraints.airmass", "1.8")
        other.wait("document.querySelector('[data-testid=merge]')")
        assert stored(p2_root, "Epoch_1")["constraints"]["airmass"] == 1.5  # nothing is overwritten
        assert "1.5" in other.part("merge-row").inner_text()
        assert "1.8" in other.part("merge-row").inner_text()
        other.part("merge-mine-constraints.airmass").check()
        assert other.press("act-merge") == "ready"
        assert holds(lambda: stored(p2_root, "Epoch_1")["constraints"]["airmass"] == 1.8)
        one.wait("document.querySelector('[data-testid=\"field-constraints.airmass\"]').value === '1.8'")


def test_an_address_brings_everything_back_by_night(browser, p2_host, p2_root):
    number = stored(p2_root, "Galaxy_1")["obId"]
    with looking(browser, p2_host, f"?run={quote(RUN)}&item={number}&tab=templates&side=checks&theme=dark") as seen:
        assert seen.part("item-id").inner_text() == str(number)
        assert seen.part("edit-templates").get_attribute("aria-selected") == "true"
        assert seen.part("checks").is_visible()
        assert seen.page.evaluate("document.documentElement.dataset.dfsTheme") == "dark"


def test_a_run_that_is_not_there_is_told(browser, p2_host):
    with looking(browser, p2_host, "?run=999.XXXX.001") as seen:
        assert "999.XXXX.001" in seen.says()
        assert seen.part("runs").is_visible()
        assert "Traceback" not in seen.page.content()
