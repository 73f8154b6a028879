"""The archive's doors: accounts, relations, tokens, programmes, restrictions, deliveries, query jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _widen_files()
    _make_programmes()
    _widen_users()
    _make_accounts()
    _make_jobs()


def _widen_files() -> None:
    op.add_column("files", sa.Column("metadata_protected", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "restrictions",
        sa.Column("dp_id", sa.String(200), nullable=False),
        sa.Column("programme", sa.String(60), nullable=False),
        sa.Column("release_date", sa.String(23), nullable=False),
        sa.PrimaryKeyConstraint("dp_id", "programme", name="pk_restrictions"),
        sa.ForeignKeyConstraint(["dp_id"], ["files.dp_id"], name="fk_restrictions_dp_id"),
    )
    op.create_index("ix_restrictions_programme", "restrictions", ["programme"])
    # what was archived before is its own programme's until its release
    op.execute(
        "INSERT INTO restrictions (dp_id, programme, release_date) "
        "SELECT dp_id, COALESCE(programme, ''), release_date FROM files WHERE release_date > archived"
    )


def _make_programmes() -> None:
    op.create_table(
        "programmes",
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("pi_coi", sa.Text),
        sa.Column("type", sa.String(20)),
        sa.Column("abstract", sa.Text),
        sa.Column("proprietary_days", sa.Integer),
        sa.Column("metadata_protected", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_programmes"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("programme", sa.String(60)),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("asked", sa.JSON, nullable=False),
        sa.Column("items", sa.JSON, nullable=False),
        sa.Column("created", sa.String(23), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_owner", "deliveries", ["owner"])


def _widen_users() -> None:
    op.add_column("users", sa.Column("email", sa.String(254)))
    op.add_column("users", sa.Column("affiliation", sa.Text))
    op.add_column("users", sa.Column("password", sa.Text))
    op.add_column("users", sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()))
    op.create_index("ix_users_email", "users", ["email"], unique=True)


def _make_accounts() -> None:
    op.create_table(
        "relations",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user", sa.String(80), nullable=False),
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("granted_by", sa.String(80), nullable=False),
        sa.Column("granted", sa.String(23), nullable=False),
        sa.Column("revoked_by", sa.String(80)),
        sa.Column("revoked", sa.String(23)),
        sa.PrimaryKeyConstraint("id", name="pk_relations"),
    )
    op.create_index("ix_relations_user", "relations", ["user"])
    op.create_index("ix_relations_scope", "relations", ["scope"])
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("algorithm", sa.String(10), nullable=False),
        sa.Column("private", sa.Text, nullable=False),
        sa.Column("created", sa.String(23), nullable=False),
        sa.Column("retired", sa.String(23)),
        sa.PrimaryKeyConstraint("id", name="pk_signing_keys"),
    )
    op.create_table(
        "revoked_tokens",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("expires", sa.String(23), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revoked_tokens"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user", sa.String(80), nullable=False),
        sa.Column("at", sa.String(23), nullable=False),
        sa.Column("succeeded", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_user", "sign_ins", ["user", "at"])


def _make_jobs() -> None:
    op.create_table(
        "uws_jobs",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(80)),
        sa.Column("run_id", sa.Text),
        sa.Column("phase", sa.String(12), nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("created", sa.String(23), nullable=False),
        sa.Column("started", sa.String(23)),
        sa.Column("ended", sa.String(23)),
        sa.Column("changed", sa.String(23), nullable=False),
        sa.Column("destruction", sa.String(23), nullable=False),
        sa.Column("execution_duration_s", sa.Integer, nullable=False),
        sa.Column("error", sa.JSON),
        sa.Column("result", sa.JSON),
        sa.Column("runner", sa.String(80)),
        sa.PrimaryKeyConstraint("id", name="pk_uws_jobs"),
    )
    op.create_index("ix_uws_jobs_owner", "uws_jobs", ["owner", "created"])
    op.create_index("ix_uws_jobs_destruction", "uws_jobs", ["destruction"])
