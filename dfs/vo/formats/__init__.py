"""Results to bytes in the formats of the Virtual Observatory, and uploaded tables from bytes."""

from dfs.vo.formats.astropy_table import to_astropy
from dfs.vo.formats.attached import InputParam, ServiceInfo, TableInfo
from dfs.vo.formats.catalogue import DEFAULT, FORMATS, Format, negotiate
from dfs.vo.formats.rows import Rows, TableRows
from dfs.vo.formats.uploads import Upload, UploadLimits, read_upload
from dfs.vo.formats.votable import error_document
from dfs.vo.formats.write import write

__all__ = [
    "DEFAULT",
    "FORMATS",
    "Format",
    "InputParam",
    "Rows",
    "ServiceInfo",
    "TableInfo",
    "TableRows",
    "Upload",
    "UploadLimits",
    "error_document",
    "negotiate",
    "read_upload",
    "to_astropy",
    "write",
]
