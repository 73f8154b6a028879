"""Verification: what is wrong with a block, a container, a run; where, what is accepted, how to mend it."""

import dfs.phase2.verification.rules  # noqa: F401 - first: loaded later it would take the place of the function of its name
from dfs.phase2.verification.mending import changes_of, mended
from dfs.phase2.verification.registry import Problem, Rule, rule, rules
from dfs.phase2.verification.verifier import Verifier

__all__ = ["Problem", "Rule", "Verifier", "changes_of", "mended", "rule", "rules"]
