"""Phase 2: runs, what is in them, every version of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_blobs()
    _make_documents()
    _make_history()
    _make_library()
    _make_runs()
    _make_comments()
    _make_items()
    _make_executions()
    _make_templates()


def _make_blobs() -> None:
    op.create_table(
        "p2_blobs",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_p2_blobs"),
    )


def _make_documents() -> None:
    op.create_table(
        "p2_documents",
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("aspect", sa.String(100), nullable=False),
        sa.Column("run_id", sa.Integer),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("changed", sa.String(23), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("subject", "aspect", name="pk_p2_documents"),
    )
    op.create_index("ix_p2_documents_run", "p2_documents", ["run_id"])


def _make_history() -> None:
    op.create_table(
        "p2_history",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("operation", sa.String(26), nullable=False),
        sa.Column("run_id", sa.Integer),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("aspect", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("action", sa.String(30), nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
        sa.Column("at", sa.String(23), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_p2_history"),
    )
    op.create_index("ix_p2_history_run", "p2_history", ["run_id", "sequence"])
    op.create_index("ix_p2_history_subject", "p2_history", ["subject", "sequence"])


def _make_library() -> None:
    op.create_table(
        "p2_library",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("changed", sa.String(23), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_p2_library"),
    )
    op.create_index("ix_p2_library_owner", "p2_library", ["owner", "kind", "name"], unique=True)


def _make_runs() -> None:
    op.create_table(
        "p2_runs",
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("prog_id", sa.String(60), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("instrument", sa.String(40), nullable=False),
        sa.Column("telescope", sa.String(20), nullable=False),
        sa.Column("ip_version", sa.String(20), nullable=False),
        sa.Column("period", sa.Integer, nullable=False),
        sa.Column("mode", sa.String(5), nullable=False),
        sa.Column("priority_class", sa.String(1), nullable=False),
        sa.Column("is_too", sa.Boolean, nullable=False),
        sa.Column("allocated_s", sa.Float, nullable=False),
        sa.Column("valid_from", sa.String(23), nullable=False),
        sa.Column("valid_to", sa.String(23), nullable=False),
        sa.Column("pi", sa.JSON, nullable=False),
        sa.Column("limits", sa.JSON, nullable=False),
        sa.Column("targets", sa.JSON, nullable=False),
        sa.Column("blocked_times", sa.JSON, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_p2_runs"),
        sa.UniqueConstraint("prog_id", name="uq_p2_runs_prog_id"),
    )
    op.create_index("ix_p2_runs_instrument", "p2_runs", ["instrument", "period"])


def _make_comments() -> None:
    op.create_table(
        "p2_comments",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("item_id", sa.Integer),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.String(23), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("resolved", sa.String(23)),
        sa.PrimaryKeyConstraint("id", name="pk_p2_comments"),
        sa.ForeignKeyConstraint(["run_id"], ["p2_runs.run_id"], name="fk_p2_comments_run_id"),
    )
    op.create_index("ix_p2_comments_run", "p2_comments", ["run_id"])


def _make_items() -> None:
    op.create_table(
        "p2_items",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("parent", sa.Integer),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("item_type", sa.String(15), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("status", sa.String(1), nullable=False),
        sa.Column("grade", sa.String(1), nullable=False),
        sa.Column("exposure_s", sa.Float, nullable=False),
        sa.Column("execution_s", sa.Float, nullable=False),
        sa.Column("deleted", sa.String(23)),
        sa.PrimaryKeyConstraint("id", name="pk_p2_items"),
        sa.ForeignKeyConstraint(["parent"], ["p2_items.id"], name="fk_p2_items_parent"),
        sa.ForeignKeyConstraint(["run_id"], ["p2_runs.run_id"], name="fk_p2_items_run_id"),
    )
    op.create_index("ix_p2_items_parent", "p2_items", ["parent", "position"])
    op.create_index("ix_p2_items_run", "p2_items", ["run_id", "parent", "position"])


def _make_executions() -> None:
    op.create_table(
        "p2_executions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("ob_id", sa.Integer, nullable=False),
        sa.Column("instrument", sa.String(40), nullable=False),
        sa.Column("night", sa.String(10), nullable=False),
        sa.Column("begun", sa.String(23), nullable=False),
        sa.Column("ended", sa.String(23)),
        sa.Column("status", sa.String(1), nullable=False),
        sa.Column("grade", sa.String(1), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_p2_executions"),
        sa.ForeignKeyConstraint(["ob_id"], ["p2_items.id"], name="fk_p2_executions_ob_id"),
    )
    op.create_index("ix_p2_executions_night", "p2_executions", ["instrument", "night"])
    op.create_index("ix_p2_executions_ob", "p2_executions", ["ob_id"])


def _make_templates() -> None:
    op.create_table(
        "p2_templates",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("ob_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("type", sa.String(12), nullable=False),
        sa.Column("deleted", sa.String(23)),
        sa.PrimaryKeyConstraint("id", name="pk_p2_templates"),
        sa.ForeignKeyConstraint(["ob_id"], ["p2_items.id"], name="fk_p2_templates_ob_id"),
    )
    op.create_index("ix_p2_templates_ob", "p2_templates", ["ob_id", "position"])
