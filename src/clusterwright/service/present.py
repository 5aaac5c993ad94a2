"""From rows to views. Times become RFC 3339, secrets stay where they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from clusterwright.engine.clock import Clock, passed
from clusterwright.errors import Error
from clusterwright.service.core import Core
from clusterwright.service.views import (
    AccountStatus,
    AccountView,
    ClusterStatus,
    ClusterView,
    ConditionView,
    EventView,
    MetadataView,
    OperationBrief,
    OperationView,
    ProfileStatus,
    ProfileView,
    TaskView,
)
from clusterwright.spec.account import AssumeRole
from clusterwright.spec.document import Document, to_json
from clusterwright.spec.metadata import Metadata
from clusterwright.store.rows import AccountRow, ClusterRow, EventRow, OperationRow, ProfileRow
from clusterwright.store.status import Task


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def maybe(seconds: float | None) -> datetime | None:
    return None if seconds is None else moment(seconds)


def written(document: Document) -> dict[str, Any]:
    """The spec as its user wrote it, without secrets."""
    spec = to_json(document)["spec"]
    return dict(spec) if isinstance(spec, dict) else {}


def metadata(
    of: Metadata, created_at: float, *, uid: str | None, generation: int, version: int
) -> MetadataView:
    return MetadataView(
        name=of.name,
        description=of.description,
        labels=dict(of.labels),
        uid=uid,
        generation=generation,
        resource_version=str(version),
        created_at=moment(created_at),
    )


def account(core: Core, row: AccountRow, users: Sequence[str] = ()) -> AccountView:
    return AccountView(
        metadata=metadata(
            row.document.metadata, row.created_at, uid=row.uid, generation=row.version, version=row.version
        ),
        spec=written(row.document),
        status=account_status(core, row).model_copy(update={"clusters": tuple(users)}),
    )


def account_status(core: Core, row: AccountRow) -> AccountStatus:
    credentials = row.document.spec.credentials
    if not isinstance(credentials, AssumeRole):
        return AccountStatus(external_id=row.external_id)
    account_id = credentials.role_arn.split(":")[4]
    try:
        trusted = f"arn:{row.document.spec.partition}:iam::{core.identity.own_account()}:root"
    except Error as error:
        message = f"The trust policy needs the server's own AWS account, which is not known: {error}"
        return AccountStatus(account_id=account_id, external_id=row.external_id, message=message)
    return AccountStatus(
        account_id=account_id,
        external_id=row.external_id,
        trust_policy=trust_policy(trusted, row.external_id),
    )


def trust_policy(principal: str, external_id: str) -> dict[str, Any]:
    """docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def profile(row: ProfileRow, users: tuple[str, ...]) -> ProfileView:
    return ProfileView(
        metadata=metadata(row.document.metadata, row.created_at, uid=None, generation=1, version=1),
        spec=written(row.document),
        status=ProfileStatus(clusters=users),
    )


def cluster(row: ClusterRow, operation: OperationRow | None) -> ClusterView:
    return ClusterView(
        metadata=metadata(
            row.document.metadata,
            row.created_at,
            uid=row.uid,
            generation=row.generation,
            version=row.version,
        ),
        spec=written(row.document),
        status=cluster_status(row, operation),
    )


def cluster_status(row: ClusterRow, operation: OperationRow | None) -> ClusterStatus:
    conditions = (
        ConditionView(
            type=one.type, status=one.status, reason=one.reason, message=one.message, since=moment(one.since)
        )
        for one in row.status.conditions
    )
    return ClusterStatus(
        phase=row.status.phase,
        conditions=tuple(conditions),
        observed_generation=row.observed,
        message=row.status.message,
        outputs=row.status.outputs,
        operation=brief(operation) if operation else None,
    )


def brief(row: OperationRow) -> OperationBrief:
    return OperationBrief(
        id=row.id,
        cluster=row.cluster_name,
        generation=row.generation,
        verb=row.verb,
        state=row.state,
        progress=round(row.progress, 4),
        seconds_left=row.seconds_left,
        started_at=moment(row.started_at),
        ended_at=maybe(row.ended_at),
    )


def operation(row: OperationRow, clock: Clock) -> OperationView:
    tasks = tuple(task(one, clock) for one in row.tasks)
    return OperationView(**dict(brief(row)), tasks=tasks)


def task(row: Task, clock: Clock) -> TaskView:
    running = row.started_at is not None and row.ended_at is None
    elapsed = passed(clock, row.started_at) if running and row.started_at is not None else row.elapsed_seconds
    changed = {
        "started_at": maybe(row.started_at),
        "ended_at": maybe(row.ended_at),
        "elapsed_seconds": None if elapsed is None else round(elapsed, 1),
    }
    return TaskView(**{**dict(row), **changed})


def event(row: EventRow) -> EventView:
    return EventView(
        seq=row.seq,
        at=moment(row.at),
        cluster=row.cluster_name,
        type=row.kind,
        reason=row.reason,
        subject=row.subject,
        message=row.message,
    )
