"""Tables of people: accounts, what they are to whom, the keys that sign their tokens, and the trail of what was done."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text

from dfs.store.tables.base import metadata

__all__ = ["audit", "relations", "revoked_tokens", "sign_ins", "signing_keys", "users"]

users = Table(
    "users",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("full_name", Text, nullable=False),
    Column("email", String(254), comment="by which others find the account to delegate to it"),
    Column("affiliation", Text),
    Column("password", Text, comment="argon2 hash; null: cannot sign in with a password"),
    Column("roles", JSON, nullable=False, comment="what the user is to the whole observatory: operator, archive ..."),
    Column("active", Boolean, nullable=False),
    Column("created", String(23), nullable=False),
    Index("ix_users_email", "email", unique=True),
)

relations = Table(
    "relations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user", String(80), nullable=False),
    Column(
        "role",
        String(30),
        nullable=False,
        comment="pi, coi, data-delegate, phase2-delegate, phase3-delegate, instrument-team",
    ),
    Column("scope", String(80), nullable=False, comment="programme, or instrument for instrument-team"),
    Column("granted_by", String(80), nullable=False),
    Column("granted", String(23), nullable=False),
    Column("revoked_by", String(80)),
    Column("revoked", String(23), comment="null: in force"),
    Index("ix_relations_user", "user"),
    Index("ix_relations_scope", "scope"),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", String(40), primary_key=True, comment="kid"),
    Column("algorithm", String(10), nullable=False),
    Column("private", Text, nullable=False, comment="PEM"),
    Column("created", String(23), nullable=False),
    Column("retired", String(23), comment="signs no more since; verifies until its last token has expired"),
)

revoked_tokens = Table(
    "revoked_tokens",
    metadata,
    Column("id", String(40), primary_key=True, comment="jti"),
    Column("expires", String(23), nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user", String(80), nullable=False, comment="as typed, cut to the column"),
    Column("at", String(23), nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Index("ix_sign_ins_user", "user", "at"),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", String(23), nullable=False),
    Column("who", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False, comment="canonical JSON, as hashed"),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)
