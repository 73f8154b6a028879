"""Who is there, what they may, and what was done: accounts, relations, the one policy, and the audit trail."""

from dfs.access.audit import AuditEntry, AuditTrail
from dfs.access.policy import ANONYMOUS, PUBLIC, Action, Protection, Standing, permits
from dfs.access.rows import RowRule, row_protection, row_rule
from dfs.access.user import CurrentUser, EmbeddedUser, register

__all__ = [
    "ANONYMOUS",
    "PUBLIC",
    "Action",
    "AuditEntry",
    "AuditTrail",
    "CurrentUser",
    "EmbeddedUser",
    "Protection",
    "RowRule",
    "Standing",
    "permits",
    "register",
    "row_protection",
    "row_rule",
]
