"""Tables of targets: read with a mapping of columns and a preview, and written."""

from dfs.phase2.formats.tables.accepts import Accepts
from dfs.phase2.formats.tables.columns import FIELDS, guess_mapping, read_mapping
from dfs.phase2.formats.tables.grid import BadCell, Grid, read_grid, read_text
from dfs.phase2.formats.tables.preview import Preview, ReadyRow, preview
from dfs.phase2.formats.tables.writing import TABLE_FORMATS, block_table, table_bytes

__all__ = [
    "FIELDS",
    "TABLE_FORMATS",
    "Accepts",
    "BadCell",
    "Grid",
    "Preview",
    "ReadyRow",
    "block_table",
    "guess_mapping",
    "preview",
    "read_grid",
    "read_mapping",
    "read_text",
    "table_bytes",
]
