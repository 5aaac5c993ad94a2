"""Service-linked roles: under the names that AWS gives them, made by the services that need them.

https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles.html
"""

from moto.iam.models import SERVICE_NAME_CONVERSION, iam_backends

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler

_NAMES = {
    "eks": "AmazonEKS",
    "eks-nodegroup": "AmazonEKSNodegroup",
    "eks-fargate": "AmazonEKSForFargate",
    "eks-connector": "AmazonEKSConnector",
    "autoscaling": "AutoScaling",
    "elasticloadbalancing": "ElasticLoadBalancing",
    "spot": "EC2Spot",
}


def install() -> None:
    SERVICE_NAME_CONVERSION.update(_NAMES)


def ensure(account: str, partition: str, *services: str) -> None:
    """What a service does on its first use in an account."""
    iam = iam_backends[account][partition]
    for service in services:
        if not _exists(account, partition, f"AWSServiceRoleFor{_NAMES[service]}"):
            iam.create_service_linked_role(f"{service}.amazonaws.com", "", "")


def layer(call: Call, inner: Handler) -> Answer:
    if call.name == "iam:CreateServiceLinkedRole":
        service = str(call.params.get("AWSServiceName", "")).removesuffix(".amazonaws.com")
        name = f"AWSServiceRoleFor{_NAMES.get(service, service)}"
        if _exists(call.account, call.partition, name):
            raise AwsError(
                "InvalidInput",
                f"Service role name {name} has been taken in this account, please try a different suffix.",
            )
    return inner(call)


def _exists(account: str, partition: str, name: str) -> bool:
    return any(role.name == name for role in iam_backends[account][partition].roles.values())
