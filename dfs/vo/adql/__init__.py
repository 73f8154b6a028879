"""ADQL 2.1: parsed by its grammar, checked against tables, restricted to what a user may see, said in the words of four engines.

.. code-block:: python

    checked = check(parse(text), tables)
    tree = restrict(checked.tree, condition)
    sql = print_for(lower(tree, "duckdb"), "duckdb")

`dfs.vo.adql.geometry` says in what form geometry stands between these steps.
"""

from __future__ import annotations

from dfs.vo.adql.check import Checked, check
from dfs.vo.adql.errors import AdqlError
from dfs.vo.adql.functions import USER_FUNCTIONS, UserFunction
from dfs.vo.adql.lower import ENGINES, lower
from dfs.vo.adql.parsing import Query, parse
from dfs.vo.adql.printing import print_for
from dfs.vo.adql.restricting import restrict

__all__ = [
    "ENGINES",
    "USER_FUNCTIONS",
    "AdqlError",
    "Checked",
    "Query",
    "UserFunction",
    "check",
    "lower",
    "parse",
    "print_for",
    "restrict",
]
