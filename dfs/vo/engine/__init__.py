"""The query engine: ADQL on the index, in DuckDB, with the policy in it."""

from dfs.vo.engine.engine import Limits, QueryEngine, RuleMaker, UploadedTable
from dfs.vo.engine.result import Result

__all__ = ["Limits", "QueryEngine", "Result", "RuleMaker", "UploadedTable"]
