"""The tables of the relational store: truth beside the files.

Times are UTC ISO 8601 text to the millisecond (sorts as it reads, the same in every database).  The tables are made by the
migrations in ``dfs/store/migrations``; a test holds the two together.
"""

from dfs.store.tables.base import metadata
from dfs.store.tables.files import deliveries, files, headers, programmes, provenance, restrictions
from dfs.store.tables.people import audit, relations, revoked_tokens, sign_ins, signing_keys, users
from dfs.store.tables.phase2 import (
    p2_blobs,
    p2_comments,
    p2_documents,
    p2_executions,
    p2_history,
    p2_items,
    p2_library,
    p2_runs,
    p2_templates,
)
from dfs.store.tables.work import jobs, qc_values, uws_jobs

__all__ = [
    "audit",
    "deliveries",
    "files",
    "headers",
    "jobs",
    "metadata",
    "p2_blobs",
    "p2_comments",
    "p2_documents",
    "p2_executions",
    "p2_history",
    "p2_items",
    "p2_library",
    "p2_runs",
    "p2_templates",
    "programmes",
    "provenance",
    "qc_values",
    "relations",
    "restrictions",
    "revoked_tokens",
    "sign_ins",
    "signing_keys",
    "users",
    "uws_jobs",
]
