"""EKS: which action on what each operation asks for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
"""

from typing import Any

import botocore.session
import pytest

from ..pages import guide
from ..tenant import refused
from .people import Account, allow, outcome

_ACTIONS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html"
_SERVICE = botocore.session.Session().get_service_model("eks")
_OIDC = {"identityProviderConfigName": "corp", "issuerUrl": "https://corp.example.com", "clientId": "c"}
_NAMED = {"clusterName": "one", "identityProviderConfig": {"type": "oidc", "name": "corp"}}


def _least(shape: Any) -> Any:
    """The smallest value that boto3 lets through."""
    if shape.type_name == "structure":
        return {name: _least(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [_least(shape.member)]
    if shape.type_name == "string":
        return (shape.enum or ["one"])[0]
    return {"boolean": True, "integer": 1}.get(shape.type_name, {"k": "v"})


@pytest.mark.parametrize("operation", _SERVICE.operation_names)
def test_no_operation_breaks(account: Account, operation: str) -> None:
    """Neither on its way through the policies nor behind them; tags are looked at on both."""
    shape = _SERVICE.operation_model(operation).input_shape
    given = _least(shape)
    if "tags" in shape.members:
        given["tags"] = {"k": "v"}
    client = account.client("eks", account.user(allow("*")))
    code = outcome(lambda: getattr(client, botocore.xform_name(operation))(**given))
    assert code not in ("InternalFailure", "AccessDeniedException")


@pytest.mark.documented(_ACTIONS)
@pytest.mark.parametrize(
    ("operation", "given", "action"),
    [
        ("list_insights", {"clusterName": "one"}, "eks:ListInsights"),
        ("describe_insight", {"clusterName": "one", "id": "x"}, "eks:DescribeInsight"),
        ("start_insights_refresh", {"clusterName": "one"}, "eks:StartInsightsRefresh"),
        (
            "associate_identity_provider_config",
            {"clusterName": "one", "oidc": _OIDC},
            "eks:AssociateIdentityProviderConfig",
        ),
        ("list_identity_provider_configs", {"clusterName": "one"}, "eks:ListIdentityProviderConfigs"),
    ],
)
def test_what_is_asked_of_a_cluster(
    account: Account, operation: str, given: dict[str, Any], action: str
) -> None:
    resource = f"arn:aws:eks:us-east-1:{account.id}:cluster/one"
    with refused("AccessDeniedException", f"perform: {action} on resource: {resource}"):
        getattr(account.client("eks", account.user(allow("sts:*"))), operation)(**given)
    keys = account.user(allow(action, resource))
    with refused("ResourceNotFoundException"):
        getattr(account.client("eks", keys), operation)(**given)


@pytest.mark.documented(_ACTIONS)
@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("describe_identity_provider_config", "eks:DescribeIdentityProviderConfig"),
        ("disassociate_identity_provider_config", "eks:DisassociateIdentityProviderConfig"),
    ],
)
def test_what_is_asked_of_an_identity_provider(account: Account, operation: str, action: str) -> None:
    resource = f"arn:aws:eks:us-east-1:{account.id}:identityproviderconfig/one/oidc/corp/*"
    with refused("AccessDeniedException", f"perform: {action} on resource: {resource}"):
        getattr(account.client("eks", account.user(allow("sts:*"))), operation)(**_NAMED)
    keys = account.user(allow(action, resource))
    with refused("ResourceNotFoundException"):
        getattr(account.client("eks", keys), operation)(**_NAMED)


@pytest.mark.documented(guide("authenticate-oidc-identity-provider"))
@pytest.mark.parametrize(
    ("key", "value"), [("eks:issuerUrl", "https://corp.example.com"), ("eks:clientId", "c")]
)
def test_providers_may_be_restricted(account: Account, key: str, value: str) -> None:
    given: dict[str, Any] = {"clusterName": "one", "oidc": _OIDC}
    for wanted, code in ((value, "ResourceNotFoundException"), ("other", "AccessDeniedException")):
        condition = {"StringEquals": {key: wanted}}
        keys = account.user(allow("eks:AssociateIdentityProviderConfig", Condition=condition))
        assert account.tries(keys, "eks", "associate_identity_provider_config", **given) == code


@pytest.mark.documented(guide("auto-learn-iam"))
@pytest.mark.parametrize("operation", ["create_cluster", "update_cluster_config"])
def test_the_node_role_of_auto_mode_is_passed(account: Account, operation: str) -> None:
    role = account.service_role("node", "ec2.amazonaws.com")
    given: dict[str, Any] = {"name": "one", "computeConfig": {"enabled": True, "nodeRoleArn": role}}
    if operation == "create_cluster":
        own = account.service_role("cluster", "eks.amazonaws.com")
        given |= {"roleArn": own, "resourcesVpcConfig": {}}
    keys = account.user(allow("eks:*"), allow("iam:PassRole", "arn:aws:iam::*:role/cluster"))
    with refused("AccessDeniedException", f"iam:PassRole on resource: {role}"):
        getattr(account.client("eks", keys), operation)(**given)
