"""The tables of the relational store: truth beside the files.

Times are UTC ISO 8601 text to the millisecond (sorts as it reads, the same in every database).  The tables are made by the
migrations in ``dfs/store/migrations``; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = ["audit", "files", "headers", "jobs", "metadata", "provenance", "qc_values", "users"]

# Explicit names, so that a migration can change a constraint in every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

files = Table(
    "files",
    metadata,
    Column("dp_id", String(200), primary_key=True, comment="data product identifier"),
    Column("version", Integer, nullable=False, comment="1 for raw frames; counts up for products of one name"),
    Column("path", Text, nullable=False, unique=True, comment="inside each volume"),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False, comment="of the file as it lies there"),
    Column(
        "content_sha256", String(64), nullable=False, comment="of the file without gzip: .fits and .fits.gz compare"
    ),
    Column("datasum", JSON, nullable=False, comment="DATASUM of each extension"),
    Column("category", String(80), comment="frame class of a raw frame, PRO CATG of a product"),
    Column("kind", String(10), nullable=False, comment="raw, product, report"),
    Column("instrument", String(40)),
    Column("mjd_obs", Float),
    Column("target", Text),
    Column("programme", String(60), comment="OBS PROG ID"),
    Column("exposure_s", Float),
    Column("archived", String(23), nullable=False),
    Column("release_date", String(23), nullable=False),
    Column("state", String(12), nullable=False, comment="online, quarantined"),
    Index("ix_files_listing", "instrument", "mjd_obs"),
    Index("ix_files_sha256", "sha256"),
)

headers = Table(
    "headers",
    metadata,
    Column("dp_id", ForeignKey("files.dp_id"), primary_key=True),
    Column("keywords", JSON, nullable=False, comment="the keywords that searches need"),
)

provenance = Table(
    "provenance",
    metadata,
    Column("child", ForeignKey("files.dp_id"), primary_key=True),
    Column("parent", ForeignKey("files.dp_id"), primary_key=True),
    Column("position", Integer, nullable=False, comment="order in which the recipe was given its inputs"),
    Index("ix_provenance_parent", "parent"),
)

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

users = Table(
    "users",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("full_name", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("created", String(23), nullable=False),
)
