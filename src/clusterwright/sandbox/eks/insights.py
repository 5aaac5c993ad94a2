"""Cluster insights: kept, refreshed every day or on demand.

https://docs.aws.amazon.com/eks/latest/APIReference/API_ListInsights.html
"""

from datetime import UTC, datetime

from clusterwright.sandbox.eks import faults, health, versions
from clusterwright.sandbox.eks.insight_checks import ERROR, Finding, findings
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.records import Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

_A_DAY = 86_400.0
_CATEGORY = "UPGRADE_READINESS"
_SUMMARY = (
    "id",
    "name",
    "category",
    "kubernetesVersion",
    "lastRefreshTime",
    "lastTransitionTime",
    "description",
    "insightStatus",
)


def list_all(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    kept = [one for one in _current(scene, cluster).values() if _is_wanted(one, params.get("filter") or {})]
    found, token = page([{member: one[member] for member in _SUMMARY} for one in kept], params)
    return {"insights": found, "nextToken": token}


def _is_wanted(insight: Wire, wanted: Wire) -> bool:
    return all(
        not wanted.get(criterion) or value in wanted[criterion]
        for criterion, value in (
            ("categories", insight["category"]),
            ("kubernetesVersions", insight["kubernetesVersion"]),
            ("statuses", insight["insightStatus"]["status"]),
        )
    )


def describe(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    try:
        return {"insight": _current(scene, cluster)[params["id"]]}
    except KeyError:
        raise faults.not_found(
            f"No insight found with id: {params['id']}", clusterName=cluster.name
        ) from None


def start_refresh(scene: Scene, params: Wire) -> Wire:
    """A second request joins the refresh that is running."""
    cluster = scene.active_cluster(params["clusterName"])
    if cluster.refresh.get("status") != "IN_PROGRESS":
        cluster.refresh = {
            "status": "IN_PROGRESS",
            "message": "Insights refresh is in progress",
            "startedAt": _time(scene),
        }
        scene.later("insights-refresh", cluster.name, lambda: _end_refresh(scene, cluster))
    return {member: cluster.refresh[member] for member in ("message", "status")}


def _end_refresh(scene: Scene, cluster: Cluster) -> None:
    _refresh(scene, cluster)
    cluster.refresh.update(
        status="COMPLETED", message="Insights refresh completed successfully", endedAt=_time(scene)
    )


def describe_refresh(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["clusterName"])
    if not cluster.refresh:
        raise faults.not_found("No insights refresh was ever started", clusterName=cluster.name)
    return cluster.refresh


def blocking(scene: Scene, cluster: Cluster) -> list[str]:
    """Names of the insights that keep the cluster from its next version, as of now."""
    return [one.name for one in _findings(scene, cluster) if one.status == ERROR]


def _current(scene: Scene, cluster: Cluster) -> dict[str, Wire]:
    """Checks are made when somebody looks, and seem to have been made daily and after each upgrade."""
    refreshed = [one["lastRefreshTime"].timestamp() for one in cluster.insights.values()]
    known = {one["kubernetesVersion"] for one in cluster.insights.values()}
    after = versions.after(cluster.wire["version"])
    if after not in known or scene.now - min(refreshed) >= _A_DAY:
        _refresh(scene, cluster)
    return cluster.insights


def _refresh(scene: Scene, cluster: Cluster) -> None:
    before = {(one["name"], one["kubernetesVersion"]): one for one in cluster.insights.values()}
    made = [
        _wire(scene, cluster, one, before.get((one.name, one.version))) for one in _findings(scene, cluster)
    ]
    cluster.insights = {one["id"]: one for one in made}


def _findings(scene: Scene, cluster: Cluster) -> list[Finding]:
    nodes = {
        name: [machine.dns_name for machine in scene.account.machines_of(group.group_name)]
        for name, group in cluster.nodegroups.items()
    }
    return list(findings(cluster, nodes, health.of_cluster(scene, cluster)))


def _wire(scene: Scene, cluster: Cluster, finding: Finding, before: Wire | None) -> Wire:
    now = _time(scene)
    changed = before is None or before["insightStatus"]["status"] != finding.status
    return {
        "id": before["id"] if before else str(scene.unique("insight", f"{cluster.name}/{finding.name}")),
        "name": finding.name,
        "category": _CATEGORY,
        "kubernetesVersion": finding.version,
        "lastRefreshTime": now,
        "lastTransitionTime": now if before is None or changed else before["lastTransitionTime"],
        "description": finding.description,
        "insightStatus": {"status": finding.status, "reason": finding.reason},
        "additionalInfo": {},
        "resources": [],
        "categorySpecificSummary": {"deprecationDetails": [], "addonCompatibilityDetails": []},
        **finding.details,
    }


def _time(scene: Scene) -> datetime:
    return datetime.fromtimestamp(scene.now, UTC)


OPERATIONS = {
    "ListInsights": list_all,
    "DescribeInsight": describe,
    "StartInsightsRefresh": start_refresh,
    "DescribeInsightsRefresh": describe_refresh,
}
