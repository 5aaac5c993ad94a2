"""Cluster insights: what would go wrong with the next Kubernetes version.

https://docs.aws.amazon.com/eks/latest/userguide/cluster-insights.html
"""

from typing import Any

import pytest

from .eks_ground import CREATED, Ground, with_cluster
from .pages import api, guide
from .tenant import Tenant, refused

_GUIDE = guide("cluster-insights")
_VIEW = guide("view-cluster-insights")


def _statuses(ground: Ground, **wanted: Any) -> dict[str, str]:
    found = ground.eks.list_insights(clusterName="one", **wanted)["insights"]
    return {one["name"]: one["insightStatus"]["status"] for one in found}


def _insight(ground: Ground, name: str) -> Any:
    found = ground.eks.list_insights(clusterName="one")["insights"]
    (number,) = [one["id"] for one in found if one["name"] == name]
    return ground.eks.describe_insight(clusterName="one", id=number)["insight"]


def _refresh(ground: Ground) -> None:
    ground.eks.start_insights_refresh(clusterName="one")
    ground.tenant.advance(300)


def _upgrade(ground: Ground, *versions: str, **given: Any) -> None:
    for version in versions:
        ground.eks.update_cluster_version(name="one", version=version, **given)
        ground.tenant.advance(CREATED)


@pytest.mark.documented(_VIEW)
def test_a_cluster_is_checked_for_its_upgrade(shared: Ground) -> None:
    assert set(_statuses(shared)) == {
        "Kubelet version skew",
        "kube-proxy version skew",
        "EKS add-on version compatibility",
        "Cluster health issues",
        "Amazon Linux 2 compatibility",
    }


@pytest.mark.documented(_VIEW)
def test_a_cluster_in_order_passes(shared: Ground) -> None:
    assert set(_statuses(shared).values()) == {"PASSING"}


@pytest.mark.documented(_VIEW)
def test_nobody_uses_deprecated_apis(ground: Ground) -> None:
    ground.tenant.cluster(ground.network, ground.cluster_role, version="1.31")
    assert _statuses(ground)["Deprecated APIs removed in Kubernetes v1.32"] == "PASSING"


@pytest.mark.documented(api("DeprecationDetail"))
def test_deprecated_apis_are_named_with_their_successors(ground: Ground) -> None:
    ground.tenant.cluster(ground.network, ground.cluster_role, version="1.31")
    found = _insight(ground, "Deprecated APIs removed in Kubernetes v1.32")
    (detail,) = found["categorySpecificSummary"]["deprecationDetails"]
    assert detail["stopServingVersion"] == "1.32"
    assert "v1beta3" in detail["usage"]
    assert detail["replacedWith"]


@pytest.mark.documented(api("InsightSummary"))
def test_insights_are_about_the_next_version(shared: Ground) -> None:
    found = shared.eks.list_insights(clusterName="one")["insights"]
    assert {one["kubernetesVersion"] for one in found} == {"1.33"}
    assert {one["category"] for one in found} == {"UPGRADE_READINESS"}


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        pytest.param({"statuses": ["PASSING"]}, 5, id="by status"),
        pytest.param({"statuses": ["ERROR", "WARNING"]}, 0, id="by other statuses"),
        pytest.param({"kubernetesVersions": ["1.33"]}, 5, id="by version"),
        pytest.param({"kubernetesVersions": ["1.34"]}, 0, id="by another version"),
        pytest.param({"categories": ["MISCONFIGURATION"]}, 0, id="by category"),
    ],
)
@pytest.mark.documented(api("InsightsFilter"))
def test_insights_are_filtered(shared: Ground, wanted: dict[str, Any], count: int) -> None:
    assert len(_statuses(shared, filter=wanted)) == count


@pytest.mark.documented(api("InsightsFilter"))
def test_a_category_is_one_of_a_list(shared: Ground) -> None:
    with refused("InvalidParameterException", "enum value set"):
        _statuses(shared, filter={"categories": ["COST"]})


@pytest.mark.documented(api("Insight"))
def test_an_insight_recommends_something(shared: Ground) -> None:
    found = _insight(shared, "Kubelet version skew")
    assert "Upgrade your worker nodes" in found["recommendation"]
    assert "https://kubernetes.io/" in found["additionalInfo"]["Kubelet version skew policy"]


@pytest.mark.documented(api("DescribeInsight"))
def test_an_insight_that_is_not_there_is_not_found(shared: Ground) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.describe_insight(clusterName="one", id="none")


@pytest.mark.documented(api("ListInsights"))
def test_insights_of_a_cluster_that_is_not_there_are_not_found(shared: Ground) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.list_insights(clusterName="none")


@pytest.mark.documented(_GUIDE)
def test_insights_are_a_day_old_at_most(occupied: Ground) -> None:
    before = _insight(occupied, "Cluster health issues")
    occupied.tenant.iam.delete_role(RoleName="cluster")
    occupied.tenant.advance(3600)
    assert _insight(occupied, "Cluster health issues") == before
    occupied.tenant.advance(24 * 3600)
    after = _insight(occupied, "Cluster health issues")
    assert after["lastRefreshTime"] > before["lastRefreshTime"]
    assert after["insightStatus"]["status"] == "ERROR"


@pytest.mark.documented(_GUIDE)
def test_insights_follow_an_upgrade(occupied: Ground) -> None:
    assert _insight(occupied, "Kubelet version skew")["kubernetesVersion"] == "1.33"
    _upgrade(occupied, "1.33")
    assert _insight(occupied, "Kubelet version skew")["kubernetesVersion"] == "1.34"


