"""What a call has to be allowed: actions on resources, each with what its conditions may ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from moto.iam.models import SERVICE_NAME_CONVERSION

from clusterwright.sandbox.call import Call, Params
from clusterwright.sandbox.iam.patterns import Context

ANY = "*"


@dataclass(frozen=True, slots=True)
class Check:
    """`refusal` is the code and message of services that have words of their own for it."""

    action: str
    resource: str = ANY
    context: Context = field(default_factory=dict)
    refusal: tuple[str, str] | None = None


class World(Protocol):
    """What exists, as far as names in a request have to become ARNs."""

    def eks_arn(self, call: Call, kind: str, name: str) -> str | None:
        """The ARN of a node group, Fargate profile, add-on, access entry or association of the cluster."""

    def iam_arn(self, call: Call, kind: str, name: str) -> str | None:
        """The ARN, path included, of the user, role, group or instance profile of this name."""

    def access_entry(self, call: Call) -> Mapping[str, Any]:
        """The access entry of the principal that the call names, as EKS describes it."""

    def associated(self, call: Call, association: str) -> tuple[str, ...]:
        """The ids of what an association of a route table or an address ties together."""

    def boundary(self, call: Call, kind: str, name: str) -> str | None:
        """The ARN of the permissions boundary of a user or role."""

    def has_role(self, call: Call, role_arn: str) -> bool: ...

    def group_arn(self, call: Call, name: str) -> str | None:
        """The ARN of an Auto Scaling group."""


def arn(call: Call, service: str, resource: str, *, region: bool = True) -> str:
    where = call.region if region else ""
    return f"arn:{call.partition}:{service}:{where}:{call.account}:{resource}"


def pass_role(role_arn: str, service: str, to: str = "") -> Check:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html"""
    associated = {"iam:associatedresourcearn": (to,)} if to else {}
    return Check("iam:PassRole", role_arn, {"iam:passedtoservice": (service,), **associated})


def service_role(call: Call, service: str, suffix: str = "") -> Check:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html"""
    short = service.removesuffix(".amazonaws.com")
    name = f"AWSServiceRoleFor{SERVICE_NAME_CONVERSION.get(short, short)}{f'_{suffix}' if suffix else ''}"
    path = f"role/aws-service-role/{service}/{name}"
    context = {"iam:awsservicename": (service,)}
    return Check("iam:CreateServiceLinkedRole", arn(call, "iam", path, region=False), context)


def request_tags(tags: Mapping[str, str]) -> Context:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html"""
    if not tags:
        return {}
    found: dict[str, tuple[str, ...]] = {"aws:tagkeys": tuple(tags)}
    return found | {f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()}


def numbered(params: Params, prefix: str) -> list[dict[str, str]]:
    """`Tag.1.Key`, `Tag.1.Value` ... of a query protocol, as one dict for each number."""
    found: dict[str, dict[str, str]] = {}
    for name, value in params.items():
        if name.startswith(f"{prefix}."):
            number, _, rest = name.removeprefix(f"{prefix}.").partition(".")
            found.setdefault(number, {})[rest] = str(value)
    return [found[number] for number in sorted(found, key=_order)]


def members(params: Params, prefix: str) -> list[str]:
    """`Name.1`, `Name.2` ..., or `Name.member.1` ..."""
    return [one[""] for one in numbered(params, prefix) if "" in one]


def pairs(found: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {str(one["Key"]): str(one.get("Value", "")) for one in found if "Key" in one}


def _order(number: str) -> tuple[int, str]:
    return (int(number), "") if number.isdigit() else (0, number)
