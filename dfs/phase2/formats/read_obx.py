"""The text of an OBX file as a block."""

from __future__ import annotations

from dataclasses import replace

from dfs.errors import DataError, UsageError
from dfs.model.phase2 import ObservationBlock
from dfs.phase2.formats.bundle import BlockFiles, ParameterTypes
from dfs.phase2.formats.obx_keys import DESCRIPTION, SCHEDULE
from dfs.phase2.formats.obx_sections import FileReader, Section, SectionReader, read_sections

__all__ = ["FileReader", "read_obx", "require_instrument"]


def read_obx(
    text: str,
    *,
    where: str = "OBX",
    types: ParameterTypes | None = None,
    files: FileReader | None = None,
    ob_id: int = -1,
) -> tuple[ObservationBlock, BlockFiles]:
    """Return the block in an OBX file and its files.

    Parameters
    ----------
    text
        Of the file.
    where
        Its name, for messages.
    types
        Shapes of templates; a value of a template that is not known stays text.
    files
        Reads a file that lies beside it; None: there are none, and names of files are kept.
    ob_id
        Number that the block is to have here.

    Raises
    ------
    DataError
        Which line is wrong, and what is accepted there.
    """
    main, *others = read_sections(text, where)
    reader = SectionReader(where, types or ParameterTypes(), files)
    by_head = {one.head.keyword: one for one in others}
    observation = by_head.get("OBSERVATION.DESCRIPTION.NAME")
    if observation is None or "instrument" not in observation.lines:
        raise DataError("it does not say of which instrument it is", where=where, accepted='a line: instrument "FORS2"')
    made, contents = reader.templates([one for one in others if one.head.keyword.endswith("TEMPLATE.NAME")])
    block = replace(
        _main_block(reader, main, ob_id),
        instrument=observation.lines["instrument"].value.strip(),
        ip_version=reader.text(observation, "IPVersion", "0"),
        target=reader.target(by_head.get("TARGET.NAME")),
        constraints=reader.constraints(by_head.get("CONSTRAINT.SET.NAME")),
        description={"name": observation.head.value, **_comments(main)},
        templates=made,
    )
    return block, BlockFiles(reader.contents(block.charts), contents)


def _main_block(reader: SectionReader, main: Section, ob_id: int) -> ObservationBlock:
    """Return a block with what the main section says."""
    return ObservationBlock(
        ob_id=ob_id,
        run_id=0,
        container_id=0,
        name=reader.text(main, "name", "No name"),
        instrument="",
        ip_version="",
        kind="CB" if reader.text(main, "type", "O").strip().upper().startswith("C") else "OB",
        user_priority=int(reader.number(main, "userPriority", 1)),
        absolute=reader.absolute(main),
        sidereal=reader.sidereal(main),
        schedule={key: reader.number(main, key, 0) for key in SCHEDULE if key.lower() in main.lines},
        ephemeris=reader.ephemeris(main),
        charts=reader.charts(main),
    )


def _comments(main: Section) -> dict[str, str]:
    return {name: main.lines[key.lower()].value for key, name in DESCRIPTION.items() if key.lower() in main.lines}


def require_instrument(block: ObservationBlock, instrument: str, where: str = "OBX") -> None:
    """Raise `UsageError` when `block` is of another instrument than the run it is meant for."""
    if block.instrument.upper() != instrument.upper():
        raise UsageError(
            f"{block.name!r} is a block of {block.instrument}, the run is on {instrument}",
            where=where,
            accepted=f"blocks of {instrument}",
            hint="import it into a run on its own instrument",
        )
