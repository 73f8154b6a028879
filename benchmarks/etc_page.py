"""From the keystroke to the pixels: the page of exposure times in Chromium.

python benchmarks/etc_page.py

Serves the page on this machine, types numbers into controls one after the other, and prints what the browser measured between the event of the
keystroke and the end of the drawing that shows its answer (User Timing, ``dfs-etc``): calculation, the way there and back, plots.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from statistics import median

KEYSTROKES = 40
PAUSE_MS = 250
SETTLED = "document.body.dataset.dfsState !== 'busy'"
CASES = (
    (
        "FORS2 300V",
        "instrument=FORS2&mode=lss&grism=300V&mag=20&exposure=600&fli=0.3",
        ("mag", "seeing", "airmass", "fli"),
    ),
    ("X-SHOOTER VIS", "instrument=XSHOOTER&grism=VIS&mag=20&exposure=600", ("mag", "seeing", "airmass")),
    ("FORS2 image", "instrument=FORS2&mode=img&mag=24&exposure=600", ("mag", "airmass")),
)
VALUES = {"mag": (18.0, 0.1), "seeing": (0.6, 0.02), "airmass": (1.0, 0.02), "fli": (0.1, 0.02)}


def measure(page, control):
    """Return milliseconds of each keystroke, in order of size."""
    page.evaluate("performance.clearMeasures('dfs-etc')")
    field = page.locator(f'[data-testid="control-{control}"]')
    first, step = VALUES[control]
    for number in range(KEYSTROKES):
        field.fill(f"{first + number * step:.2f}")
        page.wait_for_timeout(PAUSE_MS)
    page.wait_for_function(SETTLED)
    return sorted(page.evaluate("performance.getEntriesByName('dfs-etc').map((one) => one.duration)"))


def main():
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        command = [sys.executable, "-m", "dfs", "--root", f"{folder}/observatory", "dashboards", "--port", "0"]
        host = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        address = json.loads(host.stdout.readline())["pages"]["etc"]
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, query, controls in CASES:
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.goto(f"{address}?{query}", timeout=120_000)
            page.wait_for_function(SETTLED, timeout=120_000)
            for control in controls:
                times = measure(page, control)
                high = times[int(0.9 * len(times))]
                print(
                    f"{name:14s} {control:9s} {len(times):3d} answers  median {median(times):6.1f} ms  p90 {high:6.1f} ms"
                )
            page.close()
        browser.close()
        host.send_signal(signal.SIGTERM)
        host.wait(60)


if __name__ == "__main__":
    main()
