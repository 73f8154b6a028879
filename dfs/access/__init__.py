"""Who is there, what they may, and what was done: accounts, relations, the one policy, and the audit trail."""

from dfs.access.audit import AuditEntry, AuditTrail
from dfs.access.policy import ANONYMOUS, PUBLIC, Action, Protection, Standing, permits
from dfs.access.rows import RowRule, row_protection, row_rule
from dfs.access.user import Anonymous, CurrentUser, EmbeddedUser, Member, register

__all__ = [
    "ANONYMOUS",
    "PUBLIC",
    "Action",
    "Anonymous",
    "AuditEntry",
    "AuditTrail",
    "CurrentUser",
    "EmbeddedUser",
    "Member",
    "Protection",
    "RowRule",
    "Standing",
    "permits",
    "register",
    "row_protection",
    "row_rule",
]
