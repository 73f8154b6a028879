"""The demonstration's observatory without its light: true headers, people and programmes; pixels and products are made up, so that it takes seconds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from dfs import instruments
from dfs.archive import ArchivedFile, Submission
from dfs.cli.demo.catalogue import publish_catalogue
from dfs.cli.demo.gallery import archive_gallery
from dfs.cli.demo.people import prepare
from dfs.model import Card, Column, Content, Frame, Image, Product, QcValue, Spectrum, Table
from dfs.observatory import Observatory
from dfs.products import Provenance, Source, read_frame, write_product
from dfs.qc.rows import quality_rows
from dfs_sims.exposure import Exposure
from dfs_sims.headers import header_cards, written_at
from dfs_sims.plan import night_plan
from dfs_sims.raw_fits import write_raw

SCALE_DEG = 6.688889e-05
FLUX = "erg cm**(-2) s**(-1) angstrom**(-1)"


def make_observatory(root: Path) -> None:
    """Make the observatory in `root`."""
    with Observatory.open(root) as observatory:
        prepare(observatory)
        raw = _archive_night(observatory, root / "night")
        _archive_products(observatory, raw, root / "work")
        archive_gallery(observatory, root / "gallery")
        publish_catalogue(observatory)


def _archive_night(observatory: Observatory, folder: Path) -> dict[str, list[ArchivedFile]]:
    """Archive the frames of the demonstration's night; return them by kind."""
    folder.mkdir(parents=True)
    pixels = np.random.default_rng(1).normal(300.0, 5.0, (1030, 1030)).astype(np.uint16)
    plan: tuple[Exposure, ...] = night_plan(np.random.default_rng([1, 0]))
    for exposure in plan:
        path = folder / f"{exposure.dp_id}.fits"
        write_raw(path, header_cards(exposure, seed=1, seeing=0.9), pixels, written_at(exposure))
    files = observatory.archive.ingest_many([Submission(folder / f"{one.dp_id}.fits") for one in plan])
    found: dict[str, list[ArchivedFile]] = {}
    for exposure, file in zip(plan, files, strict=True):
        key = exposure.block.target if exposure.kind == "spectrum" else exposure.kind
        found.setdefault(key, []).append(file)
    return found


def _archive_products(observatory: Observatory, raw: dict[str, list[ArchivedFile]], folder: Path) -> None:
    folder.mkdir()
    products = [
        ("MASTER_BIAS", raw["bias"], _image(40), ()),
        ("MASTER_FLAT_LSS", raw["flat"], _image(40), ()),
        ("MASTER_FLAT_IMG", raw["sky_flat"], _image(40), ()),
        ("SCIENCE_SPECTRUM", raw["SIM-J0610-3105"], _spectrum(), ()),
        ("SCIENCE_SPECTRUM", raw["SIM-J0821-3502"], _spectrum(), ()),
        ("SCIENCE_IMAGE", raw["image"], _image(300), _wcs(300)),
        ("SOURCE_TABLE", raw["image"], _sources(20), ()),
    ]
    for number, (category, parents, content, cards) in enumerate(products):
        _archive_product(observatory, folder / f"{number}.fits", category, parents, content, cards)


def _archive_product(
    observatory: Observatory,
    path: Path,
    category: str,
    parents: list[ArchivedFile],
    content: Content,
    cards: tuple[Card, ...],
) -> None:
    frames = [read_frame(one.path) for one in parents]
    sources = tuple(
        Source(one.dp_id, "RAW", raw=True, header=frame.header) for one, frame in zip(parents, frames, strict=True)
    )
    like = Frame(category, parents[0].dp_id, frames[0].header, np.zeros((2, 2), np.uint16))
    qc = (QcValue("ron_e", 9.2, 0.1, "electron", "median of differences"),) if category == "MASTER_BIAS" else ()
    provenance = Provenance("made_up", "1", {}, sources, datetime(2026, 1, 20, tzinfo=UTC))
    write_product(Product(category, content, like, cards, qc=qc), path, provenance)
    made = observatory.archive.ingest(path, kind="product", category=category, parents=[one.dp_id for one in parents])
    efosc = instruments.load("EFOSC2")
    observatory.qc.record(
        quality_rows(qc, product_dp_id=made.dp_id, instrument=efosc, header=frames[0].header, setup={"binning": "2x2"})
    )


def _image(side: int) -> Image:
    data = np.random.default_rng(side).normal(100.0, 3.0, (side, side)).astype(np.float32)
    return Image(data, np.full_like(data, 9.0), np.zeros(data.shape, np.uint8), "electron / s")


def _wcs(side: int) -> tuple[Card, ...]:
    values = {
        "CTYPE1": "RA---TAN",
        "CTYPE2": "DEC--TAN",
        "CRVAL1": 152.5656,
        "CRVAL2": -1.0106,
        "CRPIX1": side / 2,
        "CRPIX2": side / 2,
    }
    values |= {"CUNIT1": "deg", "CUNIT2": "deg", "CD1_1": -SCALE_DEG, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": SCALE_DEG}
    return tuple(Card(name, value) for name, value in {**values, "FILTER": "g#782"}.items())


def _spectrum() -> Spectrum:
    grid = np.linspace(303.6, 604.6, 1000)
    flux = 1e-16 * (1.0 + np.exp(-0.5 * ((grid - 500.7) / 1.0) ** 2))
    return Spectrum(grid, flux, flux * 0.03, np.zeros(grid.size, np.int16), FLUX, "air", flux * 0.1)


def _sources(count: int) -> Table:
    numbers = np.arange(1, count + 1, dtype=np.int32)
    steps = (numbers - count / 2) / 3600.0
    return Table(
        (
            Column("NUMBER", numbers, "", "running number"),
            Column("RA", 152.5656 + steps, "deg", "right ascension"),
            Column("DEC", -1.0106 + steps, "deg", "declination"),
            Column("MAG_INST", -8.0 + numbers / 10.0, "mag", "magnitude"),
            Column("FLAGS", np.zeros(count, np.int16), "", "flags"),
        )
    )
