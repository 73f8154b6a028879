"""The calibrations of a frame as a table of links: what ESO's calibration selector gives as ``responseformat=votable``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from dfs.archive.calibrations import MODES, Association
from dfs.archive.identifiers import ivo_id
from dfs.vo.datalink.facts import Facts
from dfs.vo.datalink.link import Link
from dfs.vo.datalink.making import Maker

__all__ = ["calibration_links"]


def calibration_links(
    tree: Association, known: Mapping[str, Facts], origfiles: Mapping[str, Any], maker: Maker
) -> list[Link]:
    """Return the links of a tree: the frame, what is said of its calibrations, and each calibration once.

    Parameters
    ----------
    known
        The files of the tree, by DP ID.
    origfiles
        Their names at the telescope, where they have one.
    """
    root = tree.files[0]
    identifier = ivo_id(root.name)
    said = {
        "category": tree.category,
        "complete": str(tree.complete).lower(),
        "certified": str(tree.certified).lower(),
        "mode": MODES[tree.mode or "raw2raw"],
        "messages": "; ".join(tree.all_messages()),
    }
    described = " ".join(f'{name}="{_quoted(value)}"' for name, value in said.items())
    links = [
        _link(identifier, root.category, "#this", described, known.get(root.name), origfiles.get(root.name), maker)
    ]
    for file in tree.calibrations():
        text = f"{file.category} {file.name}"
        links.append(
            _link(
                identifier, file.category, "#calibration", text, known.get(file.name), origfiles.get(file.name), maker
            )
        )
    url = f"{maker.base_url}/calselector/v1/associations?dp_id={quote(root.name, safe=':')}&mode={said['mode']}"
    links.append(
        Link(
            identifier,
            url,
            semantics="#auxiliary",
            description="The same as a tree",
            content_type="application/xml",
            local_semantics="ASSOCIATION_TREE",
            link_auth="false",
            link_authorized=True,
            eso_category="ASSOCIATION_TREE",
        )
    )
    return links


def _link(
    identifier: str, category: str, semantics: str, text: str, one: Facts | None, origfile: Any, maker: Maker
) -> Link:
    if one is None:
        return Link(identifier, error_message="NotFoundFault: no such file", semantics=semantics, description=text)
    return replace(maker.file_link(identifier, one, semantics, text, origfile), eso_category=category)


def _quoted(text: str) -> str:
    return text.replace('"', "'")
