"""A block as the text of an OBX file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dfs.model.phase2 import Constraints, ObservationBlock, ObTemplate
from dfs.phase2.formats.bundle import BlockFiles
from dfs.phase2.formats.impex import write_line
from dfs.phase2.formats.obx_keys import CONSTRAINTS, DESCRIPTION, SCHEDULE, TARGET
from dfs.phase2.formats.values import joined, write_value

__all__ = ["ephemeris_name", "parameter_file_name", "write_obx"]

_SECTION = "\n\n"


def write_obx(block: ObservationBlock, files: BlockFiles | None = None) -> str:
    """Return the text of an OBX file (IMPEX 2.0).

    Finding charts, ephemeris and parameter files are named in it and lie beside it; contents of parameters of type ``file`` stand in it.

    Parameters
    ----------
    block
        What to write; numbers, status and times are the observatory's and not written.
    files
        Its files, for parameters of type ``file``.
    """
    given = files or BlockFiles()
    sections = [_main(block)]
    if block.kind == "OB":
        sections.append(_lines({key: getattr(block.target, name) for key, name in TARGET.items()}))
    sections += [_constraints(block.constraints), _observation(block)]
    sections += [_template(block, at, one, given) for at, one in enumerate(block.templates)]
    return _SECTION.join(sections) + "\n"


def ephemeris_name(block: ObservationBlock) -> str:
    """Return the name of the ephemeris' file beside the OBX file."""
    return f"{_plain(block.name)}.eph"


def parameter_file_name(block: ObservationBlock, at: int, parameter: str) -> str:
    """Return the name of a parameter's file beside the OBX file, where its own is taken or missing."""
    return f"{_plain(block.name)}_{at + 1}_{_plain(parameter)}"


def _main(block: ObservationBlock) -> str:
    said: dict[str, Any] = {"IMPEX.VERSION": "2.0", "name": block.name}
    said |= {key: block.description[name] for key, name in DESCRIPTION.items() if name in block.description}
    said |= {"userPriority": block.user_priority, "type": "O" if block.kind == "OB" else "C"}
    said |= {key: block.schedule[key] for key in SCHEDULE if block.schedule.get(key) is not None}
    if block.absolute:
        said["absolute_times_list"] = _intervals(
            (f"{one.start:%Y-%m-%dT%H:%M:%S}", f"{one.end:%Y-%m-%dT%H:%M:%S}") for one in block.absolute
        )
    if block.sidereal:
        said["STTimeIntervals"] = _intervals((one.start_min * 60, one.end_min * 60) for one in block.sidereal)
    if block.charts:
        said["finding_chart_list"] = joined(block.charts)
    if block.ephemeris:
        said["ephemeris_file"] = ephemeris_name(block)
    return _lines(said)


def _intervals(pairs: Iterator[tuple[Any, Any]]) -> str:
    """Return intervals in braces; the third figure exists for historical reasons, and so does the blank at the end."""
    return "".join(f"{{{start} {end} 0}} " for start, end in pairs)


def _constraints(constraints: Constraints) -> str:
    words = {name: key for key, name in CONSTRAINTS.items()}
    said = {words.get(name, name): write_value("", value) for name, value in constraints.values.items()}
    return _lines({"CONSTRAINT.SET.NAME": constraints.name, **said})


def _observation(block: ObservationBlock) -> str:
    name = block.description.get("name", "No name")
    return _lines({"OBSERVATION.DESCRIPTION.NAME": name, "instrument": block.instrument, "IPVersion": block.ip_version})


def _template(block: ObservationBlock, at: int, template: ObTemplate, files: BlockFiles) -> str:
    key = "ACQUISITION.TEMPLATE.NAME" if template.type == "acquisition" else "TEMPLATE.NAME"
    said = {key: template.name}
    for one in template.parameters:
        content = files.parameters.get((at, one.name))
        if one.type == "file" and content is not None:
            said[one.name] = content.decode("utf-8", "surrogateescape")
            if one.value:
                said[f"{one.name}.FILENAME"] = str(one.value)
        elif one.type == "paramfile" and content is not None and not one.value:
            said[one.name] = parameter_file_name(block, at, one.name)
        else:
            said[one.name] = write_value(one.type, one.value)
    return _lines(said)


def _lines(said: Mapping[str, Any]) -> str:
    return "\n".join(write_line(key, str(value)) for key, value in said.items())


def _plain(name: str) -> str:
    """Return `name` as a file's name without blanks."""
    return "".join(one if one.isascii() and (one.isalnum() or one in "-_+.") else "_" for one in name)[:80] or "OB"
