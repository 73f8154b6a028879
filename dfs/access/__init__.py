"""Who is there, and what was done: the current user as an injected part, and the audit trail."""

from dfs.access.audit import AuditEntry, AuditTrail
from dfs.access.user import CurrentUser, EmbeddedUser, register

__all__ = ["AuditEntry", "AuditTrail", "CurrentUser", "EmbeddedUser", "register"]
