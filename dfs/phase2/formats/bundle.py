"""What travels in a file: blocks or a container, and the files that hang on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dfs.model.phase2 import Container, ObservationBlock

__all__ = ["BlockFiles", "Bundle", "ParameterTypes", "TemplateShape"]


@dataclass(frozen=True, slots=True)
class BlockFiles:
    """The files of one block, but for its ephemeris, which is text in the block.

    Attributes
    ----------
    charts
        Contents of the finding charts, in the order of `ObservationBlock.charts`.
    parameters
        Contents of parameters of type ``file`` and ``paramfile``: (position of the template, name of the parameter) -> bytes.
    """

    charts: tuple[bytes, ...] = ()
    parameters: Mapping[tuple[int, str], bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Items with their files.

    Attributes
    ----------
    items
        Blocks and containers, in order, as in a folder.
    files
        Number of a block -> its files; blocks without files may be missing.
    """

    items: tuple[ObservationBlock | Container, ...]
    files: Mapping[int, BlockFiles] = field(default_factory=dict)

    def blocks(self) -> Iterator[ObservationBlock]:
        """Give every block, depth first."""
        for item in self.items:
            if isinstance(item, Container):
                yield from item.blocks()
            else:
                yield item

    def files_of(self, ob_id: int) -> BlockFiles:
        """Return the files of block `ob_id`."""
        return self.files.get(ob_id, BlockFiles())


@dataclass(frozen=True, slots=True)
class TemplateShape:
    """What a reader must know of a template: its type, and the type of each parameter."""

    type: str
    parameters: Mapping[str, str] = field(default_factory=dict)


class ParameterTypes:
    """Shapes of templates by name; the empty one knows none, and all values stay text.

    Parameters
    ----------
    shapes
        Name of a template -> its shape.
    """

    def __init__(self, shapes: Mapping[str, TemplateShape] | None = None) -> None:
        self._shapes = dict(shapes or {})

    def of(self, template: str) -> TemplateShape | None:
        """Return the shape of `template`; None when it is not known."""
        return self._shapes.get(template)

    @classmethod
    def in_blocks(cls, blocks: Iterator[ObservationBlock]) -> ParameterTypes:
        """Return the shapes that the templates in `blocks` have."""
        shapes: dict[str, TemplateShape] = {}
        for template in (one for block in blocks for one in block.templates):
            known = shapes.get(template.name)
            types = {} if known is None else dict(known.parameters)
            types |= {one.name: one.type for one in template.parameters}
            shapes[template.name] = TemplateShape(template.type, types)
        return cls(shapes)

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> ParameterTypes:
        """Return what `document` wrote."""
        return cls({name: TemplateShape(one["type"], one["parameters"]) for name, one in document.items()})

    def document(self) -> dict[str, Any]:
        """Return the shapes as JSON data."""
        return {name: {"type": one.type, "parameters": dict(one.parameters)} for name, one in self._shapes.items()}

    def over(self, weaker: ParameterTypes) -> ParameterTypes:
        """Return these shapes, with those of `weaker` for templates that are not known here."""
        return ParameterTypes(weaker._shapes | self._shapes)
