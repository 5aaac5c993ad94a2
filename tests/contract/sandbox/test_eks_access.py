"""Access entries, their policies and the creator of a cluster."""

from typing import Any

import pytest

from .eks_ground import CREATED, Ground
from .pages import api, guide
from .tenant import Tenant, refused

_CREATE = api("CreateAccessEntry")
_GUIDE = guide("creating-access-entries")
_POLICIES = guide("access-policies")
_ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
_VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
_EVERYWHERE: dict[str, Any] = {"type": "cluster"}


@pytest.fixture
def principal(shared: Ground, request: pytest.FixtureRequest) -> str:
    """A role that is this test's alone."""
    name = f"p{abs(hash(request.node.nodeid)) % 10**12}"
    return shared.role(name, "ec2.amazonaws.com")


def _create(ground: Ground, principal: str, **more: Any) -> Any:
    return ground.eks.create_access_entry(clusterName="one", principalArn=principal, **more)["accessEntry"]


def _named(principal: str) -> dict[str, str]:
    return {"clusterName": "one", "principalArn": principal}


def _arn(ground: Ground, rest: str) -> str:
    return f"arn:aws:iam::{ground.tenant.account}:{rest}"


@pytest.mark.documented(api("CreateAccessConfigRequest"))
def test_the_creator_is_an_administrator(occupied: Ground) -> None:
    creator = _arn(occupied, "user/sandbox-administrator")
    assert creator in occupied.eks.list_access_entries(clusterName="one")["accessEntries"]
    found = occupied.eks.list_associated_access_policies(**_named(creator))["associatedAccessPolicies"]
    assert [one["policyArn"] for one in found] == [_ADMIN]


@pytest.mark.documented(api("CreateAccessConfigRequest"))
def test_the_creator_may_be_left_out(tenant: Tenant) -> None:
    network = tenant.network()
    role, _, _ = tenant.roles()
    access = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    tenant.cluster(network, role, accessConfig=access)
    assert tenant.eks.list_access_entries(clusterName="one")["accessEntries"] == []


@pytest.mark.documented(guide("setting-up-access-entries"))
def test_a_cluster_with_a_config_map_has_no_entries(ground: Ground) -> None:
    ground.tenant.cluster(ground.network, ground.cluster_role)
    with refused("InvalidRequestException", "authentication mode"):
        ground.eks.list_access_entries(clusterName="one")


@pytest.mark.documented(guide("setting-up-access-entries"))
def test_entries_are_there_after_the_mode_was_changed(ground: Ground) -> None:
    ground.tenant.cluster(ground.network, ground.cluster_role)
    ground.update_config(accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})
    ground.tenant.advance(CREATED)
    assert ground.eks.list_access_entries(clusterName="one")["accessEntries"] == []


@pytest.mark.documented(_CREATE)
def test_the_type_is_standard_unless_said_otherwise(shared: Ground, principal: str) -> None:
    assert _create(shared, principal)["type"] == "STANDARD"


@pytest.mark.documented(_CREATE)
def test_a_principal_has_one_entry(shared: Ground, principal: str) -> None:
    _create(shared, principal)
    with refused("ResourceInUseException", "already in use"):
        _create(shared, principal)


@pytest.mark.documented(_CREATE)
def test_the_same_request_again_makes_nothing_new(shared: Ground, principal: str) -> None:
    first = _create(shared, principal, clientRequestToken="t")
    assert _create(shared, principal, clientRequestToken="t")["accessEntryArn"] == first["accessEntryArn"]


@pytest.mark.documented(_GUIDE)
def test_a_role_is_called_by_its_session(shared: Ground, principal: str) -> None:
    role = principal.rpartition("/")[2]
    expected = f"arn:aws:sts::{shared.tenant.account}:assumed-role/{role}/{{{{SessionName}}}}"
    assert _create(shared, principal)["username"] == expected


