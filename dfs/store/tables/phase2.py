"""Tables of phase 2.

What users write lies in *documents*: one for each thing that has a version of its own (a block, its template list, each of its
templates, its time windows ...).  A change raises that document's version by one and leaves the body of before in the history, in the
same transaction; nothing is ever lost, and undo writes an older body as a new version.  The other tables hold the tree and what is
looked for.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from dfs.store.tables.base import metadata

__all__ = [
    "p2_blobs",
    "p2_comments",
    "p2_documents",
    "p2_executions",
    "p2_history",
    "p2_items",
    "p2_library",
    "p2_runs",
    "p2_templates",
]

p2_runs = Table(
    "p2_runs",
    metadata,
    Column("run_id", Integer, primary_key=True),
    Column("prog_id", String(60), nullable=False, unique=True, comment="run identifier as in OBS PROG ID"),
    Column("title", Text, nullable=False),
    Column("instrument", String(40), nullable=False),
    Column("telescope", String(20), nullable=False),
    Column("ip_version", String(20), nullable=False, comment="instrument package"),
    Column("period", Integer, nullable=False),
    Column("mode", String(5), nullable=False, comment="SM, VM, dVM"),
    Column("priority_class", String(1), nullable=False, comment="A, B, C"),
    Column("is_too", Boolean, nullable=False),
    Column("allocated_s", Float, nullable=False),
    Column("valid_from", String(23), nullable=False, comment="half-open interval, UTC"),
    Column("valid_to", String(23), nullable=False),
    Column("pi", JSON, nullable=False, comment="{firstName, lastName, emailAddress}"),
    Column("limits", JSON, nullable=False, comment="phase-1 constraints"),
    Column("targets", JSON, nullable=False, comment="phase-1 targets"),
    Column("blocked_times", JSON, nullable=False, comment="[{from, to}]"),
    Column("state", String(12), nullable=False, comment="open, notified, ended"),
    Index("ix_p2_runs_instrument", "instrument", "period"),
)

# Blocks and containers share one sequence of numbers: `executionTime` of ESO's client relies on it.
p2_items = Table(
    "p2_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("p2_runs.run_id"), nullable=False),
    Column("parent", ForeignKey("p2_items.id"), comment="null: the run's root folder"),
    Column("position", Integer, nullable=False, comment="order inside its parent"),
    Column("item_type", String(15), nullable=False, comment="Folder, Group, Concatenation, TimeLink, OB, CB"),
    Column("name", Text, nullable=False),
    Column("status", String(1), nullable=False, comment="a letter; empty for folders"),
    Column("grade", String(1), nullable=False),
    Column("exposure_s", Float, nullable=False),
    Column("execution_s", Float, nullable=False),
    Column("deleted", String(23), comment="null: it is there"),
    Index("ix_p2_items_run", "run_id", "parent", "position"),
    Index("ix_p2_items_parent", "parent", "position"),
)

p2_templates = Table(
    "p2_templates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ob_id", ForeignKey("p2_items.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", String(80), nullable=False),
    Column("type", String(12), nullable=False, comment="acquisition, science, calib"),
    Column("deleted", String(23)),
    Index("ix_p2_templates_ob", "ob_id", "position"),
)

p2_documents = Table(
    "p2_documents",
    metadata,
    Column("subject", String(60), primary_key=True, comment="run:7, item:1000012, template:5, sequence:FORS2:52052"),
    Column(
        "aspect",
        String(100),
        primary_key=True,
        comment="readme; self, items, templates, absolute, sidereal, ephemeris, schedule, charts; file:PARAM.NAME",
    ),
    Column("run_id", Integer, comment="null: of no run"),
    Column("version", Integer, nullable=False, comment="counts up; the ETag is made of it"),
    Column("body", JSON, nullable=False),
    Column("changed", String(23), nullable=False),
    Column("changed_by", String(80), nullable=False),
    Index("ix_p2_documents_run", "run_id"),
)

p2_history = Table(
    "p2_history",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("operation", String(26), nullable=False, comment="what one call changed belongs together: undone together"),
    Column("run_id", Integer),
    Column("subject", String(60), nullable=False),
    Column("aspect", String(100), nullable=False, comment="as in p2_documents; tree: place, name, status, existence"),
    Column("version", Integer, nullable=False, comment="the version this change made"),
    Column("action", String(30), nullable=False, comment="create, save, move, delete, submit, revise, undo ..."),
    Column("before", JSON, comment="null: it was not there"),
    Column("after", JSON, comment="null: it is gone"),
    Column("at", String(23), nullable=False),
    Column("who", String(80), nullable=False),
    Index("ix_p2_history_run", "run_id", "sequence"),
    Index("ix_p2_history_subject", "subject", "sequence"),
)

p2_blobs = Table(
    "p2_blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False, comment="finding charts, files of parameters: never changed"),
)

p2_executions = Table(
    "p2_executions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ob_id", ForeignKey("p2_items.id"), nullable=False),
    Column("instrument", String(40), nullable=False),
    Column("night", String(10), nullable=False, comment="date of the local noon before"),
    Column("begun", String(23), nullable=False),
    Column("ended", String(23)),
    Column("status", String(1), nullable=False, comment="the block's, after it"),
    Column("grade", String(1), nullable=False),
    Column("comment", Text, nullable=False),
    Index("ix_p2_executions_night", "instrument", "night"),
    Index("ix_p2_executions_ob", "ob_id"),
)

p2_comments = Table(
    "p2_comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("p2_runs.run_id"), nullable=False),
    Column("item_id", Integer, comment="null: on the run"),
    Column("path", String(200), nullable=False, comment="field it is about; empty: the whole"),
    Column("text", Text, nullable=False),
    Column("at", String(23), nullable=False),
    Column("who", String(80), nullable=False),
    Column("resolved", String(23)),
    Index("ix_p2_comments_run", "run_id"),
)

p2_library = Table(
    "p2_library",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("kind", String(20), nullable=False, comment="target, constraints, description, template, block"),
    Column("name", String(120), nullable=False),
    Column("body", JSON, nullable=False),
    Column("changed", String(23), nullable=False),
    Index("ix_p2_library_owner", "owner", "kind", "name", unique=True),
)
