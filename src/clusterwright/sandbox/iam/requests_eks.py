"""EKS: ARNs of what a call is about, roles that it passes, tags, and what EKS does in the caller's name.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
https://docs.aws.amazon.com/eks/latest/userguide/security-iam-id-based-policy-examples.html
"""

from collections.abc import Iterator
from typing import Any

from clusterwright.sandbox.call import Call
from clusterwright.sandbox.iam import keys_eks
from clusterwright.sandbox.iam.checks import Check, World, arn, pass_role, request_tags, service_role

# The kind of a resource: its name in an ARN, the parameter that names it, the cluster's collection of it.
_KINDS = {
    "Nodegroup": ("nodegroup", "nodegroupName", "nodegroups"),
    "FargateProfile": ("fargateprofile", "fargateProfileName", "fargate"),
    "Addon": ("addon", "addonName", "addons"),
    "AccessEntry": ("access-entry", "principalArn", "access"),
    "AccessPolicy": ("access-entry", "principalArn", "access"),
    "AssociatedAccessPolicies": ("access-entry", "principalArn", "access"),
    "PodIdentityAssociation": ("podidentityassociation", "associationId", "pods"),
    "Capability": ("capability", "capabilityName", "capabilities"),
    "IdentityProvider": ("identityproviderconfig", "identityProviderConfig", "identity"),
}
_ENTRIES = ("AccessEntry", "AccessPolicy", "AssociatedAccessPolicies")
# Updates are a cluster's, or those of one of its parts.
_PARTS = {"nodegroupName": "Nodegroup", "addonName": "Addon"}
_VERBS = ("Describe", "Delete", "Update", "Associate", "Disassociate", "List")
_WITHOUT = frozenset(
    {"DescribeAddonVersions", "DescribeAddonConfiguration", "DescribeClusterVersions", "ListAccessPolicies"}
)
_SERVICE = "eks.amazonaws.com"
_PODS = "pods.eks.amazonaws.com"
_CAPABILITIES = "capabilities.eks.amazonaws.com"
_NO_LAUNCH = "You are not authorized to launch instances with this launch template."
_LINKED = {
    "CreateCluster": _SERVICE,
    "CreateNodegroup": "eks-nodegroup.amazonaws.com",
    "CreateFargateProfile": "eks-fargate.amazonaws.com",
}


def checks(call: Call, world: World) -> Iterator[Check]:
    if " " in call.action:
        return  # no operation has this path: EKS will say so
    tags = call.params.get("tags") or {}
    resource = _resource(call, world)
    yield Check(f"eks:{call.action}", resource, _context(call, tags, world))
    for part in _parts(call, world):
        yield Check(f"eks:{call.action}", part)
    if tags and call.action.startswith("Create"):
        yield Check("eks:TagResource", _made(call), request_tags(tags))
    for role, service in _passed(call):
        yield pass_role(role, service, _made(call) if call.action.startswith("Create") else resource)
    yield from _in_their_name(call, world)


def _context(call: Call, tags: dict[str, str], world: World) -> dict[str, tuple[str, ...]]:
    found = {**request_tags(tags), **keys_eks.asked(call.action, call.params)}
    if call.action == "UntagResource":
        found["aws:tagkeys"] = tuple(call.params.get("tagKeys") or ())
    if call.action.endswith(_ENTRIES) and not call.action.startswith("Create"):
        found |= keys_eks.standing(world.access_entry(call))
    return found


def _parts(call: Call, world: World) -> Iterator[str]:
    if call.action in ("DescribeUpdate", "ListUpdates"):
        for member, kind in _PARTS.items():
            if call.params.get(member):
                prefix, _, collection = _KINDS[kind]
                name = str(call.params[member])
                yield world.eks_arn(call, collection, name) or _unknown(call, prefix, name)


def _resource(call: Call, world: World) -> str:
    action, params = call.action, call.params
    if "resourceArn" in params:
        return str(params["resourceArn"])
    if action in _WITHOUT:
        return arn(call, "eks", "*")
    provider = params.get("identityProviderConfig")
    if isinstance(provider, dict) and not action.startswith("Associate"):
        named = f"{provider.get('type', 'oidc')}/{provider.get('name', '*')}"
        return arn(call, "eks", f"identityproviderconfig/{_cluster(call)}/{named}/*")
    cluster = _cluster(call)
    for verb in _VERBS:
        kind = _KINDS.get(action.removeprefix(verb).removesuffix("Config").removesuffix("Version"))
        if action.startswith(verb) and kind is not None and kind[1] in params:
            prefix, member, collection = kind
            name = _name(params[member])
            return world.eks_arn(call, collection, name) or _unknown(call, prefix, name)
    return arn(call, "eks", f"cluster/{cluster}")


