"""Sections of an OBX file, and what each of them says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dfs.errors import DataError
from dfs.model.phase2 import Constraints, ObTemplate, Parameter, SiderealWindow, Target, TimeWindow
from dfs.phase2.formats.bundle import ParameterTypes
from dfs.phase2.formats.impex import Line, read_lines
from dfs.phase2.formats.obx_keys import CONSTRAINT_TEXTS, CONSTRAINTS, SECTIONS, TARGET
from dfs.phase2.formats.values import number, parted, read_value

__all__ = ["FileReader", "Section", "SectionReader", "read_sections"]

FileReader = Callable[[str], bytes]  # the content of a file beside the OBX file, by its name

_TRIPLE = re.compile(r"\{\s*(\S+)\s+(\S+?)(?:\s+[^\s}]+)?\s*\}")
_PARAMETER_FILE = re.compile(r"^\s*PAF\.HDR", re.MULTILINE)
_EQUINOX = {
    "2000": "J2000",
    "2000.0": "J2000",
    "J2000.0": "J2000",
    "1950": "B1950",
    "1950.0": "B1950",
    "B1950.0": "B1950",
}
_TARGET_TEXTS = frozenset({"name", "ra", "dec", "equinox"})


@dataclass
class Section:
    """The line that begins a section, and those that follow."""

    head: Line
    lines: dict[str, Line] = field(default_factory=dict)


def read_sections(text: str, where: str) -> list[Section]:
    """Return the sections of the file, the main one first."""
    if _PARAMETER_FILE.search(text):
        raise DataError(
            "a parameter file (PAF), no OBX file", where=where, accepted='a file that begins: IMPEX.VERSION "2.0"'
        )
    lines = read_lines(text, where)
    first = next(lines, None)
    if first is None or first.keyword != "IMPEX.VERSION":
        found = "it is empty" if first is None else f"it begins with {first.keyword}"
        raise DataError(f"no OBX file: {found}", where=where, accepted='a file that begins: IMPEX.VERSION "2.0"')
    if not first.value.strip().startswith("2"):
        raise DataError(f"OBX version {first.value!r}", where=f"{where}:{first.number}", accepted="2.0")
    sections = [Section(first)]
    for line in lines:
        if line.keyword in SECTIONS:
            sections.append(Section(line))
        else:
            # Keywords of the fixed sections come in several letter cases (propDEC, StrehlRatio); those of templates do not.
            template = sections[-1].head.keyword.endswith("TEMPLATE.NAME")
            sections[-1].lines[line.keyword if template else line.keyword.lower()] = line
    return sections


class SectionReader:
    """Reads sections of one file."""

    def __init__(self, where: str, types: ParameterTypes, files: FileReader | None) -> None:
        self._where = where
        self._types = types
        self._files = files

    def text(self, section: Section, key: str, default: str) -> str:
        """Return the value of a line."""
        line = section.lines.get(key.lower())
        return default if line is None else line.value

    def number(self, section: Section, key: str, default: float) -> int | float:
        """Return the value of a line that is a number."""
        line = section.lines.get(key.lower())
        return default if line is None or not line.value.strip() else self._number(line)

    def target(self, section: Section | None) -> Target:
        """Return the target; a calibration block has none."""
        if section is None:
            return Target()
        given: dict[str, Any] = {"name": section.head.value}
        for key, name in TARGET.items():
            line = section.lines.get(key.lower())
            if line is not None:
                given[name] = line.value.strip() if name in _TARGET_TEXTS else float(self._number(line))
        given["equinox"] = _EQUINOX.get(given.get("equinox", "J2000"), given.get("equinox", "J2000"))
        return Target(**given)

    def constraints(self, section: Section | None) -> Constraints:
        """Return the constraint set."""
        if section is None:
            return Constraints()
        known = {key.lower(): name for key, name in CONSTRAINTS.items()}
        values: dict[str, Any] = {}
        for key, line in section.lines.items():
            name = known.get(key, line.keyword)
            if name == "description":  # of the constraint set, always empty
                continue
            values[name] = line.value if name in CONSTRAINT_TEXTS else _number_or_text(line.value)
        return Constraints(section.head.value, values)

    def templates(self, sections: list[Section]) -> tuple[tuple[ObTemplate, ...], dict[tuple[int, str], bytes]]:
        """Return the templates, and the contents of their parameter files."""
        made: list[ObTemplate] = []
        contents: dict[tuple[int, str], bytes] = {}
        for at, section in enumerate(sections):
            shape = self._types.of(section.head.value)
            kinds: Mapping[str, str] = {} if shape is None else shape.parameters
            science = "science" if shape is None or shape.type == "acquisition" else shape.type
            kind: Any = "acquisition" if section.head.keyword.startswith("ACQ") else science
            parameters = []
            for name, line in section.lines.items():
                if name.endswith(".FILENAME") and kinds.get(name.removesuffix(".FILENAME")) == "file":
                    continue
                value, content = self._value(section, kinds.get(name, "string"), line)
                parameters.append(Parameter(name, kinds.get(name, "string"), value))
                if content is not None:
                    contents[at, name] = content
            made.append(ObTemplate(-at - 1, section.head.value, kind, tuple(parameters)))
        return tuple(made), contents

    def absolute(self, main: Section) -> tuple[TimeWindow, ...]:
        """Return the absolute time windows."""
        return tuple(TimeWindow(*pair) for pair in self._pairs(main, "absolute_times_list", _instant))

    def sidereal(self, main: Section) -> tuple[SiderealWindow, ...]:
        """Return the sidereal time windows; the file counts in seconds."""
        pairs = self._pairs(main, "STTimeIntervals", lambda text: int(float(text)) // 60)
        return tuple(SiderealWindow(*pair) for pair in pairs)

    def charts(self, main: Section) -> tuple[str, ...]:
        """Return the names of the finding charts."""
        return tuple(parted(self.text(main, "finding_chart_list", "")))

    def ephemeris(self, main: Section) -> str:
        """Return the text of the ephemeris file, which lies beside."""
        name = self.text(main, "ephemeris_file", "").strip()
        return self._files(name).decode("utf-8", "surrogateescape") if name and self._files is not None else ""

    def contents(self, names: tuple[str, ...]) -> tuple[bytes, ...]:
        """Return the contents of files that lie beside."""
        return tuple(self._files(name) for name in names) if self._files is not None else ()

    def _value(self, section: Section, kind: str, line: Line) -> tuple[Any, bytes | None]:
        """Return a parameter's value, and the content of its file."""
        if kind == "file" and line.value != "NODEFAULT":
            named = section.lines.get(f"{line.keyword}.FILENAME")
            if named is None and len(line.value) < 100 and "\n" not in line.value:  # a name without its content
                return line.value, None
            return (named.value if named else f"{line.keyword}.txt"), line.value.encode("utf-8", "surrogateescape")
        try:
            value = read_value(kind, line.value)
        except ValueError as error:
            raise self._wrong(line, str(error)) from None
        if kind == "paramfile" and value and self._files is not None:
            return value, self._files(str(value))
        return value, None

    def _pairs(self, main: Section, key: str, convert: Callable[[str], Any]) -> Iterator[tuple[Any, Any]]:
        line = main.lines.get(key.lower())
        if line is None:
            return
        left = _TRIPLE.sub("", line.value).strip()
        try:
            pairs = [(convert(one[1]), convert(one[2])) for one in _TRIPLE.finditer(line.value)]
        except ValueError:
            left = line.value
        if left:
            raise self._wrong(line, "{start end 0} {start end 0} ...")
        yield from pairs

    def _number(self, line: Line) -> int | float:
        try:
            return number(line.value)
        except ValueError as error:
            raise self._wrong(line, str(error)) from None

    def _wrong(self, line: Line, accepted: str) -> DataError:
        return DataError(
            f"{line.keyword} is {line.value[:60]!r}",
            where=f"{self._where}:{line.number}",
            keyword=line.keyword,
            accepted=accepted,
        )


def _number_or_text(text: str) -> Any:
    try:
        return number(text)
    except ValueError:
        return text


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
