"""What is kept of headers: all of it, as every database takes it; what earlier versions kept can be completed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from sqlalchemy import delete, select, update

from dfs.archive.describe import EXTENSIONS, describe
from dfs.errors import ConflictError
from dfs.observatory import Observatory
from dfs.store.tables import headers


def kept(observatory: Observatory, dp_id: str) -> dict[str, Any]:
    with observatory.database.read() as connection:
        found: dict[str, Any] = connection.execute(
            select(headers.c.keywords).where(headers.c.dp_id == dp_id)
        ).scalar_one()
        return found


def test_the_whole_header_is_kept(observatory: Observatory, frame: Callable[..., Path]) -> None:
    archived = observatory.archive.ingest(frame(1, UNUSUAL="'a word'", WRONG="1E400", HUGE="9" * 19))
    found = kept(observatory, archived.dp_id)
    assert (found["UNUSUAL"], found["WRONG"], found["INSTRUME"], found["SIMPLE"]) == ("a word", None, "EFOSC", True)
    assert found["HUGE"] == pytest.approx(1e19)
    assert EXTENSIONS not in found


def test_a_header_is_shown_in_its_own_order(observatory: Observatory, frame: Callable[..., Path]) -> None:
    archived = observatory.archive.ingest(frame(1))
    assert list(kept(observatory, archived.dp_id))[:5] == ["SIMPLE", "BITPIX", "NAXIS", "NAXIS1", "INSTRUME"]
    shown = [line.partition("=")[0].strip() for line in observatory.archive.header(archived.dp_id).splitlines()]
    assert shown[:5] == ["SIMPLE", "BITPIX", "NAXIS", "NAXIS1", "INSTRUME"]


@pytest.mark.real
def test_a_real_header_is_kept_card_by_card(real_frames: Path) -> None:
    path = real_frames / "EFOSC.2022-01-28T04:54:24.341.fits.gz"
    found = describe(path).keywords or {}
    with fits.open(path) as hdus:
        cards = {
            card.keyword: card.value for card in hdus[0].header.cards if card.keyword not in {"", "COMMENT", "HISTORY"}
        }
    assert found == cards
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@pytest.mark.real
def test_headers_of_extensions_are_kept_of_products(test_data: Path) -> None:
    found = describe(test_data / "products/ADP/XShooter_XQ100.fits.gz").keywords or {}
    (extension,) = found[EXTENSIONS]
    assert (extension["EXTNAME"], extension["NELEM"], extension["TUCD1"]) == ("SPECTRUM", 9771, "em.wl")


def test_a_selection_kept_by_an_earlier_version_is_completed(
    observatory: Observatory, frame: Callable[..., Path]
) -> None:
    first, second, third = (observatory.archive.ingest(frame(number)).dp_id for number in range(3))
    whole = kept(observatory, first)
    with observatory.database.write() as connection:
        connection.execute(update(headers).where(headers.c.dp_id == first).values(keywords={"INSTRUME": "EFOSC"}))
        connection.execute(delete(headers).where(headers.c.dp_id == second))
    before = observatory.index.snapshot().watermark
    assert observatory.archive.reread_headers(only_incomplete=True) == [first, second]
    assert kept(observatory, first) == whole
    assert kept(observatory, second)["ARCFILE"] == f"{second}.fits"
    assert observatory.archive.reread_headers() == []
    assert observatory.index.snapshot().watermark == before + 2  # indexes learn of it
    observatory.audit.verify()
    with observatory.database.write() as connection:
        connection.execute(
            update(headers).where(headers.c.dp_id == third).values(keywords={**whole, "OBJECT": "wrong"})
        )
    assert observatory.archive.reread_headers(only_incomplete=True) == []
    assert observatory.archive.reread_headers() == [third]


def test_a_file_that_cannot_be_read_keeps_what_it_has(
    observatory: Observatory, frame: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    archived = observatory.archive.ingest(frame(1))
    with observatory.database.write() as connection:
        connection.execute(update(headers).values(keywords={"INSTRUME": "EFOSC"}))
    archived.path.unlink()
    with caplog.at_level(logging.WARNING):
        assert observatory.archive.reread_headers() == []
    assert kept(observatory, archived.dp_id) == {"INSTRUME": "EFOSC"}
    assert "is kept as it is" in caplog.text


def test_an_instrument_has_the_prefix_of_eso(observatory: Observatory, frame: Callable[..., Path]) -> None:
    archived = observatory.archive.ingest(frame(5, INSTRUME="'NAOS+CONICA'", ARCFILE=""))
    assert archived.dp_id == "NACO.2022-01-26T12:00:00.005"
    assert archived.instrument == "NACO"


def test_a_product_that_brings_its_name_is_not_overwritten(observatory: Observatory, tmp_path: Path) -> None:
    def product(value: float) -> Path:
        hdu = fits.PrimaryHDU(np.full((4, 4), value, np.float32))
        hdu.header.update({"PRODCATG": "SCIENCE.IMAGE", "ARCFILE": "ADP.2020-01-01T00:00:00.000.fits"})
        path = tmp_path / f"{value}.fits"
        hdu.writeto(path)
        return path

    assert observatory.archive.ingest(product(1.0), kind="product").dp_id == "ADP.2020-01-01T00:00:00.000"
    with pytest.raises(ConflictError, match="with other content"):
        observatory.archive.ingest(product(2.0), kind="product")
