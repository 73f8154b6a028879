"""Trees of calibrations as documents: the XML of ESO's calibration selector, written and read, and several of them in one answer."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from dfs.archive.calibrations.tree import MODES, Association, MainFile, Mode
from dfs.errors import DataError

__all__ = ["file_name", "multipart", "read_xml", "to_xml"]

_NOT_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def to_xml(tree: Association) -> bytes:
    """Return a tree as XML: elements and attributes as ESO's documents have them, in their order."""
    root = _element(tree)
    ET.indent(root, "    ")
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def _element(one: Association) -> ET.Element:
    attributes = {
        "category": _clean(one.category),
        "certified": _boolean(one.certified),
        "complete": _boolean(one.complete),
    }
    attributes |= {"mode": MODES[one.mode]} if one.mode is not None else {"match": one.match}
    element = ET.Element("association", attributes | {"type": one.kind})
    main = ET.SubElement(element, "mainFiles")
    for file in one.files:
        ET.SubElement(main, "file", {"category": _clean(file.category), "name": file.name})
    messages = ET.SubElement(element, "messages")
    for text in one.messages:
        ET.SubElement(messages, "message").text = _clean(text)
    associated = ET.SubElement(element, "associatedFiles")
    associated.extend(_element(below) for below in one.associated)
    return element


def read_xml(document: bytes) -> Association:
    """Return the tree that a document of ESO's calibration selector (or ours) holds.

    Raises
    ------
    DataError
        It is no such document.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(document)
    except (ET.ParseError, DefusedXmlException, ValueError) as error:
        raise DataError(f"the calibration selector's answer cannot be read ({error})", where="calibrations") from error
    if root.tag != "association":
        raise DataError(f"the answer is <{root.tag}>, not a tree of calibrations", where="calibrations")
    return _association(root)


def _association(element: ET.Element) -> Association:
    told = element.attrib
    mode: Mode | None = next((one for one, name in MODES.items() if name.lower() == told.get("mode", "").lower()), None)
    files = (MainFile(one.get("category", ""), one.get("name", "")) for one in element.iterfind("mainFiles/file"))
    return Association(
        category=told.get("category", ""),
        files=tuple(files),
        certified=told.get("certified") == "true",
        complete=told.get("complete") == "true",
        mode=mode,
        match=told.get("match", "N/A"),
        kind=told.get("type", "main"),
        messages=tuple("".join(one.itertext()).strip() for one in element.iterfind("messages/*")),
        associated=tuple(_association(one) for one in element.iterfind("associatedFiles/association")),
    )


def file_name(tree: Association) -> str:
    """Return the name of a tree's document: ``<dp_id>_raw2raw.xml``."""
    return f"{tree.files[0].name}_{tree.mode}.xml"


def multipart(trees: Sequence[Association]) -> tuple[bytes, str]:
    """Return several trees as one multipart body, and the boundary between them."""
    boundary = secrets.token_urlsafe(27)
    return b"".join(
        [*(part for tree in trees for part in _part(tree, boundary)), f"--{boundary}--\r\n".encode()]
    ), boundary


def _part(tree: Association, boundary: str) -> Iterator[bytes]:
    body = to_xml(tree)
    lines = (
        f"--{boundary}",
        f'Content-Disposition: attachment; filename="{file_name(tree)}"',
        "Content-Type: application/xml;content=calselector",
        f"Content-Length: {len(body)}",
    )
    yield "\r\n".join([*lines, "", ""]).encode("ascii") + body + b"\r\n"


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _clean(text: str) -> str:
    """Return text without characters that XML cannot hold, which headers of damaged files bring."""
    return _NOT_XML.sub("?", text)
