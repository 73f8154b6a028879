"""The first format: files, headers, provenance, jobs, quality values, audit, users."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_files()
    _make_jobs()
    _make_quality()
    _make_people()
    _make_audit_append_only()


def _make_files() -> None:
    op.create_table(
        "files",
        sa.Column("dp_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("datasum", sa.JSON, nullable=False),
        sa.Column("category", sa.String(80)),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("instrument", sa.String(40)),
        sa.Column("mjd_obs", sa.Float),
        sa.Column("target", sa.Text),
        sa.Column("programme", sa.String(60)),
        sa.Column("exposure_s", sa.Float),
        sa.Column("archived", sa.String(23), nullable=False),
        sa.Column("release_date", sa.String(23), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("dp_id", name="pk_files"),
        sa.UniqueConstraint("path", name="uq_files_path"),
    )
    op.create_index("ix_files_listing", "files", ["instrument", "mjd_obs"])
    op.create_index("ix_files_sha256", "files", ["sha256"])
    op.create_table(
        "headers",
        sa.Column("dp_id", sa.String(200), nullable=False),
        sa.Column("keywords", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("dp_id", name="pk_headers"),
        sa.ForeignKeyConstraint(["dp_id"], ["files.dp_id"], name="fk_headers_dp_id"),
    )
    op.create_table(
        "provenance",
        sa.Column("child", sa.String(200), nullable=False),
        sa.Column("parent", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("child", "parent", name="pk_provenance"),
        sa.ForeignKeyConstraint(["child"], ["files.dp_id"], name="fk_provenance_child"),
        sa.ForeignKeyConstraint(["parent"], ["files.dp_id"], name="fk_provenance_parent"),
    )
    op.create_index("ix_provenance_parent", "provenance", ["parent"])


def _make_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("recipe", sa.String(80), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("inputs", sa.JSON, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("seconds", sa.Float),
        sa.Column("products", sa.JSON, nullable=False),
        sa.Column("reports", sa.JSON, nullable=False),
        sa.Column("started", sa.String(23), nullable=False),
        sa.Column("finished", sa.String(23)),
        sa.Column("message", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("key", name="uq_jobs_key"),
    )


def _make_quality() -> None:
    op.create_table(
        "qc_values",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("product_dp_id", sa.String(200), nullable=False),
        sa.Column("instrument", sa.String(40), nullable=False),
        sa.Column("night", sa.String(10), nullable=False),
        sa.Column("mjd_obs", sa.Float),
        sa.Column("setup", sa.JSON, nullable=False),
        sa.Column("detector", sa.String(80), nullable=False),
        sa.Column("parameter", sa.String(80), nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("error", sa.Float),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("estimator", sa.Text, nullable=False),
        sa.Column("header_keyword", sa.String(80)),
        sa.Column("header_value", sa.JSON),
        sa.Column("score", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_qc_values"),
        sa.ForeignKeyConstraint(["product_dp_id"], ["files.dp_id"], name="fk_qc_values_product_dp_id"),
        sa.UniqueConstraint("product_dp_id", "parameter", "detector", name="uq_qc_values_product_dp_id"),
    )
    op.create_index("ix_qc_values_trend", "qc_values", ["instrument", "parameter", "mjd_obs"])


def _make_people() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("full_name", sa.Text, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("created", sa.String(23), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
    )
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", sa.String(23), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit"),
    )


def _make_audit_append_only() -> None:
    """Let the database itself refuse to change or delete an audit row."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )
