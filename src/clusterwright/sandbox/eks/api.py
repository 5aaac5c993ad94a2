"""The EKS endpoint: finds the operation, runs it, writes its answer."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from clusterwright.sandbox import accounts
from clusterwright.sandbox.call import Answer, AwsError, Call
from clusterwright.sandbox.eks import (
    access,
    addons,
    capabilities,
    cluster_updates,
    clusters,
    constraints,
    encryption,
    fargate,
    faults,
    identity_providers,
    insights,
    nodegroup_updates,
    nodegroups,
    pods,
    tags,
    updates,
    versions,
)
from clusterwright.sandbox.eks.account import Account
from clusterwright.sandbox.eks.records import Region
from clusterwright.sandbox.eks.scene import Scene
from clusterwright.sandbox.kube.authority import Endpoints
from clusterwright.sandbox.propagation import Propagation
from clusterwright.sandbox.timing import Timing

Operation = Callable[[Scene, dict[str, Any]], dict[str, Any]]

OPERATIONS: dict[str, Operation] = {
    **clusters.OPERATIONS,
    **cluster_updates.OPERATIONS,
    **encryption.OPERATIONS,
    **identity_providers.OPERATIONS,
    **insights.OPERATIONS,
    **updates.OPERATIONS,
    **versions.OPERATIONS,
    **nodegroups.OPERATIONS,
    **nodegroup_updates.OPERATIONS,
    **fargate.OPERATIONS,
    **addons.OPERATIONS,
    **access.OPERATIONS,
    **pods.OPERATIONS,
    **capabilities.OPERATIONS,
    **tags.OPERATIONS,
}


class Eks:
    def __init__(self, timing: Timing, propagation: Propagation, endpoints: Endpoints) -> None:
        self._timing = timing
        self._propagation = propagation
        self._endpoints = endpoints
        self._regions: dict[tuple[str, str], Region] = {}

    def region(self, account: str, name: str) -> Region:
        return self._regions.setdefault((account, name), Region(account, name))

    def regions(self) -> Iterator[Region]:
        yield from self._regions.values()

    def handle(self, call: Call) -> Answer:
        operation = OPERATIONS.get(call.action)
        if operation is None:
            raise AwsError("UnknownOperationException", f"the sandbox has no {call.name}", 404)
        params = dict(call.params)
        wrong = constraints.problem(call.action, params)
        wrong = wrong or (None if call.is_by_service else tags.problem(params))
        if wrong:
            refuse = tags.bad if call.action in tags.OPERATIONS else faults.invalid
            raise refuse(wrong)
        found = operation(self._scene(call), params)
        headers = (("Content-Type", "application/json"), ("x-amzn-RequestId", str(uuid.uuid4())))
        return Answer(200, headers, json.dumps(_clean(found), default=_plain).encode())

    def _scene(self, call: Call) -> Scene:
        return Scene(
            region=self.region(call.account, call.region),
            account=Account(call.account, call.region),
            timing=self._timing,
            propagation=self._propagation,
            endpoints=self._endpoints,
            caller=accounts.principal_arn(call.access_key, call.account, call.partition),
        )


def _clean(value: Any) -> Any:
    """Members without a value are left out, as AWS does."""
    if isinstance(value, dict):
        return {key: _clean(member) for key, member in value.items() if member is not None}
    return [_clean(one) for one in value] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} does not belong on the wire")
