"""VOTables from strangers, read in a few microseconds a row.

The whole document is given to expat in one call: the quadratic cost of large tokens (CVE-2023-52425) needs many small ones. A document that
declares an entity is refused, and expat reads nothing outside it.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat

from dfs.errors import UsageError
from dfs.model.schema import ColumnSchema, Datatype
from dfs.vo.formats.upload_binary import unpack
from dfs.vo.formats.upload_values import from_texts, from_values

__all__ = ["read_votable"]

_DATATYPES: dict[str, Datatype] = {
    "boolean": "boolean",
    "bit": "boolean",  # as astropy writes booleans
    "unsignedByte": "short",
    "short": "short",
    "int": "int",
    "long": "long",
    "float": "float",
    "double": "double",
    "char": "char",
    "unicodeChar": "unicodeChar",
}
_DEEPEST = 40


@dataclass
class _Found:
    """What the reader has found so far of the first table with fields."""

    fields: list[dict[str, str]] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    nulls: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    stream: list[str] = field(default_factory=list)
    serialization: str = ""


def read_votable(data: bytes, rows: int, columns: int) -> tuple[list[ColumnSchema], list[Any]]:
    """Return columns and arrays of the first table of a document; `UsageError` when it is refused."""
    reader = _Reader(rows, columns)
    reader.read(data)
    found = reader.found
    if not found.fields:
        raise UsageError("there is no table with FIELDs in the VOTable")
    described = [_described(*one) for one in zip(found.fields, found.descriptions, strict=True)]
    if found.serialization in {"BINARY", "BINARY2"}:
        return described, _from_bytes(found, described, rows)
    width = len(described)
    arrays = [
        from_texts(found.cells[number::width], column, null)
        for number, (column, null) in enumerate(zip(described, found.nulls, strict=True))
    ]
    return described, arrays


class _Reader:
    """Handlers of expat; those of rows are as lean as can be."""

    def __init__(self, rows: int, columns: int) -> None:
        self.found = _Found()
        self.rows, self.columns = rows, columns
        self.stack: list[str] = []
        self.text: list[str] = []
        self.count = 0  # of cells in this row
        self.lines = 0
        self.done = False

    def read(self, data: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text.append
        parser.EntityDeclHandler = _refuse_entity
        parser.StartDoctypeDeclHandler = _refuse_subset
        parser.SkippedEntityHandler = _refuse_entity
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        try:
            parser.Parse(data, True)  # noqa: FBT003
        except expat.ExpatError as error:
            raise UsageError(f"the XML is broken: {error}") from None
        except (LookupError, ValueError):
            raise UsageError("the encoding of the XML is not known") from None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "TD":
            if attributes.get("encoding"):
                raise UsageError("cells with an encoding are not supported")
            self.text.clear()
            return
        if name == "TR":
            self.count = 0
            return
        name = name.rpartition(":")[2]
        if name == "TR":
            raise UsageError("rows with a prefix in their XML names are not supported", accepted="TR, TD")
        self.stack.append(name)
        if len(self.stack) > _DEEPEST:
            raise UsageError(f"the XML is nested deeper than {_DEEPEST} elements")
        if name in {"FIELD", "VALUES", "DESCRIPTION", "STREAM", "TABLEDATA", "BINARY", "BINARY2", "FITS", "TABLE"}:
            self._note(name, attributes)
        elif len(self.stack) == 1 and name != "VOTABLE":
            raise UsageError(f"the XML document is a {name[:40]}", accepted="VOTABLE")

    def _note(self, name: str, attributes: dict[str, str]) -> None:
        found = self.found
        if name == "STREAM":
            _check_stream(attributes)
        if self.done:
            return
        if name == "FIELD":
            if len(found.fields) >= self.columns:
                raise UsageError("the table has too many columns", accepted=f"{self.columns} columns")
            found.fields.append(attributes)
            found.descriptions.append("")
            found.nulls.append("")
        elif name == "VALUES" and self._in("FIELD") and found.fields:
            found.nulls[-1] = attributes.get("null", found.nulls[-1]).strip()
        elif name in {"DESCRIPTION", "STREAM"}:
            self.text.clear()
        elif name == "FITS":
            raise UsageError(
                "a VOTable with FITS inside is not supported",
                accepted="TABLEDATA, BINARY, BINARY2, or the FITS file alone",
            )
        elif name in {"TABLEDATA", "BINARY", "BINARY2"}:
            found.serialization = name

    def end(self, name: str) -> None:
        if name == "TD":
            if not self.done:
                self.found.cells.append("".join(self.text))
                self.count += 1
            return
        if name == "TR":
            self._row()
            return
        name = self.stack.pop()
        if name == "TABLE" and self.found.fields:
            self.done = True
        elif name == "STREAM" and not self.done:
            self.found.stream = self.text.copy()
        elif name == "DESCRIPTION" and not self.done and self.stack and self.stack[-1] == "FIELD":
            self.found.descriptions[-1] = " ".join("".join(self.text).split())

    def _row(self) -> None:
        if self.done:
            return
        self.lines += 1
        if self.count != len(self.found.fields):
            raise UsageError(
                f"row {self.lines} has {self.count} cells", accepted=f"{len(self.found.fields)}, one for each FIELD"
            )
        if self.lines > self.rows:
            raise UsageError("the table has too many rows", accepted=f"{self.rows} rows")

    def _in(self, name: str) -> bool:
        return len(self.stack) > 1 and self.stack[-2] == name


def _check_stream(attributes: dict[str, str]) -> None:
    if "href" in attributes:
        raise UsageError("rows from elsewhere (STREAM href) are not fetched", hint="send them inside the VOTable")
    if attributes.get("encoding") != "base64":
        raise UsageError("a STREAM without base64 is not supported")


def _refuse_entity(*_: Any) -> NoReturn:
    raise UsageError("an XML document with entities of its own is refused")


def _refuse_subset(*declared: Any) -> None:
    if declared[-1]:  # there is a part in brackets
        raise UsageError("an XML document with declarations of its own (DOCTYPE [...]) is refused")


def _described(attributes: dict[str, str], description: str) -> ColumnSchema:
    name = attributes.get("name") or attributes.get("ID") or ""
    given = attributes.get("datatype", "")
    datatype = _DATATYPES.get(given)
    if datatype is None:
        raise UsageError(f"column {name[:64]} has the type '{given[:20]}'", accepted=", ".join(_DATATYPES))
    size = attributes.get("arraysize", "").strip()
    text = datatype in {"char", "unicodeChar"}
    if "x" in size:
        raise UsageError(f"column {name[:64]} has cells of several dimensions")
    if text or (size not in {"", "1"} and not size.isdigit()):
        size = "*" if size or text else ""
    return ColumnSchema(
        name,
        datatype,
        description,
        unit=attributes.get("unit", ""),
        ucd=attributes.get("ucd", ""),
        utype=attributes.get("utype", ""),
        xtype=attributes.get("xtype", ""),
        arraysize="" if size == "1" else size,
    )


def _from_bytes(found: _Found, columns: list[ColumnSchema], rows: int) -> list[Any]:
    """Return the arrays of rows in BINARY or BINARY2."""
    try:
        data = binascii.a2b_base64("".join(found.stream))
    except (binascii.Error, ValueError):
        raise UsageError("the base64 of the VOTable is broken") from None
    cells = unpack(data, found.fields, masked=found.serialization == "BINARY2", rows=rows)
    return [from_values(*one) for one in zip(cells, columns, found.nulls, strict=True)]
