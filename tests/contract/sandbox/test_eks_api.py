"""The EKS endpoint itself: what it does not know, what it cannot read, and how it says so."""

import json
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from clusterwright.sandbox.eks.api import OPERATIONS

from .eks_ground import Ground
from .pages import api
from .tenant import Tenant, refused

_COMMON = api("CommonErrors").replace("API_", "")
_ROW = "error body of an unimplemented call"
_NOT_HERE = {
    "CreateCertificateAuthority",
    "DeleteCertificateAuthority",
    "DescribeCertificateAuthority",
    "ListCertificateAuthorities",
    "ActivateCertificateAuthority",
    "CreateEksAnywhereSubscription",
    "DeleteEksAnywhereSubscription",
    "DescribeEksAnywhereSubscription",
    "ListEksAnywhereSubscriptions",
    "UpdateEksAnywhereSubscription",
    "RegisterCluster",
    "DeregisterCluster",
}


def _send(tenant: Tenant, method: str, path: str, body: str = "") -> tuple[int, str, Any]:
    """Status, error code and body of a request that boto3 would not send."""
    request = AWSRequest(
        method, f"{tenant.url}{path}", data=body, headers={"Content-Type": "application/json"}
    )
    keys = Credentials(tenant.credentials["accessKeyId"], tenant.credentials["secretAccessKey"])
    SigV4Auth(keys, "eks", "us-east-1").add_auth(request)
    answer = URLLib3Session().send(request.prepare())
    found = json.loads(answer.content)
    return answer.status_code, answer.headers.get("x-amzn-ErrorType", ""), found


def test_all_of_eks_is_here_or_known_to_be_missing(shared: Ground) -> None:
    assert set(shared.eks.meta.service_model.operation_names) - set(OPERATIONS) == _NOT_HERE


@pytest.mark.documented(_COMMON, row=_ROW)
@pytest.mark.parametrize("operation", ["list_eks_anywhere_subscriptions", "list_certificate_authorities"])
def test_what_is_missing_is_said_in_json(shared: Ground, operation: str) -> None:
    given = {"clusterName": "one"} if operation == "list_certificate_authorities" else {}
    with refused("UnknownOperationException", "the sandbox has no eks:") as answer:
        getattr(shared.eks, operation)(**given)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 404


@pytest.mark.documented(_COMMON, row=_ROW)
def test_a_path_that_is_nobodys_is_said_in_json(shared: Ground) -> None:
    status, code, body = _send(shared.tenant, "GET", "/nonsense")
    assert (status, code) == (404, "UnknownOperationException")
    assert body["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("/clusters", {}, id="nothing"),
        pytest.param("/clusters", {"name": "x", "resourcesVpcConfig": {}}, id="no role"),
        pytest.param("/clusters", {"name": 7, "roleArn": "r", "resourcesVpcConfig": {}}, id="a number"),
        pytest.param(
            "/clusters", {"name": "x", "roleArn": "r", "resourcesVpcConfig": []}, id="a list as structure"
        ),
        pytest.param("/clusters/one/node-groups", {"nodegroupName": "x", "nodeRole": "r"}, id="no subnets"),
    ],
)
@pytest.mark.documented(_COMMON)
def test_requests_that_lack_something_are_refused(shared: Ground, path: str, body: dict[str, Any]) -> None:
    status, code, _ = _send(shared.tenant, "POST", path, json.dumps(body))
    assert (status, code) == (400, "InvalidParameterException")


@pytest.mark.documented(api("ListClusters"))
def test_the_size_of_a_page_is_a_number(shared: Ground) -> None:
    status, code, _ = _send(shared.tenant, "GET", "/clusters?maxResults=many")
    assert (status, code) == (400, "InvalidParameterException")


@pytest.mark.documented(api("ListClusters"))
def test_a_page_is_not_empty(shared: Ground) -> None:
    status, code, _ = _send(shared.tenant, "GET", "/clusters?maxResults=0")
    assert (status, code) == (400, "InvalidParameterException")


@pytest.mark.parametrize(
    ("code", "status", "call"),
    [
        pytest.param(
            "ResourceNotFoundException", 404, lambda ground: ground.cluster("none"), id="what is not there"
        ),
        pytest.param(
            "ResourceInUseException", 409, lambda ground: ground.create_cluster("one"), id="what is in use"
        ),
        pytest.param(
            "InvalidParameterException",
            400,
            lambda ground: ground.create_cluster(version="0"),
            id="what is wrong",
        ),
    ],
)
@pytest.mark.documented(api("CreateNodegroup"))
def test_errors_have_their_status(shared: Ground, code: str, status: int, call: Any) -> None:
    with refused(code) as answer:
        call(shared)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.documented(api("CreateNodegroup"))
def test_errors_say_what_they_are_about(shared: Ground) -> None:
    with refused("InvalidParameterException") as answer:
        shared.create_nodegroup(version="0")
    assert (answer["clusterName"], answer["nodegroupName"]) == ("one", "ng")