@pytest.mark.documented(api("StartInsightsRefresh"))
def test_insights_are_refreshed_on_demand(occupied: Ground) -> None:
    before = _insight(occupied, "Cluster health issues")
    assert occupied.eks.start_insights_refresh(clusterName="one")["status"] == "IN_PROGRESS"
    occupied.tenant.advance(300)
    after = _insight(occupied, "Cluster health issues")
    assert after["lastRefreshTime"] > before["lastRefreshTime"]


@pytest.mark.documented(api("InsightSummary"))
def test_a_status_that_stays_has_its_old_transition_time(occupied: Ground) -> None:
    before = _insight(occupied, "Cluster health issues")
    _refresh(occupied)
    after = _insight(occupied, "Cluster health issues")
    assert (after["id"], after["lastTransitionTime"]) == (before["id"], before["lastTransitionTime"])


@pytest.mark.documented(api("DescribeInsightsRefresh"))
def test_a_refresh_has_a_beginning_and_an_end(occupied: Ground) -> None:
    occupied.eks.start_insights_refresh(clusterName="one")
    assert occupied.eks.describe_insights_refresh(clusterName="one")["status"] == "IN_PROGRESS"
    occupied.tenant.advance(300)
    found = occupied.eks.describe_insights_refresh(clusterName="one")
    assert found["status"] == "COMPLETED"
    assert found["endedAt"] > found["startedAt"]


@pytest.mark.documented(api("DescribeInsightsRefresh"))
def test_a_refresh_that_never_was_is_not_found(shared: Ground) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.describe_insights_refresh(clusterName="one")


@pytest.fixture
def aged(tenant: Tenant) -> Ground:
    """Nodes at 1.30 under a control plane that went on to 1.32."""
    ground = with_cluster(tenant, version="1.30")
    ground.active_nodegroup()
    _upgrade(ground, "1.31", "1.32")
    return ground


@pytest.mark.documented(_VIEW)
def test_older_nodes_are_a_warning(aged: Ground) -> None:
    assert _statuses(aged)["Kubelet version skew"] == "WARNING"


@pytest.mark.documented(api("InsightResourceDetail"))
def test_older_nodes_are_named(aged: Ground) -> None:
    found = [one["kubernetesResourceUri"] for one in _insight(aged, "Kubelet version skew")["resources"]]
    names = {f"/api/v1/nodes/{one['PrivateDnsName']}" for one in aged.instances()}
    assert set(found) == names


@pytest.mark.documented("https://kubernetes.io/docs/setup/release/version-skew-policy/")
def test_nodes_that_would_be_four_versions_behind_are_an_error(aged: Ground) -> None:
    _upgrade(aged, "1.33")
    _refresh(aged)
    assert _statuses(aged)["Kubelet version skew"] == "ERROR"


@pytest.mark.documented(api("UpdateClusterVersion"))
def test_an_error_stops_the_upgrade(aged: Ground) -> None:
    _upgrade(aged, "1.33")
    with refused("InvalidStateException", "Kubelet version skew"):
        _upgrade(aged, "1.34")


@pytest.mark.documented(api("UpdateClusterVersion"))
def test_an_upgrade_is_forced(aged: Ground) -> None:
    _upgrade(aged, "1.33")
    _upgrade(aged, "1.34", force=True)
    assert aged.cluster()["version"] == "1.34"


@pytest.mark.documented(_GUIDE)
def test_an_upgrade_is_possible_again_after_its_cause_is_gone(aged: Ground) -> None:
    _upgrade(aged, "1.33")
    aged.eks.update_nodegroup_version(clusterName="one", nodegroupName="ng")
    aged.tenant.advance(CREATED)
    _upgrade(aged, "1.34")
    assert aged.cluster()["version"] == "1.34"


@pytest.mark.documented(guide("eks-ami-deprecation-faqs"))
def test_amazon_linux_2_is_an_error_before_the_first_version_without_it(occupied: Ground) -> None:
    occupied.create_nodegroup(amiType="AL2_x86_64")
    assert _statuses(occupied)["Amazon Linux 2 compatibility"] == "ERROR"


@pytest.mark.documented(_VIEW)
def test_what_concerns_a_later_version_is_a_warning(tenant: Tenant) -> None:
    ground = with_cluster(tenant, version="1.31")
    ground.create_nodegroup(amiType="AL2_x86_64")
    assert _statuses(ground)["Amazon Linux 2 compatibility"] == "WARNING"


@pytest.mark.documented(api("AddonCompatibilityDetail"))
def test_an_add_on_that_does_not_fit_is_named_with_versions_that_do(tenant: Tenant) -> None:
    ground = with_cluster(tenant, version="1.30")
    ground.create_addon("coredns", addonVersion="v1.11.1-eksbuild.8")
    _upgrade(ground, "1.31")
    found = _insight(ground, "EKS add-on version compatibility")
    assert found["insightStatus"]["status"] == "ERROR"
    (detail,) = found["categorySpecificSummary"]["addonCompatibilityDetails"]
    assert detail["name"] == "coredns"
    listed = ground.eks.describe_addon_versions(addonName="coredns", kubernetesVersion="1.32")["addons"][0]
    assert detail["compatibleVersions"] == [one["addonVersion"] for one in listed["addonVersions"]]
