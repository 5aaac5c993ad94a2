"""Pod identity associations: which role the pods of a service account get."""

import itertools
import json
from typing import Any

import pytest

from .eks_ground import Ground
from .pages import api, guide
from .tenant import Tenant, refused

_CREATE = api("CreatePodIdentityAssociation")
_TARGET = guide("pod-id-assign-target-role")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def role(shared: Ground) -> str:
    return shared.role("pod", "pods.eks.amazonaws.com")


def _create(ground: Ground, role: str, **more: Any) -> Any:
    given = {"namespace": "n", "serviceAccount": f"s{next(_numbers)}", "roleArn": role, **more}
    return ground.eks.create_pod_identity_association(clusterName="one", **given)["association"]


def _update(ground: Ground, one: Any, **given: Any) -> Any:
    number = one["associationId"]
    return ground.eks.update_pod_identity_association(clusterName="one", associationId=number, **given)[
        "association"
    ]


@pytest.mark.documented(guide("pod-id-association"))
def test_an_association_has_an_id_and_an_arn(shared: Ground, role: str) -> None:
    one = _create(shared, role)
    prefix = f"arn:aws:eks:us-east-1:{shared.tenant.account}:podidentityassociation/one/"
    assert one["associationId"].startswith("a-")
    assert one["associationArn"] == prefix + one["associationId"]


@pytest.mark.documented(_CREATE)
def test_a_service_account_has_one_association(shared: Ground, role: str) -> None:
    one = _create(shared, role)
    with refused("ResourceInUseException", one["associationId"]):
        _create(shared, role, serviceAccount=one["serviceAccount"])


@pytest.mark.documented(guide("pod-identities"))
def test_another_namespace_may_have_the_same_service_account(shared: Ground, role: str) -> None:
    one = _create(shared, role)
    other = _create(shared, role, serviceAccount=one["serviceAccount"], namespace="elsewhere")
    assert other["associationId"] != one["associationId"]


@pytest.mark.documented(_CREATE, row="clientRequestToken idempotency")
def test_the_same_request_again_makes_nothing_new(shared: Ground, role: str) -> None:
    given = {"serviceAccount": "again", "clientRequestToken": "t"}
    assert _create(shared, role, **given)["associationId"] == _create(shared, role, **given)["associationId"]


@pytest.mark.documented(guide("pod-id-role"))
def test_the_role_must_trust_pods(shared: Ground) -> None:
    with refused("InvalidParameterException", "could not be assumed"):
        _create(shared, shared.node_role)


@pytest.mark.documented(_TARGET)
def test_the_role_is_of_the_clusters_account(shared: Ground, tenant: Tenant) -> None:
    foreign = tenant.role("pod", "pods.eks.amazonaws.com")
    tenant.advance(30)
    with refused("InvalidParameterException", "account"):
        _create(shared, foreign)


@pytest.mark.documented(_TARGET)
def test_a_target_role_may_be_anybodys(shared: Ground, role: str) -> None:
    target = "arn:aws:iam::999999999999:role/target"
    assert _create(shared, role, targetRoleArn=target)["targetRoleArn"] == target


@pytest.mark.documented(_TARGET)
def test_a_target_role_is_entered_with_an_external_id(shared: Ground, role: str) -> None:
    target = "arn:aws:iam::999999999999:role/target"
    one = _create(shared, role, targetRoleArn=target)
    assert one["externalId"] == f"us-east-1/{shared.tenant.account}/one/n/{one['serviceAccount']}"


@pytest.mark.documented(api("PodIdentityAssociation"))
def test_without_a_target_role_there_is_no_external_id(shared: Ground, role: str) -> None:
    assert "externalId" not in _create(shared, role)


@pytest.mark.documented(_CREATE)
def test_session_tags_are_on(shared: Ground, role: str) -> None:
    assert _create(shared, role)["disableSessionTags"] is False


@pytest.mark.documented(_CREATE)
def test_a_session_policy_leaves_no_room_for_session_tags(shared: Ground, role: str) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    with refused("InvalidParameterException", "disableSessionTags"):
        _create(shared, role, policy=policy)
    assert _create(shared, role, policy=policy, disableSessionTags=True)["policy"] == policy


@pytest.mark.documented(api("UpdatePodIdentityAssociation"))
def test_the_role_is_changed(shared: Ground, role: str) -> None:
    other = shared.role("pod2", "pods.eks.amazonaws.com")
    assert _update(shared, _create(shared, role), roleArn=other)["roleArn"] == other


@pytest.mark.documented(api("UpdatePodIdentityAssociation"))
def test_the_new_role_must_trust_pods(shared: Ground, role: str) -> None:
    one = _create(shared, role)
    with refused("InvalidParameterException"):
        _update(shared, one, roleArn=shared.node_role)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({"namespace": "team"}, {("team", "a"), ("team", "b")}, id="namespace"),
        pytest.param(
            {"namespace": "team", "serviceAccount": "a"}, {("team", "a")}, id="namespace and service account"
        ),
    ],
)
@pytest.mark.documented(api("ListPodIdentityAssociations"))
def test_associations_are_filtered(
    occupied: Ground, asked: dict[str, str], expected: set[tuple[str, str]]
) -> None:
    role = occupied.role("pod", "pods.eks.amazonaws.com")
    for namespace, account in (("team", "a"), ("team", "b"), ("other", "a")):
        _create(occupied, role, namespace=namespace, serviceAccount=account)
    found = occupied.eks.list_pod_identity_associations(clusterName="one", **asked)["associations"]
    assert {(one["namespace"], one["serviceAccount"]) for one in found} == expected


@pytest.mark.documented(api("DescribePodIdentityAssociation"))
def test_an_association_that_is_not_there_is_not_found(shared: Ground) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.describe_pod_identity_association(clusterName="one", associationId="a-none")


@pytest.mark.documented(api("DeletePodIdentityAssociation"))
def test_an_association_is_deleted(shared: Ground, role: str) -> None:
    number = _create(shared, role)["associationId"]
    shared.eks.delete_pod_identity_association(clusterName="one", associationId=number)
    with refused("ResourceNotFoundException"):
        shared.eks.describe_pod_identity_association(clusterName="one", associationId=number)
