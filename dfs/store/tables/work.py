"""Tables of work done and asked for: reductions, their quality values, query jobs."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from dfs.store.tables.base import metadata

__all__ = ["jobs", "qc_values", "uws_jobs"]

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True, comment="hash of recipe, version, parameters, inputs"),
    Column("recipe", String(80), nullable=False),
    Column("version", String(40), nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("inputs", JSON, nullable=False, comment="DP IDs and tags, in the order given"),
    Column("state", String(12), nullable=False, comment="running, done, failed"),
    Column("seconds", Float),
    Column("products", JSON, nullable=False, comment="DP IDs"),
    Column("reports", JSON, nullable=False, comment="DP IDs of executed notebook and HTML report"),
    Column("started", String(23), nullable=False),
    Column("finished", String(23)),
    Column("message", Text),
)

qc_values = Table(
    "qc_values",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("product_dp_id", ForeignKey("files.dp_id"), nullable=False),
    Column("instrument", String(40), nullable=False),
    Column("night", String(10), nullable=False, comment="date of the local noon before"),
    Column("mjd_obs", Float),
    Column("setup", JSON, nullable=False),
    Column("detector", String(80), nullable=False),
    Column("parameter", String(80), nullable=False),
    Column("value", Float),
    Column("error", Float),
    Column("unit", String(60), nullable=False),
    Column("estimator", Text, nullable=False),
    Column("header_keyword", String(80)),
    Column("header_value", JSON),
    Column("score", Integer, comment="0 inside its limits, 1 outside, null not scored"),
    UniqueConstraint("product_dp_id", "parameter", "detector"),
    Index("ix_qc_values_trend", "instrument", "parameter", "mjd_obs"),
)

uws_jobs = Table(
    "uws_jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(80), comment="null: anonymous"),
    Column("run_id", Text),
    Column("phase", String(12), nullable=False, comment="PENDING, QUEUED, EXECUTING, COMPLETED, ERROR, ABORTED, HELD"),
    Column("parameters", JSON, nullable=False, comment="[[name, value], ...] as given"),
    Column("created", String(23), nullable=False),
    Column("started", String(23)),
    Column("ended", String(23)),
    Column("changed", String(23), nullable=False),
    Column("destruction", String(23), nullable=False),
    Column("execution_duration_s", Integer, nullable=False),
    Column("error", JSON, comment="{type, message}"),
    Column("result", JSON, comment="{mime, bytes, rows, overflow}"),
    Column("runner", String(80), comment="process that runs it, to find what a dead one left"),
    Index("ix_uws_jobs_owner", "owner", "created"),
    Index("ix_uws_jobs_destruction", "destruction"),
)
