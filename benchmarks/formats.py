"""Writing results and reading uploads against astropy, and regions against a loop of astropy's coordinates.

Usage: python benchmarks/formats.py

A result has 10,000 rows of 38 columns (text, doubles, floats, long integers; 9 MB as CSV); peers write an astropy table made of it before the clock
starts, which favours them. Best of five. The last lines stream ten million rows and print what memory that took.
"""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from astropy.coordinates import SkyCoord
from astropy.io.votable import from_table, parse, writeto

from dfs.model.schema import ColumnSchema
from dfs.sky.regions import Circle, Polygon, bounding_circles, intersects_many, parse_many
from dfs.vo.formats import TableRows, negotiate, read_upload, to_astropy, write

ROWS = 10_000
REGIONS = 1_000_000


def result(rows: int) -> TableRows:
    random = np.random.default_rng(0)
    kinds = {
        "double": lambda: pa.array(random.normal(size=rows), mask=random.random(rows) < 0.05),
        "char": lambda: pa.array([f"EFOSC.2022-01-26T12:00:00.{row:04d}" for row in range(rows)]),
        "long": lambda: pa.array(random.integers(0, 10**9, rows), mask=random.random(rows) < 0.05),
        "float": lambda: pa.array(random.normal(size=rows).astype(np.float32)),
    }
    names = [("double", "char", "long", "double", "char", "float")[number % 6] for number in range(38)]
    columns = tuple(
        ColumnSchema(f"c{number}", name, "a column", arraysize="*" if name == "char" else "")
        for number, name in enumerate(names)
    )
    batch = pa.RecordBatch.from_arrays([kinds[name]() for name in names], names=[one.name for one in columns])
    return TableRows(columns, [batch])


def best(work: Callable[[], Any], times: int = 5) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def line(what: str, ours: float, peer: str = "", theirs: float = 0.0) -> None:
    said = f"{peer:<34}{1e3 * theirs:10.1f} ms {theirs / ours:8.1f} x" if peer else ""
    print(f"{what:<44}{1e3 * ours:10.1f} ms   {said}")


def writers() -> None:
    rows = result(ROWS)
    table = to_astropy(rows.columns, rows.batches())
    filled = table.filled()

    def votable(kind: str) -> Callable[[], None]:
        return lambda: writeto(from_table(table), io.BytesIO(), tabledata_format=kind)

    peers: dict[str, tuple[str, Callable[[], Any]]] = {
        "votable": ("astropy writeto, TABLEDATA", votable("tabledata")),
        "votable/b2": ("astropy writeto, BINARY2", votable("binary2")),
        "fits": ("astropy Table.write, FITS", lambda: filled.write(io.BytesIO(), format="fits")),
        "csv": ("astropy Table.write, ascii.csv", lambda: filled.write(io.StringIO(), format="ascii.csv")),
    }
    for name in ("votable", "votable/b2", "fits", "csv", "tsv", "json", "parquet", "text", "html"):
        chosen = negotiate(name)
        ours = best(lambda chosen=chosen: [None for _ in write(rows, chosen)])
        peer, work = peers.get(name, ("", None))
        line(f"write {ROWS} x 38 as {name}", ours, peer, best(work, 2) if work else 0.0)


def uploads() -> None:
    table = to_astropy(
        (ColumnSchema("ra", "double", ""), ColumnSchema("dec", "double", ""), ColumnSchema("n", "long", "")),
        [
            pa.record_batch(
                {
                    "ra": np.random.default_rng(0).uniform(0, 360, 1000),
                    "dec": np.linspace(-90, 90, 1000),
                    "n": range(1000),
                }
            )
        ],
    )
    for kind in ("tabledata", "binary2"):
        out = io.BytesIO()
        writeto(from_table(table), out, tabledata_format=kind)
        data = out.getvalue()
        ours = best(lambda data=data: read_upload("mine", data))
        theirs = best(lambda data=data: parse(io.BytesIO(data)).get_first_table().array)
        line(f"read an upload of 1,000 positions, {kind}", ours, "astropy parse", theirs)


def regions() -> None:
    random = np.random.default_rng(1)
    ra, dec, size = (
        random.uniform(0, 360, REGIONS),
        random.uniform(-80, 80, REGIONS),
        random.uniform(0.01, 0.5, REGIONS),
    )
    texts = pa.array(
        f"POLYGON J2000 {a - d:.6f} {b - d:.6f} {a + d:.6f} {b - d:.6f} {a + d:.6f} {b + d:.6f} {a - d:.6f} {b + d:.6f}"
        for a, b, d in zip(ra.tolist(), dec.tolist(), size.tolist(), strict=True)
    )
    line(f"bounding circles of {REGIONS} outlines", best(lambda: bounding_circles(texts), 2))
    for count in (100, 1000, 10_000):
        some = texts.slice(0, count)
        known = parse_many(some)
        middle = SkyCoord(ra[:count], dec[:count], unit="deg")
        theirs = best(lambda middle=middle: middle.separation(SkyCoord(10, 20, unit="deg")).deg)
        line(
            f"{count} outlines (texts) with a circle",
            best(lambda some=some: intersects_many(some, Circle(10, 20, 30))),
            "astropy separation of centres alone",
            theirs,
        )
        line(f"{count} outlines (arrays) with a polygon", best(lambda known=known: intersects_many(known, _DIAMOND)))


_DIAMOND = Polygon(((10, 0), (40, 20), (10, 50), (340, 20)))


def streaming() -> None:
    array = pa.array(np.random.default_rng(2).normal(size=100_000))
    text = pa.array([f"row {row}" for row in range(100_000)])
    columns = (ColumnSchema("x", "double", ""), ColumnSchema("s", "char", "", arraysize="*"))
    for name in ("votable", "votable/b2", "fits", "csv", "json", "parquet"):
        batches = (pa.RecordBatch.from_arrays([array, text], names=["x", "s"]) for _ in range(100))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        size = sum(len(one) for one in write(TableRows(columns, batches), negotiate(name)))
        seconds = time.perf_counter() - start
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(
            f"stream 10 M rows as {name:<12}{size / 1e6:8.0f} MB {seconds:6.1f} s, peak memory grew by {grown:.0f} MB"
        )


if __name__ == "__main__":
    streaming()
    writers()
    uploads()
    regions()