def _name(given: Any) -> str:
    """An identity provider is named together with its type."""
    return str(given.get("name", "") if isinstance(given, dict) else given)


def _cluster(call: Call) -> str:
    """ListClusters is about all of them."""
    return str(call.params.get("clusterName") or call.params.get("name") or "*")


def _unknown(call: Call, prefix: str, name: str) -> str:
    if prefix == "podidentityassociation":
        return arn(call, "eks", f"{prefix}/{_cluster(call)}/{name}")
    if prefix == "identityproviderconfig":
        return arn(call, "eks", f"{prefix}/{_cluster(call)}/oidc/{name}/*")
    if prefix == "capability":
        return arn(call, "eks", f"{prefix}/{_cluster(call)}/*/{name}/*")
    return arn(call, "eks", f"{prefix}/{_cluster(call)}/{_in_arn(name)}/*")


def _made(call: Call) -> str:
    if call.action == "CreateCluster":
        return arn(call, "eks", f"cluster/{_cluster(call)}")
    kind = _KINDS.get(call.action.removeprefix("Create"))
    if kind is None:
        return arn(call, "eks", "*")  # no such thing here: EKS will say so
    prefix, member, _ = kind
    return _unknown(call, prefix, str(call.params.get(member, "*")))


def _in_arn(name: str) -> str:
    """A principal in the ARN of its access entry: user/111122223333/me."""
    if not name.startswith("arn:"):
        return name
    account, _, path = name.split(":", 4)[4].partition(":")
    kind, _, rest = path.partition("/")
    return f"{kind}/{account}/{rest}"


def _passed(call: Call) -> Iterator[tuple[str, str]]:
    """The seed's policy passes roles to eks.amazonaws.com only, whoever assumes them in the end."""
    params: Any = call.params
    auto = (_part(params, "computeConfig").get("nodeRoleArn"), _SERVICE)
    given = {
        "CreateCluster": [(params.get("roleArn"), _SERVICE), auto],
        "UpdateClusterConfig": [auto],
        "CreateNodegroup": [(params.get("nodeRole"), _SERVICE)],
        "CreateFargateProfile": [(params.get("podExecutionRoleArn"), _SERVICE)],
        "CreateAddon": [(params.get("serviceAccountRoleArn"), _SERVICE)],
        "UpdateAddon": [(params.get("serviceAccountRoleArn"), _SERVICE)],
        "CreatePodIdentityAssociation": [(params.get("roleArn"), _PODS)],
        "CreateCapability": [(params.get("roleArn"), _CAPABILITIES)],
        "UpdateCapability": [(params.get("roleArn"), _CAPABILITIES)],
        "UpdatePodIdentityAssociation": [(params.get("roleArn"), _PODS)],
    }
    pods = params.get("podIdentityAssociations") or []
    found = given.get(call.action, []) + [
        (one.get("roleArn"), _PODS) for one in pods if isinstance(one, dict)
    ]
    return ((str(role), service) for role, service in found if role)


def _part(params: Any, member: str) -> dict[str, Any]:
    found = params.get(member)
    return found if isinstance(found, dict) else {}


def _in_their_name(call: Call, world: World) -> Iterator[Check]:
    """EKS looks at the role, tries the launch template and makes its own role with the caller's rights."""
    if call.action == "CreateNodegroup":
        role = str(call.params.get("nodeRole", ""))
        yield Check("iam:GetRole", role)
        yield Check("iam:ListAttachedRolePolicies", role)
        yield from _launching(call)
    if call.action == "CreateFargateProfile":
        yield Check("iam:GetRole", str(call.params.get("podExecutionRoleArn", "")))
    if call.action in _LINKED:
        linked = service_role(call, _LINKED[call.action])
        if not world.has_role(call, linked.resource):
            yield linked


def _launching(call: Call) -> Iterator[Check]:
    template = call.params.get("launchTemplate") or {}
    identifier = template.get("id")
    if template:
        refusal = ("InvalidRequestException", _NO_LAUNCH)
        yield Check("ec2:RunInstances", arn(call, "ec2", "instance/*"), refusal=refusal)
        named = f"launch-template/{identifier}" if identifier else "launch-template/*"
        yield Check("ec2:RunInstances", arn(call, "ec2", named), refusal=refusal)
        yield Check("ec2:CreateTags", arn(call, "ec2", "instance/*"), refusal=refusal)
