"""XML as a tree, never as glued text: elements, their text made safe, and documents out of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

__all__ = ["Element", "child", "document", "element"]

Element = ET.Element

# What XML 1.0 cannot say at all, not even escaped.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, text: str | None = None, children: Iterable[Element] = (), **attributes: str | None) -> Element:
    """Return an element; attributes of value None are left out, ``xmlns_uws`` stands for ``xmlns:uws``.

    Tags and attributes carry their prefixes as written (``uws:job``): the root declares the namespaces.
    """
    made = ET.Element(tag)
    for name, value in attributes.items():
        if value is not None:
            made.set(_name(name), _safe(value))
    if text is not None:
        made.text = _safe(text)
    made.extend(children)
    return made


def child(parent: Element, tag: str, text: str | None = None, **attributes: str | None) -> Element:
    """Append a new element to `parent` and return it."""
    made = element(tag, text, (), **attributes)
    parent.append(made)
    return made


def document(root: Element) -> bytes:
    """Return `root` as an XML document in UTF-8."""
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _name(name: str) -> str:
    prefix, _, rest = name.partition("_")
    return f"{prefix}:{rest}" if rest and prefix in {"xmlns", "xsi", "xlink"} else name.rstrip("_")


def _safe(text: str) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text)
