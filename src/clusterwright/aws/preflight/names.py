"""Whether a name that a cluster needs is another's already: looked for as the kinds do themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import Any

from clusterwright.aws.driver import Driver
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.kinds.iam_role import IamRole
from clusterwright.aws.kinds.log_group import LogGroup
from clusterwright.aws.preflight.check import Check, Level
from clusterwright.aws.preflight.demand import Ask
from clusterwright.aws.preflight.reading import Unanswered, unknown
from clusterwright.aws.scope import Scope
from clusterwright.errors import AwsError, NotOurs
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Resource

AREA = "names"

DriverFor = Callable[[type[Resource]], Driver[Any]]


def named(resource: Resource) -> str:
    """What people call an object that AWS finds by its name; empty for all others."""
    if isinstance(resource, EksCluster):
        return f"EKS cluster {resource.cluster_name}"
    if isinstance(resource, IamRole):
        return f"IAM role {resource.role_name}"
    return f"log group {resource.group_name}" if isinstance(resource, LogGroup) else ""


def name_checks(scope: Scope, ask: Ask, driver_for: DriverFor, pool: Executor) -> Iterator[Check]:
    resources = [resource for resource in ask.wanted if named(resource)]
    return pool.map(lambda resource: name_check(scope, resource, driver_for(type(resource))), resources)


def name_check(scope: Scope, resource: Resource, driver: Driver[Any]) -> Check:
    subject = named(resource)
    try:
        found = driver.find(scope.permit(driver.actions), resource, Known())
    except NotOurs as error:
        return Check(AREA, subject, Level.ERROR, error.message.rstrip("."), error.remedy)
    except AwsError as error:
        return unknown(AREA, subject, "whether the name is free is not known", Unanswered(error))
    return Check(AREA, subject, Level.OK, "is this cluster's own" if found else "the name is free")