@pytest.mark.documented(_GUIDE)
def test_a_user_is_called_by_its_arn(shared: Ground) -> None:
    user = shared.tenant.iam.create_user(UserName="anna")["User"]["Arn"]
    assert _create(shared, user)["username"] == user


@pytest.mark.parametrize(
    ("kind", "username"),
    [
        ("EC2_LINUX", "system:node:{{EC2PrivateDNSName}}"),
        ("EC2_WINDOWS", "system:node:{{EC2PrivateDNSName}}"),
        ("FARGATE_LINUX", "system:node:{{SessionName}}"),
        ("HYBRID_LINUX", "system:node:{{SessionName}}"),
    ],
)
@pytest.mark.documented(_GUIDE)
def test_nodes_are_called_as_kubernetes_calls_them(
    shared: Ground, principal: str, kind: str, username: str
) -> None:
    assert _create(shared, principal, type=kind)["username"] == username


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        pytest.param({"type": "LAPTOP"}, "InvalidParameterException", "format", id="an unknown type"),
        pytest.param(
            {"kubernetesGroups": ["system:masters"]},
            "InvalidParameterException",
            "reserved prefix",
            id="a group of Kubernetes itself",
        ),
        pytest.param(
            {"username": "eks:me"}, "InvalidParameterException", "reserved prefix", id="a name of EKS itself"
        ),
        pytest.param(
            {"username": "john{{SessionName}}"},
            "InvalidParameterException",
            "colon",
            id="a session's name without a colon before it",
        ),
        pytest.param(
            {"type": "EC2_LINUX", "kubernetesGroups": ["x"]},
            "InvalidRequestException",
            "kubernetesGroups",
            id="groups of nodes",
        ),
    ],
)
@pytest.mark.documented(_GUIDE)
def test_entries_that_are_refused(shared: Ground, given: dict[str, Any], code: str, words: str) -> None:
    with refused(code, words):
        _create(shared, shared.fargate_role, **given)


@pytest.mark.parametrize(
    "principal",
    [
        pytest.param("role/ghost", id="a role that is not there"),
        pytest.param("user/ghost", id="a user that is not there"),
        pytest.param("group/people", id="a group"),
        pytest.param(
            "role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS", id="a service-linked role"
        ),
    ],
)
@pytest.mark.documented(_GUIDE)
def test_principals_that_are_refused(shared: Ground, principal: str) -> None:
    with refused("InvalidParameterException"):
        _create(shared, _arn(shared, principal))


@pytest.mark.documented(_CREATE)
def test_an_entry_for_nodes_is_for_a_role(shared: Ground) -> None:
    user = shared.tenant.iam.create_user(UserName="machine")["User"]["Arn"]
    with refused("InvalidParameterException", "role"):
        _create(shared, user, type="EC2_LINUX")


@pytest.mark.documented(_GUIDE)
def test_an_entry_for_nodes_is_for_a_role_of_the_account(shared: Ground, tenant: Tenant) -> None:
    role = tenant.role("foreign", "ec2.amazonaws.com")
    tenant.advance(30)
    with refused("InvalidParameterException", "account"):
        _create(shared, role, type="EC2_LINUX")


@pytest.mark.documented(_GUIDE)
def test_a_person_may_come_from_another_account(shared: Ground, tenant: Tenant) -> None:
    role = tenant.role("foreign", "ec2.amazonaws.com")
    tenant.advance(30)
    assert _create(shared, role)["principalArn"] == role


@pytest.mark.documented(api("UpdateAccessEntry"))
def test_groups_and_name_are_changed(shared: Ground, principal: str) -> None:
    _create(shared, principal, kubernetesGroups=["viewers"])
    shared.eks.update_access_entry(**_named(principal), kubernetesGroups=["editors"], username="me")
    entry = shared.eks.describe_access_entry(**_named(principal))["accessEntry"]
    assert (entry["kubernetesGroups"], entry["username"]) == (["editors"], "me")


