"""The HTML summary of a reduction: what was made, what it looks like, how good it is, and what failed."""

from __future__ import annotations

import html
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from dfs import instruments
from dfs.clock import Clock
from dfs.errors import ServiceError
from dfs.pipeline.keeping import Keeper
from dfs.pipeline.page import Html, figure_html, page, table_html
from dfs.pipeline.quality_table import quality_html
from dfs.pipeline.report import Report
from dfs.pipeline.results import JobResult, Made, headline
from dfs.qc import QualityControl

__all__ = ["overview_html", "summary_folder", "write_summary"]

_TREND_NIGHTS = 2  # a trend needs two nights


def write_summary(report: Report, reports: Path, keeper: Keeper, qc: QualityControl, clock: Clock) -> Report:
    """Write ``index.html`` for `report` below `reports` and return the report with its place.

    Raises
    ------
    ServiceError
        The folder cannot be written.
    """
    folder = summary_folder(report, reports)
    now = clock.now().strftime("%Y-%m-%d %H:%M UTC")
    title = f"Reduction of {report.folder.name}"
    body = "\n".join(
        [
            f"<h1>{html.escape(title)}</h1>",
            f'<p class="soft">{html.escape(str(report.folder))} · {now} · {report.seconds:.1f} s</p>',
            overview_html(report, folder),
            _pictures(report, keeper),
            _quality(report),
            _trends(report, qc),
            _inputs(report),
        ]
    )
    path = folder / "index.html"
    staged = folder / ".index.html.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staged.write_text(page(title, body), encoding="utf-8")
        staged.replace(path)
    except OSError as error:
        raise ServiceError(
            f"the summary could not be written ({error.strerror})",
            where=str(path),
            hint="free space or change permissions",
        ) from error
    return replace(report, summary=path)


def summary_folder(report: Report, reports: Path) -> Path:
    """Return the folder of a report's summary: night of the first frame and name of the folder, e.g. ``2022-01-26_night``."""
    good = [one.record for one in report.frames if one.rejection is None]
    times = [one.mjd_obs for one in good if one.mjd_obs is not None]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", report.folder.name).strip("-.") or "folder"
    return reports / f"{_night(min(times))}_{name}" if times else reports / name


def overview_html(report: Report, folder: Path | None = None) -> Html:
    """Return counts, failures and the table of products.

    Parameters
    ----------
    folder
        Where the page will stand: links become relative to it; None writes them whole.
    """
    counts = ", ".join(f"{number} {state}" for state, number in _counts(report.ordered()).items())
    failures = report.failures()
    bad = ""
    if failures:
        rows = [(one.target, one.path.name if one.path else "", one.keyword, one.message, one.hint) for one in failures]
        table = table_html(("target", "file", "keyword", "what", "what to do"), rows)
        bad = f'<h2 class="failed">Not reduced</h2>\n{table}'
    rows = [_product_row(one, made, folder) for one in report.ordered() for made in one.products]
    head = ("target", "product", "quality", "seconds", "state", "report")
    return Html(f"<p>{counts}</p>\n{bad}\n<h2>Products</h2>\n{table_html(head, rows, numbers=(3,))}")


def _product_row(one: JobResult, made: Made, folder: Path | None) -> tuple[Any, ...]:
    seconds = "" if one.seconds is None else f"{one.seconds:.1f}"
    state = Html(f'<span class="{one.state}">{one.state}</span>')
    return (
        one.job.target,
        _link(made.path, made.dp_id, folder),
        ", ".join(f"{value.name} {value.value:.4g}" for value in headline(made.qc)),
        seconds,
        state,
        _link(one.report, "report", folder) if one.report else "",
    )


def _link(path: Path, text: str, folder: Path | None) -> Html:
    target = path.as_uri() if folder is None else html.escape(os.path.relpath(path, folder)).replace("%", "%25")
    return Html(f'<a href="{target}">{html.escape(text)}</a>')


def _pictures(report: Report, keeper: Keeper) -> str:
    sections = []
    for one in report.ordered():
        if one.products:
            pieces = "".join(piece for many in keeper.pictures(one).values() for piece in many)
            if pieces:
                name = html.escape(f"{one.job.recipe}: {one.job.target}")
                sections.append(f'<section class="product"><h3>{name}</h3>{pieces}</section>')
    return "<h2>Pictures</h2>\n" + "\n".join(sections) if sections else ""


def _quality(report: Report) -> str:
    values = [
        (
            f"{made.category} {one.job.target if one.job.target not in {source.tag for source in one.job.raw} else ''}",
            value,
        )
        for one in report.ordered()
        for made in one.products
        for value in made.qc
    ]
    return f"<h2>Quality</h2>\n{quality_html(values)}" if values else ""


def _trends(report: Report, qc: QualityControl) -> str:
    """Return the trends of what was measured now, for the parameters of the instrument that are known of several nights."""
    measured = dict.fromkeys(
        (one.job.instrument, value.name) for one in report.ordered() for made in one.products for value in made.qc
    )
    drawn = []
    for instrument, parameter in measured:
        if parameter not in instruments.load(instrument).qc:
            continue
        rows = qc.rows(instrument=instrument, parameter=parameter)
        if len({row.night for row in rows if row.value is not None}) >= _TREND_NIGHTS:
            drawn.append(figure_html(qc.figure(parameter, instrument=instrument, title=f"{instrument} {parameter}")))
    if not drawn:
        return ""
    return f"<h2>Trends</h2>\n<details><summary>{len(drawn)} parameters</summary>{''.join(drawn)}</details>"


def _inputs(report: Report) -> str:
    rows = [
        (
            Path(one["path"]).name,
            one["class"],
            " ".join(str(value) for value in one["setup"].values() if value is not None),
            one["status"],
            one["reason"],
        )
        for one in report.document()["inputs"]
    ]
    return f"<h2>Files</h2>\n{table_html(('file', 'class', 'setup', 'status', 'reason'), rows)}"


def _counts(results: list[JobResult]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in results:
        counts[one.state] = counts.get(one.state, 0) + 1
    return counts


def _night(mjd: float) -> str:
    """Return the date on which the night began: 12 h before, UTC, which serves Chile."""
    from datetime import UTC, datetime, timedelta

    return (datetime(1858, 11, 17, tzinfo=UTC) + timedelta(days=mjd - 0.5)).strftime("%Y-%m-%d")
