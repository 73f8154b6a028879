"""The page ``archive`` as somebody uses it, in a browser that reaches nothing but the page's own server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from dfs.observatory import Observatory


def address(seen) -> dict[str, list[str]]:
    return parse_qs(urlsplit(seen.page.url).query)


def rows(seen) -> list[str]:
    """DP IDs in the order of the table, as far as they are in sight."""
    return [one.get_attribute("data-dp-id") for one in seen.page.locator('[data-testid="row"]').all()]


def press(seen, name: str, nth: int = 0) -> str:
    seen.part(name, nth).click()
    return seen.settle()


def search(seen, **fields: str) -> str:
    for name, value in fields.items():
        control = seen.part(f"field-{name}")
        if control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(value)
            seen.settle()
        else:
            control.fill(value)
    return press(seen, "search")


def test_it_shows_what_there_is_and_asks_nobody_else(seen):
    assert seen.state() == "ready"
    assert seen.part("count").inner_text() == "24 rows"
    assert seen.part("facet-dp_cat-SCIENCE").inner_text().split() == ["SCIENCE", "18"]
    assert len(rows(seen)) >= 10


def test_a_search_a_facet_and_the_way_back(seen):
    assert search(seen, text="galaxy") == "ready"
    assert seen.part("count").inner_text() == "6 rows"
    assert press(seen, "facet-filter_path-V#641") == "ready"
    shown = seen.part("count").inner_text()
    assert shown in {"6 rows", "No rows"} or int(shown.split()[0]) < 6
    assert address(seen)["text"] == ["galaxy"]
    assert press(seen, "reset-form") == "ready"
    assert seen.part("count").inner_text() == "24 rows"
    assert address(seen) == {}


def test_a_target_is_found_by_its_name(seen):
    assert search(seen, target="sim-star 1", radius="10") == "ready"
    assert seen.part("resolved").inner_text().startswith("06:36:12")
    assert seen.part("count").inner_text() == "6 rows"


def test_a_wrong_value_is_told_beside_its_field(seen):
    assert search(seen, date="tomorrow") == "error"
    assert "is not a date" in seen.part("problem-date").inner_text()
    assert seen.part("field-date").get_attribute("aria-invalid") == "true"
    assert "Traceback" not in seen.page.content()
    assert search(seen, date="2022-01-27") == "ready"
    assert seen.part("problem-date").inner_text() == ""


def test_rows_wear_their_rights_in_colour_and_in_words(seen):
    states = {one.get_attribute("data-status") for one in seen.page.locator('[data-testid="row"]').all()}
    assert states >= {"public", "proprietary"}
    public = seen.page.locator('[data-status="public"] .dfs-release').first
    assert public.get_attribute("title") == "public"
    assert press(seen, "mark-proprietary") == "ready"
    assert seen.page.locator('[data-status="proprietary"] [data-testid="mark"]').first.is_checked()
    assert not seen.page.locator('[data-status="public"] [data-testid="mark"]').first.is_checked()
    assert seen.part("basket").inner_text().startswith("9 marked")
    press(seen, "mark-reset")
    assert seen.part("basket").inner_text() == ""
    assert seen.part("request-marked").is_disabled()


def test_a_link_brings_form_rows_and_file_back_by_day_and_night(seen, visit):
    """A second page: opened by its address, dark as that says; when it is left its kernel ends."""
    colour = "getComputedStyle(document.querySelector('.dfs-results')).backgroundColor"
    search(seen, category="SCIENCE", programme="108.22F6*")
    press(seen, "row", 2)
    chosen, light = rows(seen)[2], seen.page.evaluate(colour)
    with visit(f"?{urlsplit(seen.page.url).query}&theme=dark") as again:
        assert rows(again) == rows(seen)
        assert again.part("field-category").input_value() == "SCIENCE"
        assert again.part("field-programme").input_value() == "108.22F6*"
        assert again.part("file-title").inner_text() == chosen
        assert again.page.locator('[aria-selected="true"]').get_attribute("data-dp-id") == chosen
        assert again.page.evaluate(colour) != light
        again.part("theme").click()
        assert again.page.evaluate(colour) == light
        assert address(again)["theme"] == ["light"]
        assert again.outside == []
        leave(again)


def leave(seen) -> None:
    """Leave a page and see that its kernel ends."""
    seen.page.unroute_all()  # a farewell that is intercepted dies with its page
    kernel = seen.page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    assert is_running(kernel)
    seen.page.goto("about:blank")
    for _ in range(300):
        if not is_running(kernel):
            break
        seen.page.wait_for_timeout(100)
    assert not is_running(kernel)


def test_map_plot_and_table_share_the_selection(seen):
    search(seen, category="SCIENCE")
    box = seen.part("plot").bounding_box()
    seen.page.mouse.move(box["x"] + 60, box["y"] + 12)
    seen.page.mouse.down()
    seen.page.mouse.move(box["x"] + box["width"] - 14, box["y"] + box["height"] - 36, steps=4)
    seen.page.mouse.up()
    assert seen.part("brushed").inner_text().startswith("18 selected")
    seen.part("brushed-mark").click()
    seen.settle()
    assert seen.part("basket").inner_text().startswith("18 marked")
    seen.part("brushed-clear").click()
    assert seen.part("brushed").is_hidden()


def test_the_keyboard_is_enough_for_the_table(seen):
    seen.part("result-table").focus()
    seen.page.keyboard.press("ArrowDown")
    seen.settle()
    seen.page.keyboard.press("ArrowDown")
    seen.settle()
    assert seen.part("file-title").inner_text() == rows(seen)[1]
    seen.page.keyboard.press(" ")
    seen.page.wait_for_function("document.querySelector('[data-testid=basket]').textContent !== ''")
    assert seen.part("mark", 1).is_checked()


def test_sorting_is_by_value_and_turns(seen):
    search(seen, category="SCIENCE")
    exposure = seen.page.locator('[data-testid="sort-exposure"]')
    cells = "[...document.querySelectorAll('[data-testid=row]')].map(one => parseFloat(one.children[11].textContent))"
    exposure.click()
    up = seen.page.evaluate(cells)
    exposure.click()
    down = seen.page.evaluate(cells)
    assert up == sorted(up)
    assert down == sorted(down, reverse=True)
    assert down[0] == 30.0 * 24


def test_the_viewer_draws_the_image_and_reads_it_out(seen):
    search(seen, category="SCIENCE")
    press(seen, "row")
    press(seen, "tab-view")
    seen.page.wait_for_selector("[data-drawn]")
    seen.part("stretch-log").click()
    figure = seen.part("figure").bounding_box()
    seen.page.mouse.move(figure["x"] + figure["width"] / 2, figure["y"] + figure["height"] / 2)
    seen.page.wait_for_function("document.querySelector('[data-testid=readout]').textContent.includes('adu')")
    assert "ʰ" in seen.part("readout").inner_text()


def test_header_and_row_in_full(seen):
    search(seen, category="SCIENCE")
    press(seen, "row-header")
    assert seen.part("header-cards").inner_text().count("\n") > 20
    seen.part("header-find").fill("obs prog")
    assert (
        "108.22F6.001" in seen.part("header-cards").inner_text()
        or "60.A-9022(C)" in seen.part("header-cards").inner_text()
    )
    press(seen, "row-more")
    assert "dp_id" in seen.part("pairs").inner_text()


def test_the_preview_is_a_picture(seen):
    search(seen, category="SCIENCE")
    press(seen, "row")
    press(seen, "tab-preview")
    seen.page.wait_for_function("document.querySelector('[data-testid=preview]')?.naturalWidth > 10")


def test_the_texts_of_a_search_run_as_they_stand(seen, tmp_path):
    search(seen, category="SCIENCE")
    seen.part("group-Set-up").locator("summary").click()
    search(seen, exposure="100..400")
    count = int(seen.part("count").inner_text().split()[0])
    press(seen, "show-code")
    adql = seen.part("code-text").inner_text()
    seen.part("code-python").click()
    python = seen.part("code-text").inner_text()
    made = f"{python}\nimport json\nprint(json.dumps([len(table), len(obs.archive.query({adql!r}))]))"
    done = subprocess.run([sys.executable, "-c", made], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert json.loads(done.stdout.splitlines()[-1]) == [count, count]


def test_a_file_comes_down_bit_for_bit(seen, archive_root):
    search(seen, category="SCIENCE")
    press(seen, "row")
    chosen = seen.part("file-title").inner_text()
    with seen.page.expect_download() as coming:
        seen.part("download").click()
    with Observatory.open(archive_root) as observatory:
        archived = observatory.archive.find(chosen).path.read_bytes()
    assert coming.value.path().read_bytes() == archived
    assert coming.value.suggested_filename == f"{chosen}.fits".replace(":", "_")  # the browser's own doing


def test_what_is_marked_is_requested_and_stays_known(seen):
    search(seen, category="SCIENCE", programme="108.22F6*")
    chosen = rows(seen)[0]
    press(seen, "mark")
    seen.part("request-calibrations").select_option("raw")
    assert press(seen, "request-marked") == "ready"
    request = seen.part("request")
    assert "1 requested" in request.inner_text()
    assert seen.part("basket").inner_text() == ""
    request.locator("summary").click()
    assert chosen in request.inner_text()
    press(seen, "request-script")
    assert seen.part("code-text").inner_text().startswith("#!/bin/sh")
    seen.part("code-close").click()
    press(seen, "request-mark")
    press(seen, "view-search")
    assert "marked" in seen.part("basket").inner_text()


def test_the_table_can_be_kept(seen):
    search(seen, category="SCIENCE")
    with seen.page.expect_download() as coming:
        seen.part("save-table").click()
    lines = coming.value.path().read_text().splitlines()
    assert len(lines) == 19
    assert "dp_id" in lines[0]


def is_running(kernel: str) -> bool:
    """Tell by the eyes of the system whether a kernel lives."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if kernel in process.read_text():
                return True
        except OSError:  # it has just ended
            continue
    return False
