"""Condition keys of EKS: what a request says about clusters, access entries and identity providers.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
A key is there if the request has the member; conditions on what was left out are met as for any missing key.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from clusterwright.sandbox.call import Params
from clusterwright.sandbox.iam.patterns import Context

_CLUSTER = {
    "eks:authenticationmode": "accessConfig.authenticationMode",
    "eks:blockstorageenabled": "storageConfig.blockStorage.enabled",
    "eks:bootstrapclustercreatoradminpermissions": "accessConfig.bootstrapClusterCreatorAdminPermissions",
    "eks:bootstrapselfmanagedaddons": "bootstrapSelfManagedAddons",
    "eks:computeconfigenabled": "computeConfig.enabled",
    "eks:deletionprotection": "deletionProtection",
    "eks:elasticloadbalancingenabled": "kubernetesNetworkConfig.elasticLoadBalancing.enabled",
    "eks:endpointprivateaccess": "resourcesVpcConfig.endpointPrivateAccess",
    "eks:endpointpublicaccess": "resourcesVpcConfig.endpointPublicAccess",
    "eks:kubernetesversion": "version",
    "eks:supporttype": "upgradePolicy.supportType",
    "eks:zonalshiftenabled": "zonalShiftConfig.enabled",
}
_ENTRY = {
    "eks:accessentrytype": "type",
    "eks:clustername": "clusterName",
    "eks:kubernetesgroups": "kubernetesGroups",
    "eks:principalarn": "principalArn",
    "eks:username": "username",
}
_POLICY = {
    "eks:accessscope": "accessScope.type",
    "eks:namespaces": "accessScope.namespaces",
    "eks:policyarn": "policyArn",
}
_PROVIDER = {"eks:clientid": "oidc.clientId", "eks:issuerurl": "oidc.issuerUrl"}
_ASKED = {
    "CreateCluster": _CLUSTER,
    "UpdateClusterConfig": _CLUSTER,
    "UpdateClusterVersion": {"eks:kubernetesversion": "version"},
    "CreateAccessEntry": _ENTRY,
    "AssociateAccessPolicy": _POLICY,
    "DisassociateAccessPolicy": _POLICY,
    "AssociateIdentityProviderConfig": _PROVIDER,
}


def asked(action: str, params: Params) -> Context:
    found = _read(_ASKED.get(action, {}), params)
    if action in ("CreateCluster", "UpdateClusterConfig"):
        found |= dict(_logging(params)) | dict(_key_arns(params))
    return found


def standing(entry: Mapping[str, Any]) -> Context:
    """An access entry that is there has keys of its own."""
    return _read(_ENTRY, entry)


def _read(table: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    values = {key: _at(given, path) for key, path in table.items()}
    return {key: _texts(value) for key, value in values.items() if value is not None}


def _at(given: Any, path: str) -> Any:
    for member in path.split("."):
        given = given.get(member) if isinstance(given, Mapping) else None
    return given


def _texts(value: Any) -> tuple[str, ...]:
    many = value if isinstance(value, list) else [value]
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in many)


def _logging(params: Params) -> Iterator[tuple[str, tuple[str, ...]]]:
    for setup in _at(params, "logging.clusterLogging") or []:
        for kind in setup.get("types") or []:
            yield f"eks:loggingtype/{kind.lower()}", (str(bool(setup.get("enabled"))).lower(),)


def _key_arns(params: Params) -> Iterator[tuple[str, tuple[str, ...]]]:
    arns = [_at(one, "provider.keyArn") for one in params.get("encryptionConfig") or []]
    if any(arns):
        yield "eks:encryptionconfigproviderkeyarns", tuple(str(one) for one in arns if one)
