"""VOTable 1.4 documents: the frame round the rows, and documents that only say what went wrong.

The rows themselves are made in `dfs.vo.formats.tabledata` and `dfs.vo.formats.binary2`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from dfs.errors import DfsError
from dfs.model.schema import ColumnSchema
from dfs.vo.formats.attached import InputParam, ServiceInfo, TableInfo
from dfs.vo.formats.binary2 import binary2
from dfs.vo.formats.cells import as_bytes
from dfs.vo.formats.rows import Rows, conform, is_text
from dfs.vo.formats.tabledata import tabledata

__all__ = ["error_document", "field_ids", "header_document", "write_votable"]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.ivoa.net/xml/VOTable/v1.3 http://www.ivoa.net/xml/VOTable/votable-1.4.xsd">\n'
)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SERIALIZATIONS: Mapping[str, Callable[[Sequence[ColumnSchema], Iterable[Any]], Iterator[bytes]]] = {
    "tabledata": tabledata,
    "binary2": binary2,
}


def write_votable(
    rows: Rows,
    serialization: str,
    *,
    infos: Sequence[TableInfo] = (),
    services: Sequence[ServiceInfo] = (),
    name: str = "results",
    description: str = "",
) -> Iterator[bytes]:
    """Write rows as a VOTable.

    Should reading the rows fail when a part of them is already on its way, the table ends there and ``QUERY_STATUS`` after it is
    ``ERROR`` with the message (DALI 1.1, section 4.4.2), so that nobody takes the part for the whole.

    Parameters
    ----------
    rows
        What to write.
    serialization
        ``tabledata`` or ``binary2``.
    infos
        Further remarks, before the table.
    services
        Descriptors of services; one that refers to a column which the rows have not is left out.
    name, description
        Of the table.
    """
    ids = field_ids(rows.columns)
    head = [_HEAD, '<RESOURCE type="results">\n', _info(TableInfo("QUERY_STATUS", "OK"))]
    head += [_info(info) for info in infos]
    head += [f"<TABLE{_attributes(name=name)}>\n", _described(description), _fields(rows.columns, ids), "<DATA>\n"]
    yield as_bytes("".join(head))
    failure: list[DfsError] = []
    yield from _SERIALIZATIONS[serialization](rows.columns, _until_failure(rows, failure))
    tail = ["</DATA>\n</TABLE>\n"]
    if failure:
        tail.append(_info(TableInfo("QUERY_STATUS", "ERROR", failure[0].line())))
    elif rows.overflow:
        tail.append(
            _info(TableInfo("QUERY_STATUS", "OVERFLOW", "Rows were left out because of a limit on their number."))
        )
    tail.append("</RESOURCE>\n")
    names = {one.name.lower(): identifier for one, identifier in zip(rows.columns, ids, strict=True)}
    tail += [
        _service(one, names) for one in services if all(param.ref.lower() in names for param in one.params if param.ref)
    ]
    tail.append("</VOTABLE>\n")
    yield as_bytes("".join(tail))


def error_document(message: str, infos: Sequence[TableInfo] = ()) -> bytes:
    """Return the VOTable that says why there is no table (DALI 1.1, section 4.2.3)."""
    said = "".join(_info(info) for info in (TableInfo("QUERY_STATUS", "ERROR", message), *infos))
    return as_bytes(f'{_HEAD}<RESOURCE type="results">\n{said}</RESOURCE>\n</VOTABLE>\n')


def header_document(columns: Sequence[ColumnSchema], name: str = "results") -> bytes:
    """Return a VOTable without rows that describes columns, as Parquet files carry it."""
    fields = _fields(columns, field_ids(columns))
    return as_bytes(
        f'{_HEAD}<RESOURCE type="results">\n<TABLE{_attributes(name=name)}>\n{fields}</TABLE>\n</RESOURCE>\n</VOTABLE>\n'
    )


def field_ids(columns: Sequence[ColumnSchema]) -> list[str]:
    """Return an XML ID for each column: its name where that can be one, and different from all others."""
    taken: set[str] = set()
    ids = []
    for column in columns:
        start = re.sub(r"[^A-Za-z0-9_.-]", "_", column.name) or "_"
        if not re.match(r"[A-Za-z_]", start):
            start = f"_{start}"
        one, number = start, 2
        while one in taken:
            one, number = f"{start}_{number}", number + 1
        taken.add(one)
        ids.append(one)
    return ids


def _until_failure(rows: Rows, failure: list[DfsError]) -> Iterator[Any]:
    """Give batches in the types of their columns, so that nothing can go wrong once their rows are begun."""
    import pyarrow as pa

    names = [str(number) for number in range(len(rows.columns))]
    try:
        for batch in rows.batches():
            yield pa.RecordBatch.from_arrays(conform(batch, rows.columns), names)
    except DfsError as error:
        failure.append(error)


def _fields(columns: Sequence[ColumnSchema], ids: Sequence[str]) -> str:
    return "".join(_field(column, identifier) for column, identifier in zip(columns, ids, strict=True))


def _field(column: ColumnSchema, identifier: str) -> str:
    said = _attributes(
        name=column.name,
        ID=identifier,
        datatype=column.datatype,
        arraysize=column.arraysize or ("*" if is_text(column) else ""),
        unit=column.unit,
        ucd=column.ucd,
        utype=column.utype,
        xtype=column.xtype,
    )
    return f"<FIELD{said}>{_described(column.description)}</FIELD>\n" if column.description else f"<FIELD{said}/>\n"


def _service(service: ServiceInfo, ids: Mapping[str, str]) -> str:
    own = [
        InputParam("accessURL", value=service.access_url),
        *([InputParam("standardID", value=service.standard_id)] if service.standard_id else []),
        *([InputParam("contentType", value=service.content_type)] if service.content_type else []),
        *([InputParam("resourceIdentifier", value=service.resource_identifier)] if service.resource_identifier else []),
    ]
    said = _attributes(type="meta", utype="adhoc:service", ID=service.identifier, name=service.name)
    inputs = "".join(_param(param, ids) for param in service.params)
    return (
        f"<RESOURCE{said}>\n{_described(service.description)}{''.join(_param(param, ids) for param in own)}"
        f'<GROUP name="inputParams">\n{inputs}</GROUP>\n</RESOURCE>\n'
    )


def _param(param: InputParam, ids: Mapping[str, str]) -> str:
    said = _attributes(
        name=param.name,
        datatype=param.datatype,
        arraysize=param.arraysize,
        unit=param.unit,
        ucd=param.ucd,
        utype=param.utype,
        xtype=param.xtype,
        ref=ids.get(param.ref.lower(), ""),
    )
    limits = "".join(
        f"<{word}{_attributes(value=value)}/>"
        for word, value in (("MIN", param.minimum), ("MAX", param.maximum))
        if value
    ) + "".join(f"<OPTION{_attributes(value=value)}/>" for value in param.options)
    inner = _described(param.description) + (f"<VALUES>{limits}</VALUES>\n" if limits else "")
    return f'<PARAM{said} value="{_attribute(param.value)}">{inner}</PARAM>\n'


def _info(info: TableInfo) -> str:
    return f'<INFO{_attributes(name=info.name)} value="{_attribute(info.value)}">{escape(_clean(info.text))}</INFO>\n'


def _described(text: str) -> str:
    return f"<DESCRIPTION>{escape(_clean(text))}</DESCRIPTION>\n" if text else ""


def _attributes(**values: str) -> str:
    return "".join(f' {name}="{_attribute(value)}"' for name, value in values.items() if value)


def _attribute(value: str) -> str:
    return escape(_clean(value), {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def _clean(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
