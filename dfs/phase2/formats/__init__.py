"""Blocks in files: OBX, JSON, ZIP, and tables of targets."""

from dfs.phase2.formats.bundle import BlockFiles, Bundle, ParameterTypes, TemplateShape
from dfs.phase2.formats.export import bundle_of, export_item
from dfs.phase2.formats.json_file import read_json, write_json
from dfs.phase2.formats.read_obx import read_obx, require_instrument
from dfs.phase2.formats.write_obx import write_obx
from dfs.phase2.formats.zip_file import files_beside, read_zip, write_zip

__all__ = [
    "BlockFiles",
    "Bundle",
    "ParameterTypes",
    "TemplateShape",
    "bundle_of",
    "export_item",
    "files_beside",
    "read_json",
    "read_obx",
    "read_zip",
    "require_instrument",
    "write_json",
    "write_obx",
    "write_zip",
]