@pytest.mark.documented(api("DescribeAccessEntry"))
def test_an_entry_that_is_not_there_is_not_found(shared: Ground) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.describe_access_entry(**_named(_arn(shared, "role/ghost")))


@pytest.mark.documented(api("DeleteAccessEntry"))
def test_an_entry_is_deleted(shared: Ground, principal: str) -> None:
    _create(shared, principal)
    shared.eks.delete_access_entry(**_named(principal))
    with refused("ResourceNotFoundException"):
        shared.eks.describe_access_entry(**_named(principal))


@pytest.mark.documented(guide("access-policy-permissions"))
def test_access_policies_are_listed(shared: Ground) -> None:
    names = {one["name"] for one in shared.eks.list_access_policies()["accessPolicies"]}
    assert {
        "AmazonEKSAdminPolicy",
        "AmazonEKSClusterAdminPolicy",
        "AmazonEKSEditPolicy",
        "AmazonEKSViewPolicy",
    } <= names


@pytest.fixture
def entry(shared: Ground, principal: str) -> str:
    """The principal of an entry without policies."""
    _create(shared, principal)
    return principal


def _associate(ground: Ground, principal: str, policy: str = _ADMIN, **scope: Any) -> Any:
    given = {"policyArn": policy, "accessScope": scope or _EVERYWHERE}
    return ground.eks.associate_access_policy(**_named(principal), **given)["associatedAccessPolicy"]


def _associated(ground: Ground, principal: str) -> list[str]:
    found = ground.eks.list_associated_access_policies(**_named(principal))["associatedAccessPolicies"]
    return sorted(one["policyArn"] for one in found)


@pytest.mark.documented(_POLICIES)
def test_an_entry_has_several_policies(shared: Ground, entry: str) -> None:
    for policy in (_ADMIN, _VIEW):
        _associate(shared, entry, policy)
    assert _associated(shared, entry) == [_ADMIN, _VIEW]


@pytest.mark.documented(_POLICIES)
def test_a_policy_is_associated_once_and_its_scope_changes(shared: Ground, entry: str) -> None:
    _associate(shared, entry)
    scope: dict[str, Any] = {"type": "namespace", "namespaces": ["dev-*"]}
    assert _associate(shared, entry, **scope)["accessScope"] == scope
    assert _associated(shared, entry) == [_ADMIN]


@pytest.mark.documented(api("AccessScope"))
def test_a_scope_of_namespaces_names_them(shared: Ground, entry: str) -> None:
    with refused("InvalidParameterException", "Namespaces are required"):
        _associate(shared, entry, type="namespace")


@pytest.mark.documented(api("AssociateAccessPolicy"))
def test_a_policy_must_be_one_of_awss(shared: Ground, entry: str) -> None:
    with refused("InvalidParameterException", "policyArn"):
        _associate(shared, entry, _ADMIN + "x")


@pytest.mark.documented(_POLICIES)
def test_nodes_have_no_policies(shared: Ground, principal: str) -> None:
    _create(shared, principal, type="EC2_LINUX")
    with refused("InvalidRequestException", "EC2_LINUX"):
        _associate(shared, principal)


@pytest.mark.documented(api("ListAccessEntries"))
def test_entries_are_listed_by_policy(shared: Ground, entry: str) -> None:
    edit = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
    _associate(shared, entry, edit)
    found = shared.eks.list_access_entries(clusterName="one", associatedPolicyArn=edit)
    assert found["accessEntries"] == [entry]


@pytest.mark.documented(api("DisassociateAccessPolicy"))
def test_a_policy_is_taken_away(shared: Ground, entry: str) -> None:
    _associate(shared, entry)
    shared.eks.disassociate_access_policy(**_named(entry), policyArn=_ADMIN)
    assert _associated(shared, entry) == []


@pytest.mark.documented(api("DisassociateAccessPolicy"))
def test_a_policy_that_is_not_associated_is_not_found(shared: Ground, entry: str) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.disassociate_access_policy(**_named(entry), policyArn=_VIEW)
