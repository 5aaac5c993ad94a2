"""The names by which people call kinds, and what a table shows of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import typer

from clusterwright.cli.say import age, duration, percent

Row = Mapping[str, Any]
Column = tuple[str, Callable[[Row], str]]


@dataclass(frozen=True)
class Kind:
    """`plural` is the address in the API."""

    singular: str
    plural: str
    short: str
    columns: tuple[Column, ...]
    wide: tuple[Column, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.singular, self.plural, self.short


def name(row: Row) -> str:
    return str(row["metadata"]["name"])


def created(row: Row) -> str:
    return age(row["metadata"]["createdAt"])


def operation(row: Row) -> str:
    running = row["status"]["operation"]
    if not running or running["state"] != "running":
        return "-"
    return f"{running['verb']} {percent(running['progress'])}"


def time_left(row: Row) -> str:
    running = row["status"]["operation"]
    return duration(running["secondsLeft"]) if running and running["state"] == "running" else "-"


def spec(*path: str) -> Callable[[Row], str]:
    def read(row: Row) -> str:
        value: Any = row["spec"]
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        return str(value) if value is not None else "-"

    return read


def status(field: str) -> Callable[[Row], str]:
    return lambda row: str(row["status"].get(field) or "-")


def field(path: str) -> Callable[[Row], str]:
    return lambda row: str(row[path])


CLUSTER = Kind(
    "cluster",
    "clusters",
    "cl",
    (
        ("NAME", name),
        ("PHASE", status("phase")),
        ("OPERATION", operation),
        ("LEFT", time_left),
        ("REGION", spec("region")),
        ("AGE", created),
    ),
    (
        ("ACCOUNT", spec("cloudAccount")),
        ("POOLS", lambda row: str(len(row["spec"].get("nodePools", ())))),
        ("ENDPOINT", lambda row: row["status"]["outputs"].get("endpoint", "-")),
        ("MESSAGE", status("message")),
    ),
)
ACCOUNT = Kind(
    "account",
    "accounts",
    "acc",
    (
        ("NAME", name),
        ("TYPE", spec("credentials", "type")),
        ("AWS ACCOUNT", status("accountId")),
        ("CLUSTERS", lambda row: str(len(row["status"]["clusters"]))),
        ("AGE", created),
    ),
    (("PARTITION", spec("partition")), ("EXTERNAL ID", status("externalId"))),
)
PROFILE = Kind(
    "profile",
    "profiles",
    "prof",
    (
        ("NAME", name),
        ("VERSION", spec("version")),
        ("TYPE", lambda row: row["spec"].get("type", "infrastructure")),
        ("USED BY", lambda row: str(len(row["status"]["clusters"]))),
        ("AGE", created),
    ),
    (("PACKS", lambda row: ",".join(layer["pack"] for layer in row["spec"]["layers"])),),
)
OPERATION = Kind(
    "operation",
    "operations",
    "op",
    (
        ("ID", field("id")),
        ("CLUSTER", field("cluster")),
        ("VERB", field("verb")),
        ("STATE", field("state")),
        ("PROGRESS", lambda row: percent(row["progress"])),
        ("LEFT", lambda row: duration(row["secondsLeft"]) if row["state"] == "running" else "-"),
        ("AGE", lambda row: age(row["startedAt"])),
    ),
)
KINDS = (CLUSTER, PROFILE, ACCOUNT, OPERATION)

DOCUMENTS = {"Cluster": CLUSTER, "ClusterProfile": PROFILE, "CloudAccount": ACCOUNT}
"""By the kind in a document."""


def kind_of(word: str) -> Kind:
    wanted = word.lower()
    for kind in KINDS:
        if wanted in kind.names:
            return kind
    for document, kind in DOCUMENTS.items():
        if wanted in (document.lower(), f"{document.lower()}s"):
            return kind
    known = ", ".join(kind.plural for kind in KINDS)
    raise typer.BadParameter(f"there is no kind {word!r}; use one of {known}")


def split(word: str, other: str | None) -> tuple[Kind, str | None]:
    """`cluster team-a` and `cluster/team-a` mean the same."""
    if other is None and "/" in word:
        word, _, other = word.partition("/")
    return kind_of(word), other
