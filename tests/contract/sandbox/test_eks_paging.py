"""Lists: in pages, of everything, and of nothing that is not there."""

from collections.abc import Callable
from typing import Any

import pytest

from .eks_ground import CREATED, Ground, create_capability, with_cluster
from .pages import api
from .tenant import Tenant, refused

_ROW = "pagination"


@pytest.fixture(scope="module")
def crowded(tenants: Callable[[], Tenant]) -> Ground:
    """At least three of whatever can be listed."""
    ground = with_cluster(tenants())
    role = ground.role("pod", "pods.eks.amazonaws.com")
    for name in ("a", "b", "c"):
        ground.create_cluster(name)
        ground.create_nodegroup(name)
        ground.create_profile(name)
        ground.tenant.advance(CREATED)
        ground.update_config(logging=_logging(name == "b"))
        ground.tenant.advance(CREATED)
        ground.eks.create_pod_identity_association(
            clusterName="one", namespace="n", serviceAccount=name, roleArn=role
        )
        _associate(ground, name)
    for addon in ("vpc-cni", "kube-proxy", "coredns"):
        ground.create_addon(addon)
    role = ground.role("capability", "capabilities.eks.amazonaws.com")
    for kind in ("ACK", "KRO", "ARGOCD"):
        create_capability(ground, kind, roleArn=role)
    return ground


def _logging(off: bool) -> dict[str, Any]:
    return {"clusterLogging": [{"types": ["api"], "enabled": not off}]}


def _associate(ground: Ground, name: str) -> None:
    url = f"https://{name}.example.com"
    oidc = {"identityProviderConfigName": name, "issuerUrl": url, "clientId": "c"}
    ground.eks.associate_identity_provider_config(clusterName="one", oidc=oidc)
    ground.tenant.advance(CREATED)


_IN_A_CLUSTER = {"clusterName": "one"}
_LISTS = [
    pytest.param(operation, member, given, marks=pytest.mark.documented(api(page), row=_ROW), id=page)
    for page, operation, member, given in (
        ("ListClusters", "list_clusters", "clusters", {}),
        ("ListNodegroups", "list_nodegroups", "nodegroups", _IN_A_CLUSTER),
        ("ListFargateProfiles", "list_fargate_profiles", "fargateProfileNames", _IN_A_CLUSTER),
        ("ListAddons", "list_addons", "addons", _IN_A_CLUSTER),
        ("ListUpdates", "list_updates", "updateIds", {"name": "one"}),
        ("ListAccessEntries", "list_access_entries", "accessEntries", _IN_A_CLUSTER),
        ("ListAccessPolicies", "list_access_policies", "accessPolicies", {}),
        (
            "ListPodIdentityAssociations",
            "list_pod_identity_associations",
            "associations",
            _IN_A_CLUSTER,
        ),
        (
            "ListIdentityProviderConfigs",
            "list_identity_provider_configs",
            "identityProviderConfigs",
            _IN_A_CLUSTER,
        ),
        ("ListCapabilities", "list_capabilities", "capabilities", _IN_A_CLUSTER),
        ("ListInsights", "list_insights", "insights", _IN_A_CLUSTER),
        ("DescribeAddonVersions", "describe_addon_versions", "addons", {}),
        ("DescribeClusterVersions", "describe_cluster_versions", "clusterVersions", {}),
    )
]


@pytest.mark.parametrize(("operation", "member", "given"), _LISTS)
def test_pages_lose_nothing(crowded: Ground, operation: str, member: str, given: dict[str, str]) -> None:
    call = getattr(crowded.eks, operation)
    whole = call(**given)[member]
    pages: list[list[Any]] = []
    token: dict[str, str] = {}
    while not pages or token:
        answer = call(**given, maxResults=1, **token)
        pages.append(answer[member])
        token = {"nextToken": answer["nextToken"]} if "nextToken" in answer else {}
    assert len(whole) >= 3
    assert [one for page in pages for one in page] == whole
    assert {len(page) for page in pages} == {1}


@pytest.mark.documented(api("ListClusters"))
def test_a_page_has_at_most_100(crowded: Ground) -> None:
    with refused("InvalidParameterException", "100"):
        crowded.eks.list_clusters(maxResults=101)


@pytest.mark.documented(api("ListClusters"))
def test_a_token_is_one_that_was_given(crowded: Ground) -> None:
    with refused("InvalidParameterException", "Invalid token"):
        crowded.eks.list_clusters(nextToken="nonsense")


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(
            "list_nodegroups",
            marks=pytest.mark.documented(api("ListNodegroups"), row="list_nodegroups on a missing cluster"),
        ),
        pytest.param("list_fargate_profiles", marks=pytest.mark.documented(api("ListFargateProfiles"))),
        pytest.param("list_updates", marks=pytest.mark.documented(api("ListUpdates"))),
        pytest.param("list_addons", marks=pytest.mark.documented(api("ListAddons"))),
        pytest.param("list_access_entries", marks=pytest.mark.documented(api("ListAccessEntries"))),
        pytest.param(
            "list_pod_identity_associations",
            marks=pytest.mark.documented(api("ListPodIdentityAssociations")),
        ),
        pytest.param(
            "list_identity_provider_configs",
            marks=pytest.mark.documented(api("ListIdentityProviderConfigs")),
        ),
    ],
)
def test_a_cluster_that_is_not_there_lists_nothing(crowded: Ground, operation: str) -> None:
    with refused("ResourceNotFoundException", "none"):
        name = "name" if operation == "list_updates" else "clusterName"
        getattr(crowded.eks, operation)(**{name: "none"})


@pytest.mark.documented(api("ListClusters"))
def test_lists_are_of_one_region(crowded: Ground) -> None:
    assert crowded.tenant.client("eks", "eu-west-1").list_clusters()["clusters"] == []
