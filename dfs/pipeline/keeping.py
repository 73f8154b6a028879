"""Between jobs and stores: finished jobs go in, whole, and are found again."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from dfs import instruments
from dfs.frames import read_header
from dfs.model import Header, QcValue
from dfs.pipeline.graph import Job
from dfs.pipeline.ledger import JobRecord, Ledger
from dfs.pipeline.orders import Outcome, read_products
from dfs.pipeline.results import JobResult, Made
from dfs.pipeline.sink import Delivery, Kept, Sink
from dfs.products import WrittenProduct
from dfs.qc import QcRow, QualityControl, quality_rows

__all__ = ["Keeper"]

_KINDS = {"notebook.ipynb": "NOTEBOOK", "report.html": "REPORT", "products.json": "RESULT"}
_HEADER = ("MJD-OBS", "DATE-OBS", "INSTRUME", "ESO TEL GEOLON")


class Keeper:
    """Archives what jobs make and finds it again.

    Parameters
    ----------
    sink, ledger, qc
        Where files, jobs and quality values go.
    pictures
        Folder of the pictures shown in summaries: a cache, made anew from the products where it has gone.
    """

    def __init__(self, sink: Sink, ledger: Ledger, qc: QualityControl, pictures: Path) -> None:
        self._sink = sink
        self._ledger = ledger
        self._qc = qc
        self._pictures = pictures

    def keep(self, job: Job, key: str, outcome: Outcome, parents: Sequence[str]) -> JobResult:
        """Archive the products and reports of a job, its quality values and its record: all in one transaction, or nothing.

        Parameters
        ----------
        parents
            DP IDs of all inputs of the job, raw frames first; each product knows its own.

        Raises
        ------
        DfsError
            Disk, database or a product is at fault; nothing is kept then.
        """
        deliveries = [Delivery(one.path, "product", one.category, one.sources, one.datasum) for one in outcome.products]
        folder = outcome.products[0].path.parent if outcome.products else Path()
        reports = [(folder / name, kind) for name, kind in _KINDS.items() if (folder / name).is_file()]
        deliveries += [Delivery(path, "report", kind, tuple(parents)) for path, kind in reports]
        headers = [self._header(job, one.path) for one in outcome.products]

        def also(connection: Connection, kept: Sequence[Kept]) -> None:
            made, said = kept[: len(headers)], kept[len(headers) :]
            for one, written, header in zip(made, outcome.products, headers, strict=True):
                self._qc.record(_rows(job, one, written, header), connection)
            names = [one.dp_id for one in made], [one.dp_id for one in said]
            self._ledger.finish(key, *names, outcome.seconds, connection)

        kept = self._sink.deliver(deliveries, also=also)
        if outcome.pictures is not None:
            self._write_pictures(key, outcome.pictures.read_text(encoding="utf-8"))
        return _result(job, "done", key, kept, outcome.products, outcome.seconds)

    def recall(self, jobs: Mapping[str, Job]) -> dict[str, JobResult]:
        """Return the results on record for jobs by key; those whose files are no longer whole are left out."""
        records = self._ledger.done(list(jobs))
        names = [name for record in records.values() for name in (*record.products, *record.reports)]
        kept = self._sink.find(names) if names else {}
        found = {key: self._recall(jobs[key], record, kept) for key, record in records.items()}
        return {key: result for key, result in found.items() if result is not None}

    def pictures(self, result: JobResult) -> dict[str, list[str]]:
        """Return the pictures of a result's products as pieces of HTML by category."""
        path = self._pictures / f"{result.key}.json"
        try:
            pieces: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            pieces = _draw(result)
            self._write_pictures(result.key, json.dumps(pieces))
        return pieces

    def _recall(self, job: Job, record: JobRecord, kept: Mapping[str, Kept]) -> JobResult | None:
        if not all(name in kept for name in (*record.products, *record.reports)):
            return None
        files = [kept[name] for name in (*record.products, *record.reports)]
        described = next((one.path for one in files if one.category == "RESULT"), None)
        if described is None:
            return None
        return _result(job, "cached", record.key, files, read_products(described), record.seconds)

    def _write_pictures(self, key: str, text: str) -> None:
        """Write to the cache; without it the next summary is slower, and no worse."""
        staged = self._pictures / f".{key}.{os.getpid()}.part"
        with suppress(OSError):
            self._pictures.mkdir(parents=True, exist_ok=True)
            staged.write_text(text, encoding="utf-8")
            staged.replace(self._pictures / f"{key}.json")

    @staticmethod
    def _header(job: Job, path: Path) -> Header:
        detector = instruments.load(job.instrument).keywords.get("detector")
        return read_header(path, [*_HEADER, *([detector] if detector else [])])


def _rows(job: Job, kept: Kept, written: WrittenProduct, header: Header) -> list[QcRow]:
    return quality_rows(
        written.qc,
        product_dp_id=kept.dp_id,
        instrument=instruments.load(job.instrument),
        header=header,
        setup=job.setup,
    )


def _result(
    job: Job, state: str, key: str, files: Sequence[Kept], written: Sequence[WrittenProduct], seconds: float
) -> JobResult:
    products = [one for one in files if one.kind == "product"]
    report = next((one.path for one in files if one.category == "REPORT"), None)
    made = tuple(_made(one, product) for one, product in zip(products, written, strict=True))
    return JobResult(job, "done" if state == "done" else "cached", key, made, report, seconds)


def _made(kept: Kept, written: WrittenProduct) -> Made:
    qc: tuple[QcValue, ...] = written.qc
    return Made(kept.path, kept.dp_id, written.category, written.sources, written.datasum, qc, written.extrapolated_nm)


def _draw(result: JobResult) -> dict[str, list[str]]:
    """Draw the pictures from the archived products."""
    from dfs.pipeline.notebook import pieces_of
    from dfs.pipeline.pictures import Shown
    from dfs.products import read_frame

    shown = []
    for one in result.products:
        frame = read_frame(one.path)
        target = str(frame.header.get("OBJECT") or "")
        shown.append(Shown(one.category, frame.content, frame.parts, target, one.extrapolated_nm or ()))
    return pieces_of(shown)
