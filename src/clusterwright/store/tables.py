"""The tables. Times are Unix seconds; documents, tasks and outputs are JSON."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"}
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("uid", String(36), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", JSON, nullable=False),
    Column("external_id", String(64), nullable=False),
    Column("secret", LargeBinary),
    Column("created_at", Double, nullable=False),
)

profiles = Table(
    "profiles",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
)

clusters = Table(
    "clusters",
    metadata,
    Column("uid", String(36), primary_key=True),
    Column("name", String(63), nullable=False, unique=True),
    Column("account", String(63), nullable=False),
    Column("document", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("observed", Integer, nullable=False),
    Column("approved", Integer, nullable=False),
    Column("deleting", Boolean, nullable=False),
    Column("due", Double),
    Column("run_token", String(36)),
    Column("facts", JSON),
    Column("status", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_clusters_due", "due"),
)

resources = Table(
    "resources",
    metadata,
    Column("cluster", String(36), ForeignKey("clusters.uid", ondelete="CASCADE"), primary_key=True),
    Column("ref", String(200), primary_key=True),
    Column("stage", String(10), nullable=False),
    Column("resource", JSON),
    Column("id", Text),
    Column("outputs", JSON, nullable=False),
    Column("lives", Integer, nullable=False),
    Column("begun_at", Double, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("retry_at", Double, nullable=False),
    Column("error", Text, nullable=False),
    Column("waived", Text, nullable=False, server_default=""),
)

operations = Table(
    "operations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("cluster", String(36), nullable=False, index=True),
    Column("cluster_name", String(63), nullable=False, index=True),
    Column("verb", String(10), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("tasks", JSON, nullable=False),
    Column("progress", Double, nullable=False),
    Column("seconds_left", Double),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("cluster", String(36), nullable=False),
    Column("cluster_name", String(63), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("message", Text, nullable=False),
)
