"""Tables of the archived files: what they are, what they say, what they were made from, who may see them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from dfs.store.tables.base import metadata

__all__ = ["deliveries", "files", "headers", "programmes", "provenance", "restrictions"]

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
    Column("metadata_protected", Boolean, nullable=False, comment="its rows, too, are hidden until its release"),
    Column("state", String(12), nullable=False, comment="online, quarantined"),
    Index("ix_files_listing", "instrument", "mjd_obs"),
    Index("ix_files_sha256", "sha256"),
)

headers = Table(
    "headers",
    metadata,
    Column("dp_id", ForeignKey("files.dp_id"), primary_key=True),
    Column("keywords", JSON, nullable=False, comment="the primary header, keyword -> value"),
)

provenance = Table(
    "provenance",
    metadata,
    Column("child", ForeignKey("files.dp_id"), primary_key=True),
    Column("parent", ForeignKey("files.dp_id"), primary_key=True),
    Column("position", Integer, nullable=False, comment="order in which the recipe was given its inputs"),
    Index("ix_provenance_parent", "parent"),
)

restrictions = Table(
    "restrictions",
    metadata,
    Column("dp_id", ForeignKey("files.dp_id"), primary_key=True),
    Column("programme", String(60), primary_key=True, comment="whose members may see the file; empty: nobody's"),
    Column("release_date", String(23), nullable=False, comment="until when"),
    Index("ix_restrictions_programme", "programme"),
)

programmes = Table(
    "programmes",
    metadata,
    Column("id", String(60), primary_key=True, comment="run identifier as in OBS PROG ID, e.g. 108.22F6.001"),
    Column("title", Text),
    Column("pi_coi", Text, comment="principal and co-investigators as the archive shows them"),
    Column("type", String(20), comment="Normal, Large, DDT, Short, Calibration, Monitoring, GTO ..."),
    Column("abstract", Text),
    Column("proprietary_days", Integer, comment="null: as its type says"),
    Column("metadata_protected", Boolean, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("programme", String(60), comment="run whose members share it; null: the owner's alone"),
    Column("title", Text, nullable=False),
    Column("asked", JSON, nullable=False, comment="DP IDs as asked for, and the options"),
    Column("items", JSON, nullable=False, comment="what it holds: DP ID, role, bytes, sha256"),
    Column("created", String(23), nullable=False),
    Column("state", String(12), nullable=False, comment="ready, withdrawn"),
    Index("ix_deliveries_owner", "owner"),
)
