"""phase3v2: processed files, what belongs together, and what was made from what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from dfs.access.hidden import Hidden, hidden_columns, taken
from dfs.archive.tables import common
from dfs.archive.tables.declaration import declaration
from dfs.archive.tables.making import Maker, batch_of
from dfs.archive.tables.products import kind_of
from dfs.archive.tables.truth import Truth
from dfs.archive.tables.values import as_text
from dfs.model.schema import SchemaDescription, TableSchema
from dfs.products.science_cards import PRODUCT_CATEGORIES
from dfs.store.tables import files, jobs, provenance

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SCHEMAS", "rows", "tables"]

SCHEMAS = (SchemaDescription("phase3v2", "Processed files: which belong together, and what they were made from"),)
_AT_ONCE = 500  # names in one query: every database takes that many


def tables() -> list[TableSchema]:
    """Return the tables of processed files."""
    return [declaration(f"phase3_{name}").schema for name in ("files", "product_files", "provenance")]


def rows(connection: Connection, truth: Truth) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Derive the rows of the processed files among the files of `truth`."""
    found = truth.only([at for at, row in enumerate(truth.rows) if row["kind"] == "product"])
    if not len(found):
        return
    hidden = hidden_columns(connection, found.rows)
    yield "phase3v2.files", batch_of(declaration("phase3_files"), found, _MAKERS, hidden)
    yield from _product_files(connection, found, hidden)
    yield from _provenance(connection, found, hidden)


def _product_files(connection: Connection, found: Truth, hidden: Hidden) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Give a row for each science product, and one for each pair of a science product and a file that goes with it."""
    companions = _companions(connection, found)
    pairs = [
        (at, product)
        for at, dp_id in enumerate(found.file("dp_id"))
        for product in ([dp_id] if kind_of(found.headers[at]) else companions.get(dp_id, []))
    ]
    if not pairs:
        return
    indices = [at for at, _ in pairs]
    makers: dict[str, Maker] = {**_MAKERS, "product_id": lambda _: [product for _, product in pairs]}
    yield (
        "phase3v2.product_files",
        batch_of(declaration("phase3_product_files"), found.only(indices), makers, taken(hidden, indices)),
    )


def _companions(connection: Connection, found: Truth) -> dict[str, list[str]]:
    """Return for each ancillary file the science products that the same run of a recipe made."""
    ancillary = {
        row["dp_id"]
        for row, header in zip(found.rows, found.headers, strict=True)
        if (as_text(header.get("PRODCATG")) or "").startswith("ANCILLARY.")
    }
    if not ancillary:
        return {}
    found_together: dict[str, set[str]] = {}
    for made in connection.execute(select(jobs.c.products)).scalars():
        for one in ancillary.intersection(made):
            found_together.setdefault(one, set()).update(made)
    science = _science(connection, sorted(set().union(*found_together.values())))
    return {one: sorted(science & others) for one, others in found_together.items()}


def _science(connection: Connection, dp_ids: Sequence[str]) -> set[str]:
    """Return those of `dp_ids` that are science products of our recipes."""
    categories = [name for name, category in PRODUCT_CATEGORIES.items() if category.startswith("SCIENCE.")]
    found: set[str] = set()
    for start in range(0, len(dp_ids), _AT_ONCE):
        wanted = files.c.dp_id.in_(dp_ids[start : start + _AT_ONCE]) & files.c.category.in_(categories)
        found.update(connection.execute(select(files.c.dp_id).where(wanted)).scalars())
    return found


def _provenance(connection: Connection, found: Truth, hidden: Hidden) -> Iterator[tuple[str, pa.RecordBatch]]:
    at_of = {dp_id: at for at, dp_id in enumerate(found.file("dp_id"))}
    links = [(at_of[child], child, parent, position) for child, parent, position in _links(connection, list(at_of))]
    if not links:
        return
    indices = [link[0] for link in links]
    makers: dict[str, Maker] = {
        "child": lambda _: [child for _, child, _, _ in links],
        "parent": lambda _: [parent for _, _, parent, _ in links],
        "position": lambda _: [position for _, _, _, position in links],
    }
    yield (
        "phase3v2.provenance",
        batch_of(declaration("phase3_provenance"), found.only(indices), makers, taken(hidden, indices)),
    )


def _links(connection: Connection, dp_ids: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    columns = (provenance.c.child, provenance.c.parent, provenance.c.position)
    for start in range(0, len(dp_ids), _AT_ONCE):
        wanted = provenance.c.child.in_(dp_ids[start : start + _AT_ONCE])
        query = select(*columns).where(wanted).order_by(provenance.c.child, provenance.c.position)
        yield from ((child, parent, position) for child, parent, position in connection.execute(query))


def _names(truth: Truth) -> list[str | None]:
    """Return the name that the author gave the file: ORIGFILE, PIPEFILE, else that under which it is kept."""
    told = [as_text(value) for value in truth.keyword("ORIGFILE", "PIPEFILE")]
    return [name or PurePosixPath(path).name for name, path in zip(told, truth.file("path"), strict=True)]


def _categories(truth: Truth) -> list[str | None]:
    told = [as_text(value) for value in truth.keyword("PRODCATG", "ESO PRO CATG")]
    return [category or kept for category, kept in zip(told, truth.file("category"), strict=True)]


def _extension(row: Mapping[str, Any]) -> str:
    return PurePosixPath(row["path"]).name.removeprefix(row["dp_id"]).removeprefix(".")


_MAKERS: dict[str, Maker] = {
    **common.MAKERS,
    "original_name": _names,
    "product_category": _categories,
    "extension": lambda truth: [_extension(row) for row in truth.rows],
}
