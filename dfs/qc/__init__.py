"""Quality control, level 1: what calibrations and products measure about the instrument, by night and setup."""

from dfs.qc.quality import QualityControl
from dfs.qc.rows import QcRow, quality_rows

__all__ = ["QcRow", "QualityControl", "quality_rows"]
