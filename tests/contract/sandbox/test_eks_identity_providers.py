"""OpenID Connect providers of a cluster.

https://docs.aws.amazon.com/eks/latest/userguide/authenticate-oidc-identity-provider.html
"""

from typing import Any

import pytest

from .eks_ground import CREATED, Ground
from .pages import api, guide
from .tenant import refused

_GUIDE = guide("authenticate-oidc-identity-provider")
_REQUEST = api("OidcIdentityProviderConfigRequest")


def _oidc(name: str = "corp", **more: Any) -> dict[str, Any]:
    url = f"https://{name}.example.com"
    return {"identityProviderConfigName": name, "issuerUrl": url, "clientId": "kubernetes", **more}


def _associate(ground: Ground, name: str = "corp", **more: Any) -> Any:
    given = {"clusterName": "one", "oidc": _oidc(name, **more)}
    return ground.eks.associate_identity_provider_config(**given)["update"]


def _describe(ground: Ground, name: str = "corp") -> Any:
    named = {"type": "oidc", "name": name}
    found = ground.eks.describe_identity_provider_config(clusterName="one", identityProviderConfig=named)
    return found["identityProviderConfig"]["oidc"]


@pytest.mark.documented(api("AssociateIdentityProviderConfig"))
def test_an_association_is_an_update_of_the_cluster(occupied: Ground) -> None:
    update = _associate(occupied)
    assert (update["status"], update["type"]) == ("InProgress", "AssociateIdentityProviderConfig")
    occupied.tenant.advance(60)
    assert occupied.cluster()["status"] == "UPDATING"
    occupied.tenant.advance(CREATED)
    assert occupied.update(update)["status"] == "Successful"


@pytest.mark.documented(api("OidcIdentityProviderConfig"))
def test_a_provider_is_creating_before_it_is_active(occupied: Ground) -> None:
    _associate(occupied)
    assert _describe(occupied)["status"] == "CREATING"
    occupied.tenant.advance(CREATED)
    assert _describe(occupied)["status"] == "ACTIVE"


@pytest.mark.documented(api("OidcIdentityProviderConfig"))
def test_a_provider_shows_what_was_asked_for(occupied: Ground) -> None:
    wanted = _oidc(groupsClaim="groups", groupsPrefix="oidc:", requiredClaims={"aud": "team"})
    occupied.eks.associate_identity_provider_config(clusterName="one", oidc=wanted, tags={"a": "b"})
    found = _describe(occupied)
    assert {key: found[key] for key in wanted} == wanted
    assert (found["clusterName"], found["tags"]) == ("one", {"a": "b"})


@pytest.mark.documented(_REQUEST)
def test_users_are_named_by_their_subject(occupied: Ground) -> None:
    _associate(occupied)
    assert _describe(occupied)["usernameClaim"] == "sub"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html"
)
def test_the_arn_of_a_provider_has_its_type(occupied: Ground) -> None:
    _associate(occupied)
    prefix = f"arn:aws:eks:us-east-1:{occupied.tenant.account}:identityproviderconfig/one/oidc/corp/"
    assert _describe(occupied)["identityProviderConfigArn"].startswith(prefix)


@pytest.mark.documented(api("ListIdentityProviderConfigs"))
def test_providers_are_listed_by_type_and_name(occupied: Ground) -> None:
    _associate(occupied)
    found = occupied.eks.list_identity_provider_configs(clusterName="one")["identityProviderConfigs"]
    assert found == [{"type": "oidc", "name": "corp"}]


@pytest.mark.documented(_GUIDE)
def test_providers_come_one_at_a_time(occupied: Ground) -> None:
    _associate(occupied)
    with refused("ResourceInUseException", "update in progress"):
        _associate(occupied, "other")


@pytest.mark.documented(api("AssociateIdentityProviderConfig"))
def test_the_same_association_again_is_the_same_update(occupied: Ground) -> None:
    given = {"clusterName": "one", "oidc": _oidc(), "clientRequestToken": "t"}
    first = occupied.eks.associate_identity_provider_config(**given)["update"]
    assert occupied.eks.associate_identity_provider_config(**given)["update"]["id"] == first["id"]


@pytest.fixture
def associated(occupied: Ground) -> Ground:
    _associate(occupied)
    occupied.tenant.advance(CREATED)
    return occupied


@pytest.mark.documented(_GUIDE)
def test_a_cluster_may_have_several(associated: Ground) -> None:
    _associate(associated, "other")
    associated.tenant.advance(CREATED)
    assert _describe(associated, "other")["status"] == "ACTIVE"


@pytest.mark.documented(_GUIDE)
def test_an_older_cluster_has_one(ground: Ground) -> None:
    ground.tenant.cluster(ground.network, ground.cluster_role, version="1.31")
    _associate(ground)
    ground.tenant.advance(CREATED)
    with refused("InvalidRequestException", "at most 1"):
        _associate(ground, "other")


@pytest.mark.documented(_GUIDE)
def test_an_issuer_comes_once(associated: Ground) -> None:
    with refused("InvalidParameterException", "associated with the cluster already"):
        _associate(associated, "again", issuerUrl="https://corp.example.com")


@pytest.mark.documented(api("AssociateIdentityProviderConfig"))
def test_a_name_comes_once(associated: Ground) -> None:
    with refused("ResourceInUseException", "corp"):
        _associate(associated, issuerUrl="https://else.example.com")


@pytest.mark.documented(api("DisassociateIdentityProviderConfig"))
def test_a_disassociation_is_an_update_of_the_cluster(associated: Ground) -> None:
    named = {"type": "oidc", "name": "corp"}
    update = associated.eks.disassociate_identity_provider_config(
        clusterName="one", identityProviderConfig=named
    )["update"]
    assert update["type"] == "DisassociateIdentityProviderConfig"
    assert _describe(associated)["status"] == "DELETING"
    associated.tenant.advance(CREATED)
    with refused("ResourceNotFoundException"):
        _describe(associated)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"issuerUrl": "http://corp.example.com"}, "https://", id="an issuer without TLS"),
        pytest.param({"issuerUrl": "https://corp.example.com?a=b"}, "query", id="an issuer with a query"),
        pytest.param({"usernamePrefix": "system:"}, "usernamePrefix", id="a reserved prefix of users"),
        pytest.param({"groupsPrefix": "system:x"}, "groupsPrefix", id="a reserved prefix of groups"),
        pytest.param({"requiredClaims": {"k" * 64: "v"}}, "requiredClaims", id="a claim with a long name"),
    ],
)
@pytest.mark.documented(_REQUEST)
def test_providers_that_are_refused(shared: Ground, given: dict[str, Any], words: str) -> None:
    with refused("InvalidParameterException", words):
        _associate(shared, **given)


@pytest.mark.documented(api("IdentityProviderConfig"))
def test_the_only_type_is_oidc(shared: Ground) -> None:
    with refused("InvalidParameterException", "oidc"):
        shared.eks.describe_identity_provider_config(
            clusterName="one", identityProviderConfig={"type": "saml", "name": "corp"}
        )


@pytest.mark.documented(api("DescribeIdentityProviderConfig"))
def test_a_provider_that_is_not_there_is_not_found(shared: Ground) -> None:
    with refused("ResourceNotFoundException", "none"):
        _describe(shared, "none")
