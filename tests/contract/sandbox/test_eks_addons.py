"""Add-ons: what is on offer, what is refused, and how they fare with and without nodes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from .eks_ground import Ground, with_cluster
from .pages import api, guide
from .tenant import Tenant, refused

_CREATE = api("CreateAddon")
_UPDATE = api("UpdateAddon")
_VERSIONS = api("DescribeAddonVersions")
_ROW = "addons"
_OLD, _NEW = "v1.19.6-eksbuild.7", "v1.20.5-eksbuild.1"
_DEPLOYMENTS = ("coredns", "aws-ebs-csi-driver", "metrics-server")
_DAEMONS = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")


def _says(page: str, fact: str, *values: Any, row: str = "") -> Any:
    marks = pytest.mark.documented(page, row=row) if row else pytest.mark.documented(page)
    return pytest.param(*values, marks=marks, id=fact)


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        _says(
            _CREATE,
            "a name must be on offer",
            "nonsense",
            {},
            "nonsense specified is not supported",
            row=_ROW,
        ),
        _says(
            _CREATE,
            "a version must be on offer",
            "vpc-cni",
            {"addonVersion": "v0.0.1"},
            "version specified is not supported",
            row=_ROW,
        ),
        _says(
            _CREATE,
            "a version fits the cluster's",
            "kube-proxy",
            {"addonVersion": "v1.34.0-eksbuild.2"},
            "version specified is not supported",
        ),
        _says(
            _CREATE,
            "values are those of the schema",
            "coredns",
            {"configurationValues": '{"nonsense": 1}'},
            "not defined in the schema",
        ),
        _says(
            _CREATE,
            "values have the types of the schema",
            "coredns",
            {"configurationValues": '{"replicaCount": "two"}'},
            "integer expected",
        ),
        _says(
            _CREATE,
            "conflicts are resolved in one of three ways",
            "coredns",
            {"resolveConflicts": "IGNORE"},
            "enum value set",
        ),
    ],
)
def test_create_refuses(shared: Ground, name: str, given: dict[str, Any], words: str) -> None:
    with refused("InvalidParameterException", words):
        shared.create_addon(name, **given)
    assert shared.eks.list_addons(clusterName="one")["addons"] == []


@pytest.mark.documented(_CREATE)
def test_the_role_must_exist(shared: Ground) -> None:
    ghost = f"arn:aws:iam::{shared.tenant.account}:role/ghost"
    with refused("InvalidParameterException", "does not exist"):
        shared.create_addon(serviceAccountRoleArn=ghost)


@pytest.mark.documented(guide("add-ons-iam"))
def test_the_role_of_pods_must_trust_them(shared: Ground) -> None:
    wanted = [{"serviceAccount": "aws-node", "roleArn": shared.node_role}]
    with refused("InvalidParameterException"):
        shared.create_addon(podIdentityAssociations=wanted)


@pytest.mark.documented(_CREATE)
def test_the_cluster_must_exist(shared: Ground) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.create_addon(clusterName="none", addonName="vpc-cni")


@pytest.mark.documented(_CREATE)
def test_the_cluster_must_be_active(shared: Ground) -> None:
    shared.create_cluster("young")
    with refused("InvalidRequestException"):
        shared.eks.create_addon(clusterName="young", addonName="vpc-cni")


@pytest.mark.documented(_CREATE, row=_ROW)
def test_an_add_on_comes_once(occupied: Ground) -> None:
    occupied.create_addon()
    with refused("ResourceInUseException", "Addon already exists."):
        occupied.create_addon()


@pytest.mark.documented(_CREATE, row="clientRequestToken idempotency")
def test_the_same_request_again_makes_nothing_new(occupied: Ground) -> None:
    first = occupied.create_addon(clientRequestToken="t")
    assert occupied.create_addon(clientRequestToken="t")["addonArn"] == first["addonArn"]


@pytest.mark.documented(api("Addon"), row=_ROW)
def test_an_add_on_is_creating_before_it_is_active(occupied: Ground) -> None:
    assert occupied.create_addon()["status"] == "CREATING"
    occupied.tenant.advance(120)
    assert occupied.addon()["status"] == "ACTIVE"


@pytest.mark.documented(api("Compatibility"), row=_ROW)
def test_without_a_version_it_has_the_default_one(occupied: Ground) -> None:
    (offer,) = occupied.eks.describe_addon_versions(addonName="vpc-cni", kubernetesVersion="1.32")["addons"]
    (default,) = [
        one["addonVersion"] for one in offer["addonVersions"] if one["compatibilities"][0]["defaultVersion"]
    ]
    assert occupied.create_addon()["addonVersion"] == default


@pytest.fixture(scope="module")
def furnished(tenants: Callable[[], Tenant]) -> Ground:
    """Add-ons of all kinds in a cluster without nodes."""
    ground = with_cluster(tenants())
    for name in (*_DAEMONS, *_DEPLOYMENTS):
        ground.create_addon(name)
    ground.tenant.advance(120)
    return ground


@pytest.mark.parametrize("name", _DAEMONS)
@pytest.mark.documented(guide("eks-add-ons"))
def test_daemons_need_no_nodes(furnished: Ground, name: str) -> None:
    assert furnished.addon(name)["status"] == "ACTIVE"


@pytest.mark.parametrize("name", _DEPLOYMENTS)
@pytest.mark.documented(guide("troubleshooting"))
def test_deployments_need_nodes(furnished: Ground, name: str) -> None:
    assert furnished.addon(name)["status"] == "DEGRADED"


@pytest.mark.documented(api("AddonIssue"))
def test_a_degraded_add_on_says_why(furnished: Ground) -> None:
    (issue,) = furnished.addon("coredns")["health"]["issues"]
    assert issue["code"] == "InsufficientNumberOfReplicas"


@pytest.mark.documented(api("AddonHealth"))
def test_deployments_recover_with_the_first_nodes(occupied: Ground) -> None:
    occupied.create_addon("coredns")
    occupied.tenant.advance(120)
    assert occupied.addon("coredns")["status"] == "DEGRADED"
    occupied.active_nodegroup()
    occupied.tenant.advance(60)
    addon = occupied.addon("coredns")
    assert (addon["status"], addon["health"]) == ("ACTIVE", {"issues": []})


@pytest.mark.documented(guide("fargate-getting-started"))
def test_coredns_waits_for_ec2_unless_told_otherwise(occupied: Ground) -> None:
    occupied.create_profile(selectors=[{"namespace": "kube-system"}])
    occupied.create_addon("coredns")
    occupied.tenant.advance(400)
    assert occupied.addon("coredns")["status"] == "DEGRADED"


@pytest.mark.documented(guide("fargate-getting-started"))
def test_coredns_runs_on_fargate_if_told_to(occupied: Ground) -> None:
    occupied.create_profile(selectors=[{"namespace": "kube-system"}])
    occupied.create_addon("coredns", configurationValues=json.dumps({"computeType": "Fargate"}))
    occupied.tenant.advance(400)
    assert occupied.addon("coredns")["status"] == "ACTIVE"


@pytest.mark.parametrize("kubernetes", ["1.30", "1.31", "1.32", "1.33", "1.34"])
@pytest.mark.documented(_VERSIONS, row=_ROW)
def test_each_add_on_has_one_default_for_a_kubernetes_version(shared: Ground, kubernetes: str) -> None:
    offers = shared.eks.describe_addon_versions(kubernetesVersion=kubernetes)["addons"]
    assert {"vpc-cni", "coredns", "kube-proxy", "aws-ebs-csi-driver"} <= {one["addonName"] for one in offers}
    for offer in offers:
        marks = [one["compatibilities"][0]["defaultVersion"] for one in offer["addonVersions"]]
        assert marks.count(True) == 1, offer["addonName"]


@pytest.mark.parametrize(
    ("asked", "member", "expected"),
    [
        pytest.param({"types": ["storage"]}, "type", {"storage"}, id="type"),
        pytest.param({"publishers": ["community"]}, "publisher", {"community"}, id="publisher"),
        pytest.param({"owners": ["aws"]}, "owner", {"aws"}, id="owner"),
        pytest.param({"addonName": "coredns"}, "addonName", {"coredns"}, id="name"),
    ],
)
@pytest.mark.documented(_VERSIONS)
def test_offers_are_filtered(shared: Ground, asked: dict[str, Any], member: str, expected: set[str]) -> None:
    assert {one[member] for one in shared.eks.describe_addon_versions(**asked)["addons"]} == expected


@pytest.mark.documented(api("DescribeAddonConfiguration"), row=_ROW)
def test_the_schema_of_values_is_json(shared: Ground) -> None:
    found = shared.eks.describe_addon_configuration(addonName="coredns", addonVersion="v1.12.4-eksbuild.1")
    schema = json.loads(found["configurationSchema"])
    assert schema["properties"]["replicaCount"] == {"type": "integer"}


@pytest.mark.documented(api("AddonPodIdentityConfiguration"))
def test_an_offer_names_its_service_account_and_policy(shared: Ground) -> None:
    found = shared.eks.describe_addon_configuration(addonName="vpc-cni", addonVersion=_NEW)
    assert found["podIdentityConfiguration"] == [
        {
            "serviceAccount": "aws-node",
            "recommendedManagedPolicies": ["arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"],
        }
    ]


@pytest.mark.documented(api("DescribeAddonConfiguration"))
def test_the_schema_of_a_version_that_is_not_there(shared: Ground) -> None:
    with refused("InvalidParameterException", "version specified is not supported"):
        shared.eks.describe_addon_configuration(addonName="coredns", addonVersion="v0")


@pytest.mark.documented(api("DescribeAddon"), row=_ROW)
def test_an_add_on_that_is_not_there_is_not_found(shared: Ground) -> None:
    with refused("ResourceNotFoundException", "No addon: coredns found in cluster: one"):
        shared.addon("coredns")


@pytest.fixture
def older(occupied: Ground) -> Ground:
    occupied.create_addon(addonVersion=_OLD)
    occupied.tenant.advance(120)
    return occupied


def _change(ground: Ground, **given: Any) -> Any:
    return ground.eks.update_addon(clusterName="one", addonName="vpc-cni", **given)["update"]


@pytest.mark.documented(_UPDATE, row=_ROW)
def test_a_change_is_an_update_in_progress(older: Ground) -> None:
    update = _change(older, addonVersion=_NEW)
    assert (update["status"], update["type"]) == ("InProgress", "AddonUpdate")
    assert older.addon()["status"] == "UPDATING"


@pytest.mark.documented(_UPDATE, row=_ROW)
def test_a_change_of_version_comes_to_an_end(older: Ground) -> None:
    update = _change(older, addonVersion=_NEW)
    older.tenant.advance(120)
    assert older.update(update, addonName="vpc-cni")["status"] == "Successful"
    assert (older.addon()["status"], older.addon()["addonVersion"]) == ("ACTIVE", _NEW)


@pytest.mark.documented(_UPDATE)
def test_values_are_changed(older: Ground) -> None:
    values = json.dumps({"enableNetworkPolicy": "true"})
    _change(older, configurationValues=values)
    older.tenant.advance(120)
    assert older.addon()["configurationValues"] == values


@pytest.mark.documented(_UPDATE)
def test_no_change_while_it_is_created(occupied: Ground) -> None:
    occupied.create_addon(addonVersion=_OLD)
    with refused("ResourceInUseException", "CREATING"):
        _change(occupied, addonVersion=_NEW)


@pytest.mark.documented(_UPDATE)
def test_an_update_names_a_version_on_offer(older: Ground) -> None:
    with refused("InvalidParameterException", "version specified is not supported"):
        _change(older, addonVersion="v0.0.1")


@pytest.mark.documented(api("ListUpdates"))
def test_updates_are_listed_by_add_on(older: Ground) -> None:
    update = _change(older, addonVersion=_NEW)
    assert older.eks.list_updates(name="one", addonName="vpc-cni")["updateIds"] == [update["id"]]
    assert older.eks.list_updates(name="one")["updateIds"] == []


@pytest.mark.documented(api("DeleteAddon"), row=_ROW)
def test_an_add_on_is_deleting_before_it_is_gone(older: Ground) -> None:
    made = older.eks.delete_addon(clusterName="one", addonName="vpc-cni")["addon"]
    assert made["status"] == "DELETING"
    older.tenant.advance(120)
    assert older.eks.list_addons(clusterName="one")["addons"] == []


@pytest.mark.documented(api("DeleteAddon"))
def test_an_add_on_that_is_not_there_is_not_deleted(shared: Ground) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.delete_addon(clusterName="one", addonName="coredns")


@pytest.mark.documented(api("AddonNamespaceConfigRequest"))
def test_an_add_on_may_have_another_namespace(occupied: Ground) -> None:
    made = occupied.create_addon("cert-manager", namespaceConfig={"namespace": "tls"})
    assert made["namespaceConfig"] == {"namespace": "tls"}


@pytest.fixture
def identified(occupied: Ground) -> Ground:
    """An add-on with a role of its own."""
    role = occupied.role("ebs", "pods.eks.amazonaws.com")
    wanted = [{"serviceAccount": "ebs-csi-controller-sa", "roleArn": role}]
    occupied.create_addon("aws-ebs-csi-driver", podIdentityAssociations=wanted)
    occupied.tenant.advance(120)
    return occupied


def _associations(ground: Ground) -> Any:
    return ground.eks.list_pod_identity_associations(clusterName="one")["associations"]


@pytest.mark.documented(guide("add-ons-iam"))
def test_associations_are_made_with_an_add_on(identified: Ground) -> None:
    (one,) = _associations(identified)
    assert (one["namespace"], one["serviceAccount"]) == ("kube-system", "ebs-csi-controller-sa")
    assert identified.addon("aws-ebs-csi-driver")["podIdentityAssociations"] == [one["associationArn"]]


@pytest.mark.documented(api("PodIdentityAssociation"))
def test_such_associations_name_their_owner(identified: Ground) -> None:
    (one,) = _associations(identified)
    assert one["ownerArn"] == identified.addon("aws-ebs-csi-driver")["addonArn"]


@pytest.mark.documented(guide("add-ons-iam"))
def test_such_associations_go_with_the_add_on(identified: Ground) -> None:
    identified.eks.delete_addon(clusterName="one", addonName="aws-ebs-csi-driver")
    identified.tenant.advance(120)
    assert _associations(identified) == []


@pytest.mark.documented(_UPDATE)
def test_an_empty_list_takes_associations_away(identified: Ground) -> None:
    identified.eks.update_addon(clusterName="one", addonName="aws-ebs-csi-driver", podIdentityAssociations=[])
    identified.tenant.advance(120)
    assert _associations(identified) == []
