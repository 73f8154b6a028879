"""The formats of results: their names, MIME types, and which of them a client means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dfs.errors import UsageError

__all__ = ["DEFAULT", "FORMATS", "Format", "negotiate"]

_VOTABLE = "application/x-votable+xml"
_TAPREGEXT = "ivo://ivoa.net/std/TAPRegExt#"


@dataclass(frozen=True, slots=True)
class Format:
    """A format in which results are written.

    Attributes
    ----------
    name
        Short name, as ``RESPONSEFORMAT`` takes it.
    mime
        What ``Content-Type`` says.
    extension
        Of files, without the dot.
    aliases
        Other names and MIME types that mean it.
    ivoid
        Its identifier in TAPRegExt; empty where it has none.
    label
        For people.
    options
        Given on to the writer.
    """

    name: str
    mime: str
    extension: str
    aliases: tuple[str, ...] = ()
    ivoid: str = ""
    label: str = ""
    options: dict[str, object] = field(default_factory=dict, hash=False)


FORMATS: tuple[Format, ...] = (
    Format(
        "votable",
        _VOTABLE,
        "vot",
        (
            "votable/td",
            "votable/tabledata",
            "text/xml",
            "application/xml",
            "text/x-votable+xml",
            f"{_VOTABLE};serialization=tabledata",
            "xml",
        ),
        f"{_TAPREGEXT}output-votable-td",
        "VOTable, cells as text",
        {"serialization": "tabledata"},
    ),
    Format(
        "votable/b2",
        f"{_VOTABLE};serialization=binary2",
        "vot",
        ("votable/binary2", "votable/binary", "votable/b", f"{_VOTABLE};serialization=binary"),
        f"{_TAPREGEXT}output-votable-binary2",
        "VOTable, cells as bytes",
        {"serialization": "binary2"},
    ),
    Format("fits", "application/fits", "fits", ("application/x-fits", "image/fits"), label="FITS binary table"),
    Format(
        "csv",
        "text/csv;header=present;charset=utf-8",
        "csv",
        ("text/csv", "text/csv;header=present"),
        label="Comma-separated text",
    ),
    Format(
        "csv/noheader",
        "text/csv;header=absent;charset=utf-8",
        "csv",
        ("text/csv;header=absent",),
        label="CSV, no names",
        options={"header": False},
    ),
    Format(
        "tsv",
        "text/tab-separated-values;charset=utf-8",
        "tsv",
        ("text/tab-separated-values",),
        label="Tab-separated text",
    ),
    Format("json", "application/json", "json", ("text/json",), label="JSON, rows as arrays"),
    Format(
        "parquet",
        "application/vnd.apache.parquet",
        "parquet",
        ("application/x-parquet", "application/parquet"),
        label="Apache Parquet",
    ),
    Format("text", "text/plain;charset=utf-8", "txt", ("text/plain", "txt", "ascii"), label="Aligned text"),
    Format("html", "text/html;charset=utf-8", "html", ("text/html",), label="Page for a browser"),
)
DEFAULT = FORMATS[0]


def _key(name: str) -> str:
    """Return a name so that spellings of the same MIME type agree: case, blanks, quotes, order of parameters, charset."""
    base, *parameters = (re.sub(r'[\s"]', "", one) for one in name.lower().split(";"))
    kept = sorted(one for one in parameters if one and not one.startswith(("charset=", "content=")))
    return ";".join([base, *kept])


_KNOWN = {_key(name): one for one in reversed(FORMATS) for name in (one.name, one.mime, *one.aliases)}


def negotiate(requested: str | None, format: str | None = None) -> Format:  # noqa: A002 - the parameter's name in TAP
    """Return the format that a client asks for.

    Parameters
    ----------
    requested
        Value of ``RESPONSEFORMAT`` (DALI 1.1); a short name or a MIME type, in any letter case. It beats `format`.
    format
        Value of ``FORMAT``, the parameter of TAP 1.0.

    Returns
    -------
    Format
        `DEFAULT` where nothing, or ``*/*``, is asked for.

    Raises
    ------
    UsageError
        It is none of `FORMATS`.
    """
    asked = (requested or "").strip() or (format or "").strip()
    if not asked or asked == "*/*":
        return DEFAULT
    found = _KNOWN.get(_key(asked))
    if found is None:
        raise UsageError(
            f"'{asked[:80]}' is no format of results",
            where="RESPONSEFORMAT" if (requested or "").strip() else "FORMAT",
            accepted=", ".join(f"{one.name} ({_key(one.mime)})" for one in FORMATS),
        )
    return found
