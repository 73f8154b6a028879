"""ivoa.ObsCore and dbo.ssa: the science products, and the spectra among them once more as the SSA protocol wants them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from dfs.access.hidden import hidden_columns, taken
from dfs.archive.tables import common, products, spectra
from dfs.archive.tables.declaration import declaration
from dfs.archive.tables.making import Maker, batch_of
from dfs.archive.tables.products import is_science_product, kind_of
from dfs.archive.tables.truth import Truth
from dfs.model.schema import SchemaDescription, TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SCHEMAS", "rows", "tables"]

SCHEMAS = (SchemaDescription("ivoa", "Tables that the International Virtual Observatory Alliance standardises"),)
_MAKERS: dict[str, Maker] = {**common.MAKERS, **products.MAKERS, **spectra.MAKERS}


def tables() -> list[TableSchema]:
    """Return the tables of science products."""
    return [declaration(name).schema for name in ("obscore", "ssa")]


def rows(connection: Connection, truth: Truth) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Derive the rows of the science products among the files of `truth`."""
    pairs = zip(truth.rows, truth.headers, strict=True)
    found = truth.only([at for at, pair in enumerate(pairs) if is_science_product(*pair)])
    if not len(found):
        return
    hidden = hidden_columns(connection, found.rows)
    yield "ivoa.ObsCore", batch_of(declaration("obscore"), found, _MAKERS, hidden)
    of_spectra = [at for at, header in enumerate(found.headers) if (kind_of(header) or ("",))[0] == "spectrum"]
    if of_spectra:
        yield "dbo.ssa", batch_of(declaration("ssa"), found.only(of_spectra), _MAKERS, taken(hidden, of_spectra))
